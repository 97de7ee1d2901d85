/*
 * test_outcome.c - the report of a judged run, and its time. Any uid.
 */
#include "judge_client/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { MOST = 1000 };

struct made {
    struct problem_case tests[MOST];
    struct case_judgement cases[MOST];
    struct judgement judgement;
};

/* count accepted cases of 2 ms each, the last one of 5 ms. */
static struct made *make(size_t count)
{
    struct made *made = calloc(1, sizeof *made);
    CU_ASSERT_FATAL(made != NULL);
    for (size_t i = 0; i < count; i++) {
        (void)str_format(made->tests[i].input, sizeof made->tests[i].input, "%zu.in", i + 1);
        made->tests[i].input_bytes = 4;
        made->cases[i] = (struct case_judgement){
            .test = &made->tests[i], .verdict = VERDICT_AC, .cpu_us = i + 1 == count ? 5000 : 2000, .mem_kib = 900};
    }
    made->judgement.cases = made->cases;
    made->judgement.case_count = count;
    made->judgement.failed = count;
    made->judgement.cpu_us = 5000;
    return made;
}

static void test_table(void)
{
    char text[OUTCOME_TEXT_BYTES];
    struct made *made = make(2);
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, "filename|size|result|memory|time\n--|--|--|--|--\n1.in|4|AC|900KB|2ms\n"
                                 "2.in|4|AC|900KB|5ms\n");
    CU_ASSERT(outcome_time_ms(&made->judgement, true) == 5);
    CU_ASSERT(outcome_time_ms(&made->judgement, false) == 7);
    free(made);
}

static void test_failure(void)
{
    char text[OUTCOME_TEXT_BYTES];
    struct made *made = make(2);
    made->judgement.failed = 1;
    made->cases[1].verdict = VERDICT_WA;
    (void)str_copy(made->cases[1].note, sizeof made->cases[1].note, "line 1, column 1: 8 instead of 7");
    (void)str_copy(made->tests[1].input, sizeof made->tests[1].input, "a|b\n.in");
    made->judgement.has_difference = true;
    made->judgement.difference =
        (struct compare_difference){.output_line = 1, .output_column = 2, .answer_line = 3, .answer_column = 4};
    (void)str_copy(made->judgement.difference.output, COMPARE_EXCERPT_SIZE, "8");
    (void)str_copy(made->judgement.difference.answer, COMPARE_EXCERPT_SIZE, "7");
    static char shown[] = "line|your output\n--|--\n1|`8`\n\n";
    made->judgement.shown = shown;
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(strstr(text, "**a_b_.in**: Wrong Answer: line 1, column 1: 8 instead of 7\n\nline|your "
                           "output\n--|--\n1|`8`\n\nfilename|") == text);
    /* Where the site shows no differences, the answer is nowhere. */
    outcome_report(text, sizeof text, &made->judgement, false, UI_ZH);
    CU_ASSERT(strstr(text, "instead of 7") == NULL && strstr(text, "`8`") == NULL && strstr(text, "答案错误") != NULL);
    /* What a program wrote is no tag and no link. */
    (void)str_copy(made->cases[1].note, sizeof made->cases[1].note, "found <img src=x> [a](javascript:x) `b`");
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(strstr(text, ": found \\<img src=x> \\[a](javascript:x) \\`b\\`\n") != NULL);
    free(made);
}

static void test_subtasks(void)
{
    char text[OUTCOME_TEXT_BYTES];
    struct problem_subtask subtasks[] = {{.number = 0}, {.number = 7, .score = 70}};
    struct subtask_judgement rows[] = {{.subtask = &subtasks[0]},
                                       {.subtask = &subtasks[1], .score = 33333, .full = 70000}};
    struct made *made = make(3);
    made->judgement.subtasks = rows;
    made->judgement.subtask_count = 2;
    made->tests[0].sample = made->tests[0].pretest = made->tests[1].pretest = true;
    made->cases[2] = (struct case_judgement){.test = &made->tests[2], .verdict = VERDICT_SKIPPED};
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, "subtask|score\n--|--\n0|0.000 / 0.000\n7|33.333 / 70.000\n\n"
                                 "filename|size|result|memory|time\n--|--|--|--|--\n1.in (sample)|4|AC|900KB|2ms\n"
                                 "2.in (pretest)|4|AC|900KB|2ms\n3.in|4|-|-|-\n");
    outcome_report(text, sizeof text, &made->judgement, true, UI_ZH);
    CU_ASSERT(strstr(text, "子任务|得分\n") == text && strstr(text, "1.in（样例）|4|AC|") != NULL);
    /* Those that HUSTOJ's names make are not listed. */
    subtasks[0].number = subtasks[1].number = -1;
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(strstr(text, "filename|") == text);
    free(made);
}

