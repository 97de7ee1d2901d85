/*
 * test_checker.c - what a checker's exit code, outputs and files mean in each protocol, and the checkers that are built in.
 */
#include "judge_client/checker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/checker_builtin.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* ---- protocols */

#define REPORT(attributes, text)                                                                                       \
    "<?xml version=\"1.0\" encoding=\"windows-1251\"?><result " attributes ">" text "</result>"

enum { BAD = -1 }; /* not a word of the protocol */

static const struct row {
    enum checker_protocol protocol;
    int exit_code;
    const char *out, *error, *result, *message; /* result, message: NULL: there is no such file */
    int verdict;                                /* enum verdict, or BAD */
    int64_t share;
} rows[] = {
    {CHECKER_SPJ, 0, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_SPJ, 1, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_SPJ, 2, "", "", NULL, NULL, VERDICT_PE, 0},
    {CHECKER_SPJ, 3, "", "", NULL, NULL, VERDICT_RE, 0},
    {CHECKER_SPJ, 4, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_SPJ, 255, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_UPJ, 0, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_UPJ, 60, "", "", NULL, NULL, VERDICT_WA, 600000},
    {CHECKER_UPJ, 100, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_UPJ, 101, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 0, "", "ok", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_TESTLIB, 1, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_TESTLIB, 2, "", "", NULL, NULL, VERDICT_PE, 0},
    {CHECKER_TESTLIB, 3, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 4, "", "", NULL, NULL, VERDICT_PE, 0},
    {CHECKER_TESTLIB, 5, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 6, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 7, "", "points 0.25 a quarter", NULL, NULL, VERDICT_WA, 250000},
    {CHECKER_TESTLIB, 7, "", "points 1", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_TESTLIB, 7, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 8, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_TESTLIB, 9, "", "", NULL, NULL, BAD, 0},
    {CHECKER_TESTLIB, 100, "", "", NULL, NULL, BAD, 0},
    /* The report wins over an exit code that may mean several things. */
    {CHECKER_TESTLIB, 1, "", "", REPORT("outcome = \"accepted\"", "1 number"), NULL, VERDICT_AC, 1000000},
    {CHECKER_TESTLIB, 0, "", "", REPORT("outcome = \"wrong-answer\"", ""), NULL, VERDICT_WA, 0},
    {CHECKER_TESTLIB, 0, "", "", REPORT("outcome=\"presentation-error\"", ""), NULL, VERDICT_PE, 0},
    {CHECKER_TESTLIB, 8, "", "", REPORT("outcome = \"unexpected-eof\"", ""), NULL, VERDICT_WA, 0},
    {CHECKER_TESTLIB, 3, "", "", REPORT("outcome = \"fail\"", "no"), NULL, BAD, 0},
    {CHECKER_TESTLIB, 0, "", "", REPORT("outcome = \"reserved\"", ""), NULL, BAD, 0},
    {CHECKER_TESTLIB, 4, "", "", REPORT("outcome = \"fail\"", "extra words"), NULL, VERDICT_PE, 0},
    {CHECKER_TESTLIB, 7, "", "", REPORT("outcome = \"points\" points = \"0.5\"", "half"), NULL, VERDICT_WA, 500000},
    {CHECKER_TESTLIB, 7, "", "points 0.75 x", REPORT("outcome = \"points\"", "points = \"1\""), NULL, VERDICT_WA,
     750000},
    {CHECKER_TESTLIB, 7, "", "", REPORT("outcome = \"points\" points = \"1.5\"", ""), NULL, BAD, 0},
    {CHECKER_TESTLIB, 7, "", "", REPORT("outcome = \"points\" points = \"-1\"", ""), NULL, BAD, 0},
    {CHECKER_TESTLIB, 7, "", "", REPORT("outcome = \"points\" points = \"nan\"", ""), NULL, BAD, 0},
    {CHECKER_TESTLIB, 40, "", "", REPORT("outcome = \"partially-correct\" pctype = \"40\"", ""), NULL, VERDICT_WA,
     400000},
    {CHECKER_TESTLIB, 0, "", "", "<result outcome", NULL, VERDICT_AC, 1000000}, /* cut: the exit code */
    {CHECKER_TPJ, 1, "", "", REPORT("outcome = \"accepted\"", ""), NULL, VERDICT_AC, 1000000},
    {CHECKER_KATTIS, 42, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_KATTIS, 43, "", "", NULL, "no", VERDICT_WA, 0},
    {CHECKER_KATTIS, 0, "", "", NULL, NULL, BAD, 0},
    {CHECKER_KATTIS, 1, "", "", NULL, NULL, BAD, 0},
    {CHECKER_KATTIS, 42, "", "", "5\n", NULL, VERDICT_WA, 250000}, /* of the case's 20 */
    {CHECKER_KATTIS, 42, "", "", "20", NULL, VERDICT_AC, 1000000},
    {CHECKER_KATTIS, 42, "", "", "21", NULL, BAD, 0},
    {CHECKER_KATTIS, 42, "", "", "", NULL, BAD, 0},
    {CHECKER_LEMON, 0, "", "", "100", "good", VERDICT_AC, 1000000},
    {CHECKER_LEMON, 0, "", "", "30\n", NULL, VERDICT_WA, 300000},
    {CHECKER_LEMON, 0, "", "", NULL, NULL, BAD, 0},
    {CHECKER_LEMON, 0, "", "", "much", NULL, BAD, 0},
    {CHECKER_LEMON, 1, "", "", "100", NULL, BAD, 0},
    {CHECKER_QDUOJ, 0, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_QDUOJ, 1, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_QDUOJ, 2, "", "", NULL, NULL, BAD, 0},
    {CHECKER_QDUOJ, 255, "", "", NULL, NULL, BAD, 0},
    {CHECKER_SYZOJ, 0, "100\n", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_SYZOJ, 0, "0", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_SYZOJ, 0, "33.3", "a third", NULL, NULL, VERDICT_WA, 333000},
    {CHECKER_SYZOJ, 0, "", "", NULL, NULL, BAD, 0},
    {CHECKER_SYZOJ, 0, "101", "", NULL, NULL, BAD, 0},
    {CHECKER_SYZOJ, 1, "100", "", NULL, NULL, BAD, 0},
    {CHECKER_UOJ, 0, "", "ok 3 numbers", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_UOJ, 1, "", "wrong answer", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_UOJ, 7, "", "points 0.4 some", NULL, NULL, VERDICT_WA, 400000},
    {CHECKER_UOJ, 3, "", "FAIL no file", NULL, NULL, BAD, 0},
    {CHECKER_UOJ, 0, "", "", NULL, NULL, BAD, 0},
    {CHECKER_CUPOJ, 0, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_CUPOJ, 1, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_CUPOJ, 3, "", "", NULL, NULL, VERDICT_WA, 0},
    {CHECKER_CUPOJ, 4, "", "", NULL, NULL, VERDICT_AC, 1000000},
    {CHECKER_CUPOJ, 5, "", "", NULL, NULL, VERDICT_PE, 0},
    {CHECKER_CUPOJ, 7, "", "", NULL, NULL, VERDICT_TLE, 0},
    {CHECKER_CUPOJ, 10, "", "", NULL, NULL, VERDICT_RE, 0},
    {CHECKER_CUPOJ, 11, "", "", NULL, NULL, BAD, 0},
    {CHECKER_CUPOJ, 255, "", "", NULL, NULL, BAD, 0},
};

