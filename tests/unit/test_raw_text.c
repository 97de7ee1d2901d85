/*
 * test_raw_text.c - answers to questions: what is right, what a damaged answer file says, and how the mark is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge_client/raw_text.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static struct raw_text text_of(const char *text)
{
    return (struct raw_text){text, strlen(text)};
}

static void check(const char *answer, const char *own, int64_t mark, int64_t total, const char *report)
{
    struct raw_text input = text_of("3\n"), right = text_of(answer), said = text_of(own);
    struct raw_text_mark got;
    struct err e = {""};
    char text[1024];
    int code = raw_text_judge(&input, &right, &said, true, text, sizeof text, UI_EN, &got, &e);
    UNIT_CHECK(code == 0, "%s: %s", answer, e.text);
    UNIT_CHECK(got.mark == mark && got.total == total, "'%s' for '%s': %lld of %lld", own, answer, (long long)got.mark,
               (long long)got.total);
    UNIT_CHECK(strcmp(text, report) == 0, "'%s' for '%s': %s", own, answer, text);
}

static void test_marks(void)
{
    static const char three[] = "1 [20] A\n2 [30.5] long long\n3 [0.125] *\n";
    check(three, "1 A\n2 long long\n3 x\n", 50625, 50625, "");
    check(three, "1 a\r\n2 LONG\t  Long \r\n3 \r\n", 50625, 50625, "");
    check(three,
          "\xef\xbb\xbf"
          "1 A",
          20000, 50625, "");
    check(three, "3 x\n1 A because\n", 20125, 50625, "");
    check(three, "2 long\n", 0, 50625, "2: long long  [your answer: long]  -30.5\n");
    check(three, "2 long long int\n", 0, 50625, "2: long long  [your answer: long long int]  -30.5\n");
    check(three, "1 B\n1 A\n", 0, 50625, "1: A  [your answer: B]  -20\n");
    check(three, "", 0, 50625, "");
    check(three, "\n\n  \n", 0, 50625, "");
    check(three, "0 A\n4 A\n-1 A\nA 1\n111111111111111111111111 A\n", 0, 50625, "");
    check(three, "1A\n", 20000, 50625, ""); /* as HUSTOJ reads it: a number, then the rest */
    check("3 [1] c\n\n1 [2] a\n2 [3] b", "1 a\n2 b\n3 c", 6000, 6000, "");
    check("1[5]A\n2 [ 5 ] B\n3 [5.] C", "1 A\n2 B\n3 C", 15000, 15000, "");
    check("1 [1] \xe4\xbd\xa0\n2 [1] x\n3 [1] y", "1 \xe4\xbd\xa0", 1000, 3000, "");
    check("1. [1] a\n2: [1] b\n3 points [1] c\n4 [1] d\nremarks", "1 a\n4 d", 1000, 3000, "");
    check("1 [0] a\n2 [0] b\n3 [0] c", "1 a", 0, 0, "");
}

static void test_hidden_answers(void)
{
    struct raw_text input = text_of("1"), right = text_of("1 [5] secret"), said = text_of("1 x");
    struct raw_text_mark got;
    struct err e = {""};
    char text[256];
    CU_ASSERT_EQUAL(raw_text_judge(&input, &right, &said, false, text, sizeof text, UI_EN, &got, &e), 0);
    CU_ASSERT(text[0] == '\0' && got.mark == 0 && got.total == 5000);
}

static void test_damaged(void)
{
    static const struct {
        const char *input, *answer, *why;
    } rows[] = {
        {"", "1 [5] A", "the input must be the number of questions, 1 to 10000"},
        {"x", "1 [5] A", "the input must be the number of questions, 1 to 10000"},
        {"0", "1 [5] A", "the input must be the number of questions, 1 to 10000"},
        {"10001", "1 [5] A", "the input must be the number of questions, 1 to 10000"},
        {"999999999999999999999", "1 [5] A", "the input must be the number of questions, 1 to 10000"},
        {"2", "1 [5] A", "the answer has no question 2 of 2"},
        {"2", "1 [5] A\n\n1 [5] A", "line 3 of the answer: question 1 is there twice"},
        {"2", "3 [5] A", "line 1 of the answer: must begin with a question's number, 1 to 2"},
        {"2", "A", "line 1 of the answer: must begin with a question's number, 1 to 2"},
        {"2", "1 A", "line 1 of the answer: after the number must come the score, as in '1 [5] A'"},
        {"2", "1 [5", "line 1 of the answer: after the number must come the score, as in '1 [5] A'"},
        {"2", "1 [x] A", "line 1 of the answer: after the number must come the score, as in '1 [5] A'"},
        {"2", "1 [-5] A", "line 1 of the answer: after the number must come the score, as in '1 [5] A'"},
        {"2", "1 [9999999] A", "line 1 of the answer: after the number must come the score, as in '1 [5] A'"},
        {"2", "1 [5] ", "line 1 of the answer: question 1 has no answer"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct raw_text input = text_of(rows[i].input), right = text_of(rows[i].answer), said = text_of("");
        struct raw_text_mark got;
        struct err e = {""};
        char text[256];
        int code = raw_text_judge(&input, &right, &said, true, text, sizeof text, UI_EN, &got, &e);
        UNIT_CHECK(code == -1 && strcmp(e.text, rows[i].why) == 0, "%zu: %s", i, e.text);
    }
}

static void test_report_that_does_not_fit(void)
{
    struct raw_text input = text_of("2"), right = text_of("1 [5] aaaaaaaaaa\n2 [5] b"), said = text_of("1 x\n2 y");
    struct raw_text_mark got;
    struct err e = {""};
    char text[40];
    CU_ASSERT_EQUAL(raw_text_judge(&input, &right, &said, true, text, sizeof text, UI_EN, &got, &e), 0);
    CU_ASSERT_STRING_EQUAL(text, "1: aaaaaaaaaa  [your answer: x]  -5\n");
}

static void test_numbers(void)
{
    static const struct {
        int64_t number;
        const char *text;
    } rows[] = {{0, "0"}, {1000, "1"}, {2500, "2.5"}, {125, "0.125"}, {100010, "100.01"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        raw_text_number(text, sizeof text, rows[i].number);
        UNIT_CHECK(strcmp(text, rows[i].text) == 0, "%lld: %s", (long long)rows[i].number, text);
    }
}

static const struct unit_test tests[] = {
    {"marks", test_marks},     {"hidden_answers", test_hidden_answers},
    {"damaged", test_damaged}, {"report_that_does_not_fit", test_report_that_does_not_fit},
    {"numbers", test_numbers},
};
UNIT_MAIN("raw_text", tests)
