/*
 * score.c - see score.h.
 */
#include "judge_client/score.h"

#include <stdlib.h>

#include "judge_client/judge.h"
#include "judge_client/problem.h"

#include "common/banned.h"

enum { FULL = 100000, NANO = 1000 };

/* Points in billionths, of which the last three digits are apart: the first number is in millionths. */
struct points {
    int64_t micro, nano;
};

struct score_scale score_scale(const struct problem *problem)
{
    bool named = problem->subtask_count > 0;
    int64_t sum = 0;
    for (size_t i = 0; i < problem->case_count; i++)
        named = named || problem->cases[i].has_score;
    for (size_t i = 0; i < problem->case_count && problem->subtask_count == 0; i++)
        sum += problem->cases[i].score;
    for (size_t i = 0; i < problem->subtask_count; i++)
        sum += problem->subtasks[i].score;
    int64_t out_of = named ? (sum > 100 || problem->has_total ? sum : 100) : (int64_t)problem->case_count;
    return (struct score_scale){problem, named, out_of > 0 ? out_of : 1};
}

static int64_t share_of(const struct case_judgement *result)
{
    return result->verdict == VERDICT_AC ? CHECKER_WHOLE : result->verdict == VERDICT_SKIPPED ? 0 : result->share;
}

/* Of a case in a subtask, in the subtask's parts; and how many parts there are. */
static int64_t weight_of(const struct problem_subtask *subtask, const struct problem_case *test)
{
    return subtask->weight > 0 ? test->score : 1;
}

static int64_t weights_of(const struct problem_subtask *subtask)
{
    return subtask->weight > 0 ? subtask->weight : (int64_t)subtask->case_count;
}

/* score times share (in millionths) divided by parts, where a whole is parts millions; no step exceeds 64 bits. */
static struct points part_of(int64_t score, int64_t share, int64_t parts)
{
    int64_t rest = score * (share % parts);
    return (struct points){score * (share / parts) + rest / parts, rest % parts * NANO / parts};
}

void score_case(const struct score_scale *scale, struct case_judgement *result)
{
    struct points points = {(scale->named ? result->test->score : 1) * share_of(result), 0};
    const struct problem_subtask *subtask =
        scale->problem->subtask_count == 0 ? NULL : &scale->problem->subtasks[result->test->subtask];
    if (subtask != NULL && subtask->number >= 0) /* those of names have points of their own */
        points = part_of(subtask->score, weight_of(subtask, result->test) * share_of(result), weights_of(subtask));
    result->score = points.micro / (CHECKER_WHOLE / FULL) / scale->out_of;
}

/* ---- subtasks */

static int order_indices(const void *a, const void *b)
{
    size_t one = *(const size_t *)a, two = *(const size_t *)b;
    return (one > two) - (one < two);
}

/* Is the case in the subtask with the index k? */
static bool is_in(const struct problem *problem, size_t i, size_t k)
{
    const struct problem_subtask *subtask = &problem->subtasks[k];
    if (k == problem->cases[i].subtask)
        return true;
    return problem->cases[i].shared &&
           bsearch(&i, subtask->cases, subtask->case_count, sizeof i, order_indices) != NULL;
}

/* The subtasks from k on that may have the case: all of them where it is shared. */
static size_t first_of(const struct problem *problem, size_t i)
{
    return problem->cases[i].subtask;
}

static size_t last_of(const struct problem *problem, size_t i)
{
    return problem->cases[i].shared ? problem->subtask_count - 1 : problem->cases[i].subtask;
}

static bool is_solved(const struct subtask_judgement *row)
{
    const struct problem_subtask *subtask = row->subtask;
    if (row->blocked)
        return false;
    return subtask->type == PROBLEM_MAX ? row->most == CHECKER_WHOLE
                                        : row->seen == subtask->case_count && row->least == CHECKER_WHOLE;
}

/* Whatever the cases give that are not judged so far. */
static bool is_lost(const struct subtask_judgement *row)
{
    const struct problem_subtask *subtask = row->subtask;
    if (row->blocked)
        return true;
    return subtask->type == PROBLEM_MAX ? row->seen == subtask->case_count && row->most < CHECKER_WHOLE
                                        : row->least < CHECKER_WHOLE;
}

void score_begin(const struct score_scale *scale, struct judgement *judgement)
{
    judgement->subtask_count = scale->problem->subtask_count;
    for (size_t k = 0; k < judgement->subtask_count; k++) {
        const struct problem_subtask *subtask = &scale->problem->subtasks[k];
        judgement->subtasks[k] = (struct subtask_judgement){.subtask = subtask, .least = CHECKER_WHOLE};
        judgement->subtasks[k].full = subtask->score * FULL / scale->out_of;
    }
}