static void fill(struct checker_left *left, const struct row *row)
{
    memset(left, 0, sizeof *left);
    left->exit_code = row->exit_code;
    left->has_result = row->result != NULL;
    left->has_message = row->message != NULL;
    (void)str_copy(left->out, sizeof left->out, row->out); /* all of them fit */
    (void)str_copy(left->error, sizeof left->error, row->error);
    (void)str_copy(left->result, sizeof left->result, row->result == NULL ? "" : row->result);
    (void)str_copy(left->message, sizeof left->message, row->message == NULL ? "" : row->message);
}

static void test_verdicts(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct checker_left left;
        struct checker checker = {.protocol = rows[i].protocol, .points = checker_usual_points(rows[i].protocol)};
        struct checker_verdict verdict;
        struct err e = {""};
        fill(&left, &rows[i]);
        int result = checker_read(&checker, 20, &left, &verdict, &e);
        if (rows[i].verdict == BAD)
            (void)UNIT_CHECK(result == -1 && e.text[0] != '\0', "row %zu, %s %d", i, checker_name(checker.protocol),
                             rows[i].exit_code);
        else
            (void)UNIT_CHECK(result == 0 && (int)verdict.verdict == rows[i].verdict && verdict.share == rows[i].share,
                             "row %zu, %s %d: %d %s, %lld, %s", i, checker_name(checker.protocol), rows[i].exit_code,
                             result, verdict_code(verdict.verdict), (long long)verdict.share, e.text);
    }
}

