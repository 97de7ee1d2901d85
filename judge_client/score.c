/*
 * score.c - see score.h.
 */
#include "judge_client/score.h"

#include <stddef.h>

#include "judge_client/judge.h"
#include "judge_client/problem.h"

#include "common/banned.h"

enum { FULL = 100000 };

struct score_scale score_scale(const struct problem *problem)
{
    bool named = false;
    int64_t sum = 0;
    for (size_t i = 0; i < problem->case_count; i++) {
        named = named || problem->cases[i].has_score;
        sum += problem->cases[i].score;
    }
    int64_t out_of = named ? (sum > 100 ? sum : 100) : (int64_t)problem->case_count;
    return (struct score_scale){named, out_of > 0 ? out_of : 1};
}

/* In millionths of a point. */
static int64_t points_of(const struct score_scale *scale, const struct case_judgement *result)
{
    int64_t share = result->verdict == VERDICT_AC ? CHECKER_WHOLE : result->share;
    return (scale->named ? result->test->score : 1) * share;
}

void score_case(const struct score_scale *scale, struct case_judgement *result)
{
    result->score = points_of(scale, result) / (CHECKER_WHOLE / FULL) / scale->out_of;
}

void score_all(const struct score_scale *scale, struct judgement *judgement)
{
    int64_t points = 0;
    enum verdict verdict = VERDICT_AC;
    /* Points are summed before they are divided: three thirds are a whole. */
    for (size_t i = 0; i < judgement->case_count; i++) {
        points += points_of(scale, &judgement->cases[i]);
        if (judgement->cases[i].verdict > verdict)
            verdict = judgement->cases[i].verdict;
    }
    judgement->verdict = verdict;
    judgement->score = points / (CHECKER_WHOLE / FULL) / scale->out_of;
}
