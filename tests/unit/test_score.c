/*
 * test_score.c - points of cases and of a submission, and which of the cases' verdicts is the submission's.
 */
#include "judge_client/score.h"

#include <string.h>

#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { MOST = 16 };

/* A submission as a text: a word a case, its score where its name has one, and its verdict: "30=AC WA". What is behind '|'
 * was not run. */
struct made {
    struct problem problem;
    struct problem_case tests[MOST];
    struct judgement judgement;
    struct case_judgement cases[MOST];
    struct score_scale scale;
};

static void add_case(struct made *made, const char *word, bool run)
{
    size_t i = made->problem.case_count++;
    const char *equals = strchr(word, '=');
    const char *verdict = equals == NULL ? word : equals + 1;
    char digits[16];
    int64_t score = 10;
    CU_ASSERT_FATAL(i < MOST && verdict_of_word(verdict) >= 0);
    if (equals != NULL)
        CU_ASSERT_FATAL(str_format(digits, sizeof digits, "%.*s", (int)(equals - word), word) == 0 &&
                        str_to_int64(digits, 0, 1000000, &score) == 0);
    made->tests[i] = (struct problem_case){.score = score, .has_score = equals != NULL};
    made->cases[i] =
        (struct case_judgement){.test = &made->tests[i], .verdict = (enum verdict)verdict_of_word(verdict)};
    made->judgement.case_count += run;
}

static void make(struct made *made, const char *words)
{
    char text[256];
    bool run = true;
    memset(made, 0, sizeof *made);
    made->problem.cases = made->tests;
    made->judgement.cases = made->cases;
    CU_ASSERT_FATAL(str_copy(text, sizeof text, words) == 0);
    char *rest = text;
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "|") == 0)
            run = false;
        else
            add_case(made, word, run);
    }
    made->scale = score_scale(&made->problem);
    for (size_t i = 0; i < made->judgement.case_count; i++)
        score_case(&made->scale, &made->cases[i]);
    score_all(&made->scale, &made->judgement);
}

/* ---- */

static void test_score(void)
{
    static const struct {
        const char *words;
        int64_t score; /* of 100000 */
    } rows[] = {
        /* No name has a score: each case counts the same, and PE is not accepted. */
        {"AC", 100000},
        {"WA", 0},
        {"AC AC WA", 66666},
        {"AC AC AC", 100000},
        {"PE AC", 50000},
        {"PE", 0},
        {"AC WA TLE MLE OLE RE AC AC AC AC", 50000},
        /* Stopped at the first failure: what was not run has no points. */
        {"AC WA | AC", 33333},
        {"WA | AC AC", 0},
        /* A name with a score: points are out of 100, and 10 is that of a name without one. */
        {"30=AC 30=AC 40=AC", 100000},
        {"30=AC 30=WA 40=AC", 70000},
        {"30=AC 30=AC", 60000},
        {"30=AC AC", 40000},
        {"30=WA AC", 10000},
        {"0=AC 100=AC", 100000},
        {"0=AC 100=WA", 0},
        {"50=AC 50=PE", 50000},
        {"1=AC", 1000},
        /* Or out of their sum, where that is larger. */
        {"100=AC 100=WA", 50000},
        {"100=AC 50=WA", 66666},
        {"100=WA AC", 9090},
        {"60=AC 60=AC", 100000},
        {"1000000=AC 1000000=AC 1000000=WA", 66666},
        /* Nothing was run. */
        {"| AC AC", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct made made;
        make(&made, rows[i].words);
        (void)UNIT_CHECK(made.judgement.score == rows[i].score, "'%s': %lld", rows[i].words,
                         (long long)made.judgement.score);
    }
}

static void test_cases(void)
{
    struct made made;
    make(&made, "AC WA AC");
    CU_ASSERT_EQUAL(made.cases[0].score, 33333);
    CU_ASSERT_EQUAL(made.cases[1].score, 0);
    CU_ASSERT_EQUAL(made.cases[2].score, 33333);
    make(&made, "30=AC 20=PE AC");
    CU_ASSERT_EQUAL(made.cases[0].score, 30000);
    CU_ASSERT_EQUAL(made.cases[1].score, 0);
    CU_ASSERT_EQUAL(made.cases[2].score, 10000);
    make(&made, "150=AC 50=AC");
    CU_ASSERT_EQUAL(made.cases[0].score, 75000);
    CU_ASSERT_EQUAL(made.cases[1].score, 25000);
}

static void test_gravest_verdict(void)
{
    static const struct {
        const char *words;
        enum verdict verdict;
    } rows[] = {
        {"AC AC", VERDICT_AC},       {"AC PE AC", VERDICT_PE},      {"PE WA", VERDICT_WA},
        {"WA PE", VERDICT_WA},       {"TLE WA AC", VERDICT_TLE},    {"WA TLE", VERDICT_TLE},
        {"TLE MLE", VERDICT_MLE},    {"MLE TLE OLE", VERDICT_OLE},  {"OLE RE TLE", VERDICT_RE},
        {"RE WA PE AC", VERDICT_RE}, {"AC WA | RE RE", VERDICT_WA},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct made made;
        make(&made, rows[i].words);
        (void)UNIT_CHECK(made.judgement.verdict == rows[i].verdict, "'%s': %s", rows[i].words,
                         verdict_code(made.judgement.verdict));
    }
}

/* The whole is the whole, however many parts it has; a part less never looks like it. */
static void test_whole(void)
{
    struct judgement judgement = {.verdict = VERDICT_CE};
    for (size_t count = 1; count <= 1000; count++) {
        struct problem_case test = {.score = 10};
        static struct problem_case tests[1000];
        static struct case_judgement cases[1000];
        struct problem problem = {.cases = tests, .case_count = count};
        tests[count - 1] = test;
        cases[count - 1] = (struct case_judgement){.test = &tests[count - 1], .verdict = VERDICT_AC};
        const struct score_scale scale = score_scale(&problem);
        judgement = (struct judgement){.cases = cases, .case_count = count};
        score_all(&scale, &judgement);
        (void)UNIT_CHECK(judgement.score == 100000 && judgement.verdict == VERDICT_AC, "%zu cases: %lld", count,
                         (long long)judgement.score);
        cases[count / 2].verdict = VERDICT_WA;
        score_all(&scale, &judgement);
        (void)UNIT_CHECK(judgement.score < 100000 && judgement.verdict == VERDICT_WA, "%zu cases, one wrong: %lld",
                         count, (long long)judgement.score);
        cases[count / 2].verdict = VERDICT_AC;
    }
}

static const struct unit_test tests[] = {
    {"score", test_score},
    {"cases", test_cases},
    {"gravest_verdict", test_gravest_verdict},
    {"whole", test_whole},
};

UNIT_MAIN("score", tests)