/* Each exit code has an answer in each protocol, whatever else is there, and nothing but AC is the whole. */
static void test_every_exit_code(void)
{
    static struct checker_left left;
    for (int protocol = 0; protocol < CHECKER_PROTOCOL_COUNT; protocol++) {
        struct checker checker = {.protocol = (enum checker_protocol)protocol};
        for (left.exit_code = 0; left.exit_code < 256; left.exit_code++) {
            struct checker_verdict verdict;
            struct err e = {""};
            int result = checker_read(&checker, 10, &left, &verdict, &e);
            (void)UNIT_CHECK(result == 0 ? (verdict.verdict == VERDICT_AC) == (verdict.share == CHECKER_WHOLE)
                                         : e.text[0] != '\0',
                             "%s %d: %lld", checker_name(checker.protocol), left.exit_code, (long long)verdict.share);
        }
    }
}

static void test_points(void)
{
    static const struct {
        const char *text;
        enum checker_points points;
        int verdict;
        int64_t share;
    } points[] = {
        {"points 0.3 x", CHECKER_FRACTION, VERDICT_WA, 300000},
        {"points 30", CHECKER_PERCENT, VERDICT_WA, 300000},
        {"points 30", CHECKER_ABSOLUTE, VERDICT_WA, 750000},
        {"points 40", CHECKER_ABSOLUTE, VERDICT_AC, 1000000},
        {"points 41", CHECKER_ABSOLUTE, BAD, 0},
        {"points 30", CHECKER_FRACTION, BAD, 0},
        {"points 101", CHECKER_PERCENT, BAD, 0},
        {"points", CHECKER_PERCENT, BAD, 0},
        {"points .5", CHECKER_FRACTION, VERDICT_WA, 500000},
        {"points 1e1", CHECKER_PERCENT, BAD, 0},
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        static struct checker_left left;
        struct checker checker = {.protocol = CHECKER_TESTLIB, .points = points[i].points};
        struct checker_verdict verdict;
        struct err e = {""};
        left.exit_code = 7;
        (void)str_copy(left.error, sizeof left.error, points[i].text); /* it fits */
        int result = checker_read(&checker, 40, &left, &verdict, &e);
        (void)UNIT_CHECK(points[i].verdict == BAD ? result == -1
                                                  : result == 0 && (int)verdict.verdict == points[i].verdict &&
                                                        verdict.share == points[i].share,
                         "'%s': %d, %lld, %s", points[i].text, result, (long long)verdict.share, e.text);
    }
}

static void test_table(void)
{
    struct err e;
    for (int protocol = 0; protocol < CHECKER_PROTOCOL_COUNT; protocol++) {
        const char *name = checker_name((enum checker_protocol)protocol);
        CU_ASSERT_EQUAL(checker_protocol_of_name(name, &e), protocol);
        CU_ASSERT(strlen(checker_help((enum checker_protocol)protocol)) > 0);
    }
    CU_ASSERT_EQUAL(checker_protocol_of_name("hustoj", &e), CHECKER_SPJ);
    CU_ASSERT_EQUAL(checker_protocol_of_name("testlb", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "unknown protocol 'testlb' (did you mean testlib?)");
    struct checker checker = {.protocol = CHECKER_TPJ};
    CU_ASSERT_STRING_EQUAL(checker_arguments(&checker), "input user_out answer report -appes");
    checker.hustoj_argv = true;
    CU_ASSERT_STRING_EQUAL(checker_arguments(&checker), "input answer user_out");
}

/* ---- built in */

static int file_of(const char *bytes, size_t size)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, bytes, size) == 0);
    return fd;
}