bool score_needs(const struct score_scale *scale, const struct judgement *judgement, size_t i)
{
    const struct problem *problem = scale->problem;
    if (problem->subtask_count == 0)
        return true;
    for (size_t k = first_of(problem, i); k <= last_of(problem, i); k++) {
        const struct subtask_judgement *row = &judgement->subtasks[k];
        enum problem_points type = row->subtask->type;
        bool open = type == PROBLEM_SUM || (type == PROBLEM_MIN && row->least > 0) ||
                    (type == PROBLEM_MAX && row->most < CHECKER_WHOLE) ||
                    (type == PROBLEM_WHOLE && row->least == CHECKER_WHOLE);
        if (open && !row->blocked && is_in(problem, i, k))
            return true;
    }
    return false;
}

/* A subtask is blocked where one that it comes after is lost; those are before it. */
static void block(const struct problem *problem, struct judgement *judgement)
{
    for (size_t k = 0; k < problem->subtask_count; k++) {
        const struct problem_subtask *subtask = &problem->subtasks[k];
        bool waits = (subtask->after[0] | subtask->after[1]) != 0;
        for (size_t other = 0; waits && other < k; other++) {
            if (problem_is_after(subtask, other) && is_lost(&judgement->subtasks[other]))
                judgement->subtasks[k].blocked = true;
        }
    }
}

void score_take(const struct score_scale *scale, struct judgement *judgement, size_t i)
{
    const struct problem *problem = scale->problem;
    if (problem->subtask_count == 0)
        return;
    int64_t share = share_of(&judgement->cases[i]);
    for (size_t k = first_of(problem, i); k <= last_of(problem, i); k++) {
        struct subtask_judgement *row = &judgement->subtasks[k];
        if (!is_in(problem, i, k))
            continue;
        row->seen++;
        row->least = share < row->least ? share : row->least;
        row->most = share > row->most ? share : row->most;
        row->sum += weight_of(row->subtask, &problem->cases[i]) * share;
    }
    if (problem->subtasks[0].number >= 0 && share < CHECKER_WHOLE) /* names know nothing of the kind */
        block(problem, judgement);
}

static struct points points_of(const struct subtask_judgement *row)
{
    const struct problem_subtask *subtask = row->subtask;
    int64_t least = row->seen == subtask->case_count ? row->least : 0;
    if (row->blocked)
        return (struct points){0, 0};
    switch (subtask->type) {
    case PROBLEM_SUM:
        return part_of(subtask->score, row->sum, weights_of(subtask));
    case PROBLEM_MAX:
        return (struct points){subtask->score * row->most, 0};
    case PROBLEM_WHOLE:
        if (subtask->case_count > 1 && least < CHECKER_WHOLE)
            return (struct points){0, 0};
        break;
    case PROBLEM_MIN:
        break;
    }
    return (struct points){subtask->score * least, 0};
}

/* Sums before it divides: three thirds are a whole. A billionth for each subtask makes up for what part_of cut; it never
 * makes a whole of less. */
static void score_subtasks(const struct score_scale *scale, struct judgement *judgement)
{
    int64_t micro = 0, nano = 0;
    bool whole = true;
    for (size_t k = 0; k < judgement->subtask_count; k++) {
        struct subtask_judgement *row = &judgement->subtasks[k];
        struct points points = points_of(row);
        bool cut = points.nano != 0;
        row->solved = is_solved(row);
        row->score = (points.micro + (points.nano + cut) / NANO) / (CHECKER_WHOLE / FULL) / scale->out_of;
        micro += points.micro;
        nano += points.nano + cut;
        whole = whole && (row->solved || row->subtask->score == 0);
    }
    judgement->score = (micro + nano / NANO) / (CHECKER_WHOLE / FULL) / scale->out_of;
    if (!whole && judgement->score == FULL)
        judgement->score = FULL - 1;
}

bool score_counts(const struct score_scale *scale, const struct judgement *judgement, size_t i)
{
    const struct problem *problem = scale->problem;
    if (problem->subtask_count == 0)
        return true;
    for (size_t k = first_of(problem, i); k <= last_of(problem, i); k++) {
        if (is_in(problem, i, k) && !is_solved(&judgement->subtasks[k]))
            return true;
    }
    return false;
}

void score_all(const struct score_scale *scale, struct judgement *judgement)
{
    const struct problem *problem = scale->problem;
    int64_t points = 0;
    enum verdict verdict = VERDICT_AC;
    size_t failed = judgement->case_count;
    for (size_t i = 0; i < judgement->case_count; i++) {
        const struct case_judgement *one = &judgement->cases[i];
        points += (scale->named ? one->test->score : 1) * share_of(one);
        if (one->verdict == VERDICT_AC || one->verdict == VERDICT_SKIPPED || !score_counts(scale, judgement, i))
            continue;
        if (failed == judgement->case_count)
            failed = i;
        if (one->verdict > verdict && (verdict == VERDICT_AC || !problem->skip))
            verdict = one->verdict;
    }
    judgement->verdict = verdict;
    judgement->failed = failed;
    judgement->score = points / (CHECKER_WHOLE / FULL) / scale->out_of;
    if (problem->subtask_count > 0)
        score_subtasks(scale, judgement);
}