static void test_many(void)
{
    char text[OUTCOME_TEXT_BYTES];
    struct made *made = make(MOST);
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(strlen(text) < sizeof text && strstr(text, " more cases are not shown\n") != NULL);
    free(made);
}

/* What the page of a test run shows, and that all of it has room. */
static void test_test_run(void)
{
    static char output[OUTCOME_TEXT_BYTES];
    static char error[JUDGE_STDERR_SIZE];
    char text[OUTCOME_TEXT_BYTES], compile_text[] = "main.c:1: error";
    struct made *made = make(1);
    made->judgement.compile_text = compile_text;
    made->judgement.output = output;
    made->judgement.failed_stderr = error;
    (void)str_copy(output, sizeof output, "42\n");
    outcome_test_run(text, sizeof text, &made->judgement, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, "42\n");
    (void)str_copy(error, sizeof error, "careful");
    outcome_test_run(text, sizeof text, &made->judgement, UI_ZH);
    CU_ASSERT_STRING_EQUAL(text, "[标准错误输出]\ncareful\n\n42\n");
    made->cases[0].verdict = VERDICT_RE;
    (void)str_copy(made->cases[0].note, sizeof made->cases[0].note, "exit code 3");
    outcome_test_run(text, sizeof text, &made->judgement, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, "Runtime Error: exit code 3\n[standard error]\ncareful\n\n42\n");
    error[0] = '\0';
    output[0] = '\0';
    outcome_test_run(text, sizeof text, &made->judgement, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, "Runtime Error: exit code 3\n");
    memset(output, 'x', sizeof output - 1);
    memset(error, 'y', sizeof error - 1);
    memset(made->cases[0].note, 'z', sizeof made->cases[0].note - 1);
    outcome_test_run(text, sizeof text, &made->judgement, UI_ZH);
    UNIT_CHECK(strlen(text) < sizeof text && strlen(text) > sizeof text - 8, "%zu", strlen(text));
    CU_ASSERT_STRING_EQUAL(text + strlen(text) - 6, "xx\n...");
    made->judgement.case_count = 0;
    outcome_test_run(text, sizeof text, &made->judgement, UI_EN);
    CU_ASSERT_STRING_EQUAL(text, compile_text);
    free(made);
}

/* Of a program that failed the end of what it wrote to standard error, as text, and never all of the report. */
static void test_standard_error(void)
{
    static char error[JUDGE_STDERR_SIZE] = "Traceback:\n  <b>\nValueError";
    char text[OUTCOME_TEXT_BYTES];
    struct made *made = make(2);
    made->judgement.failed = 1;
    made->judgement.failed_stderr = error;
    made->cases[1].verdict = VERDICT_RE;
    (void)str_copy(made->cases[1].note, sizeof made->cases[1].note, "exit code 1");
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(
        strstr(text, "exit code 1\n\nstandard error:\n\n    Traceback:\n      <b>\n    ValueError\n\nfilename|") !=
        NULL);
    outcome_report(text, sizeof text, &made->judgement, false, UI_EN);
    CU_ASSERT(strstr(text, "Traceback") == NULL && strstr(text, "exit code 1") != NULL);
    made->cases[1].verdict = VERDICT_WA;
    outcome_report(text, sizeof text, &made->judgement, true, UI_EN);
    CU_ASSERT(strstr(text, "Traceback") == NULL);
    made->cases[1].verdict = VERDICT_RE;
    for (size_t i = 0; i < sizeof error - 1; i++)
        error[i] = i % 2 == 0 ? 'x' : '\n';
    outcome_report(text, sizeof text, &made->judgement, true, UI_ZH);
    CU_ASSERT(strstr(text, "2.in|4|RE|") != NULL);
    memset(error, 'y', sizeof error - 1);
    outcome_report(text, sizeof text, &made->judgement, true, UI_ZH);
    CU_ASSERT(strstr(text, "2.in|4|RE|") != NULL);
    free(made);
}

static void test_pass_rate(void)
{
    static const int64_t rows[][2] = {{0, 0},       {49, 0},      {50, 1},      {33333, 333}, {66666, 667},
                                      {83333, 833}, {99949, 999}, {99950, 999}, {99999, 999}, {100000, 1000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct judgement judgement = {.score = rows[i][0]};
        (void)UNIT_CHECK(outcome_pass_rate(&judgement) == rows[i][1], "%lld", (long long)rows[i][0]);
    }
}

static const struct unit_test tests[] = {
    {"table", test_table},         {"failure", test_failure},   {"subtasks", test_subtasks},
    {"many", test_many},           {"test_run", test_test_run}, {"standard_error", test_standard_error},
    {"pass_rate", test_pass_rate},
};

UNIT_MAIN("outcome", tests)