static bool accepts(enum checker_builtin builtin, const char *answer, size_t answer_size, const char *output,
                    size_t output_size, char *note, size_t note_size)
{
    struct err e = {""};
    bool accepted = false;
    int answer_fd = file_of(answer, answer_size), output_fd = file_of(output, output_size);
    note[0] = '\0';
    int result = checker_builtin_judge(builtin, answer_fd, output_fd, &accepted, note, note_size, UI_EN, &e);
    (void)UNIT_CHECK(result == 0, "%s: %s", checker_builtin_name(builtin), e.text);
    (void)UNIT_CHECK(accepted == (note[0] == '\0'), "%s: note '%s'", checker_builtin_name(builtin), note);
    file_close(&answer_fd);
    file_close(&output_fd);
    return accepted;
}

static void test_builtins(void)
{
    static const struct {
        enum checker_builtin builtin;
        const char *answer, *output;
        bool accepted;
    } cases[] = {
        {CHECKER_LINES_UNORDERED, "a\nb\nc\n", "c\na\nb", true},
        {CHECKER_LINES_UNORDERED, "a b\nc\n", "c \r\na b\t\n\n\n", true},
        {CHECKER_LINES_UNORDERED, "a b\nc\n", "c\nb a\n", false},
        {CHECKER_LINES_UNORDERED, "a  b\n", "a b\n", false},
        {CHECKER_LINES_UNORDERED, " a\n", "a\n", false},
        {CHECKER_LINES_UNORDERED, "a\n\nb\n", "\na\nb\n", true},
        {CHECKER_LINES_UNORDERED, "a\n\nb\n", "a\nb\n", false},
        {CHECKER_LINES_UNORDERED, "a\na\nb\n", "a\nb\nb\n", false},
        {CHECKER_LINES_UNORDERED, "", "\n\n", true},
        {CHECKER_LINES_UNORDERED, "", "a", false},
        {CHECKER_PERMUTATION, "1 2 3\n", "3\n1\n2", true},
        {CHECKER_PERMUTATION, "1 2 3", "3 1 1", false},
        {CHECKER_PERMUTATION, "1 23", "12 3", false},
        {CHECKER_PERMUTATION, "1 2", "1 2 2", false},
        {CHECKER_YES_NO, "YES\nNO\n", "yes no", true},
        {CHECKER_YES_NO, "YES\nNO\n", "yes yes", false},
        {CHECKER_YES_NO, "YES", "y", false},
        {CHECKER_YES_NO, "YES", "", false},
        {CHECKER_YES_NO, "YES", "yes yes", false},
        {CHECKER_NUMBERS, "7 1.5 -0 100", "007 +1.50 0.00 100.", true},
        {CHECKER_NUMBERS, "0.5 -0.5", ".5 -.50", true},
        {CHECKER_NUMBERS, "100", "1", false},
        {CHECKER_NUMBERS, "10", "100", false},
        {CHECKER_NUMBERS, "1.05", "1.5", false},
        {CHECKER_NUMBERS, "-7", "7", false},
        {CHECKER_NUMBERS, "123456789012345678901234567890", "0123456789012345678901234567890.0", true},
        {CHECKER_NUMBERS, "123456789012345678901234567890", "123456789012345678901234567891", false},
        {CHECKER_NUMBERS, "a 1", "a 01", true},
        {CHECKER_NUMBERS, "a", "b", false},
        {CHECKER_NUMBERS, "1.2.3", "01.2.3", false},
        {CHECKER_NUMBERS, ".", "0", false},
        {CHECKER_NUMBERS, "1e1", "10", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char note[200];
        bool accepted = accepts(cases[i].builtin, cases[i].answer, strlen(cases[i].answer), cases[i].output,
                                strlen(cases[i].output), note, sizeof note);
        (void)UNIT_CHECK(accepted == cases[i].accepted, "%s: '%s' for '%s': %s", checker_builtin_name(cases[i].builtin),
                         cases[i].output, cases[i].answer, note);
    }
}

static void test_builtin_notes(void)
{
    char note[200];
    (void)accepts(CHECKER_YES_NO, "yes no", 6, "yes maybe", 9, note, sizeof note);
    CU_ASSERT_STRING_EQUAL(note, "word 2 is neither yes nor no");
    (void)accepts(CHECKER_NUMBERS, "1 2", 3, "1 \033", 3, note, sizeof note);
    CU_ASSERT_STRING_EQUAL(note, "word 2: ? instead of 2");
    (void)accepts(CHECKER_PERMUTATION, "1 2", 3, "1", 1, note, sizeof note);
    CU_ASSERT_STRING_EQUAL(note, "1 words instead of 2");
    /* A NUL byte is a byte like any other. */
    CU_ASSERT_FALSE(accepts(CHECKER_NUMBERS, "1", 1, "1\0", 2, note, sizeof note));
    CU_ASSERT_FALSE(accepts(CHECKER_PERMUTATION, "a", 1, "a\0", 2, note, sizeof note));
    struct err e;
    bool accepted;
    int answer_fd = file_of("maybe", 5), output_fd = file_of("yes", 3);
    CU_ASSERT_EQUAL(
        checker_builtin_judge(CHECKER_YES_NO, answer_fd, output_fd, &accepted, note, sizeof note, UI_EN, &e), -1);
    file_close(&answer_fd);
    file_close(&output_fd);
}

/* Words and lines of many times the pieces that are read. */
static void test_builtin_large(void)
{
    enum { SIZE = 3 << 20 };
    char note[200];
    char *answer = malloc(SIZE), *output = malloc(SIZE);
    CU_ASSERT_FATAL(answer != NULL && output != NULL);
    for (size_t i = 0; i < SIZE; i++)
        answer[i] = (char)('0' + i % 7);
    memcpy(output, answer, SIZE);
    for (int builtin = 0; builtin < CHECKER_BUILTIN_COUNT; builtin++) {
        if (builtin == CHECKER_YES_NO)
            continue; /* its words are short */
        CU_ASSERT(accepts((enum checker_builtin)builtin, answer, SIZE, output, SIZE, note, sizeof note));
        output[SIZE - 2] ^= 1;
        CU_ASSERT_FALSE(accepts((enum checker_builtin)builtin, answer, SIZE, output, SIZE, note, sizeof note));
        CU_ASSERT_FALSE(accepts((enum checker_builtin)builtin, answer, SIZE, answer, SIZE - 1, note, sizeof note));
        output[SIZE - 2] ^= 1;
    }
    for (size_t i = 0; i < SIZE; i += 8)
        answer[i] = '\n';
    for (size_t i = 0; i < SIZE; i++)
        output[i] = answer[SIZE - 1 - i];
    for (size_t i = 0; i + 8 <= SIZE; i += 8) { /* each line is read backwards: back again */
        for (size_t a = i, b = i + 6; a < b; a++, b--) {
            char byte = output[a];
            output[a] = output[b];
            output[b] = byte;
        }
    }
    CU_ASSERT(accepts(CHECKER_PERMUTATION, answer, SIZE, output, SIZE, note, sizeof note));
    CU_ASSERT(accepts(CHECKER_LINES_UNORDERED, answer + 1, SIZE - 1, output, SIZE, note, sizeof note));
    CU_ASSERT_FALSE(accepts(CHECKER_NUMBERS, answer, SIZE, output, SIZE, note, sizeof note));
    free(answer);
    free(output);
}

static const struct unit_test tests[] = {
    {"verdicts", test_verdicts},
    {"every_exit_code", test_every_exit_code},
    {"points", test_points},
    {"table", test_table},
    {"builtins", test_builtins},
    {"builtin_notes", test_builtin_notes},
    {"builtin_large", test_builtin_large},
};

UNIT_MAIN("checker", tests)
