/*
 * test_compare.c - what each way of comparing accepts: tables, and for COMPARE_LINES a slow reference beside it.
 */
#include "judge_client/compare.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge_client/compare_parts.h"
#include "tests/unit/printable.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { SAME = COMPARE_SAME, PE = COMPARE_PRESENTATION, WA = COMPARE_DIFFERENT };

static const char *const result_names[] = {"same", "presentation", "different"};

struct row {
    const char *answer, *output;
    int result;
};

static void check_rows(const struct row *rows, size_t count, const struct compare_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct compare_difference difference;
        enum compare_result result = compare_bytes(rows[i].answer, strlen(rows[i].answer), rows[i].output,
                                                   strlen(rows[i].output), options, &difference);
        UNIT_CHECK((int)result == rows[i].result, "mode %d: '%s' for '%s' is %s", (int)options->mode, rows[i].output,
                   rows[i].answer, result_names[result]);
    }
}

#define CHECK_ROWS(rows, ...) check_rows(rows, sizeof(rows) / sizeof *(rows), &(struct compare_options){__VA_ARGS__})

static void test_lines(void)
{
    static const struct row both[] = {
        {"", "", SAME},
        {"3\n", "3\n", SAME},
        {"3\n", "3", SAME},
        {"3", "3 \t\r\n\n \n", SAME},
        {"3\n\n\n", "3", SAME},
        {"", " \n", SAME},
        {"3 4\n5", "3  4\n5", PE},
        {"3 4\n5", "3 4\n\n5", PE},
        {"3 4\n\n5", "3 4\n5", PE},
        {"3 4\n5", "\n3 4\n5", PE},
        {"3 4\n5", " 3 4\n5", PE},
        {"3 4\n5", "3 4\n 5", PE},
        {"3 4\n5", "3  4\n6", WA},
        {"3 4\n5", "3 4\n", WA},
        {"3 4\n5", "", WA},
        {"", "0", WA},
        {"3 4\n5", "3 4\n5 6", WA},
        {"3 4\n5", "34\n5", WA},
        {"34", "3 4", WA},
        {"3.0", "3.00", WA},
        {"a", "A", WA},
    };
    static const struct row usual[] = {
        {"3 4\n5", "3 4 5", SAME},      {"3 4 5", "3\n4\n5", SAME},   {"3 4\n5", "3 4 \n5", SAME},
        {"3 4 \n5", "3 4\n5", SAME},    {"3 4\n5", "3\t4\n5", SAME},  {"3 4\n5", "3 4 \t \n5", SAME},
        {"3 4\r\n5", "3 4\n5", SAME},   {"3 4\n5", "3 4\r\n5", SAME}, {"3 4\r\n5\r\n", "3 4 5", SAME},
        {"3\r\n\r\n4", "3\n\n4", SAME}, {"3\n\n4", "3 \n4", PE},
    };
    static const struct row strict[] = {
        {"3 4\n5", "3 4 5", PE},        {"3 4\n5", "3 4 \n5", PE},    {"3 4 \n5", "3 4\n5", PE},
        {"3 4\n5", "3\t4\n5", PE},      {"3 4\r\n5", "3 4\n5", SAME}, {"3 4\n5", "3 4\r\n5", SAME},
        {"3\r\n\r\n4", "3\n\n4", SAME}, {"3 4\n", "3 4 ", PE},        {"3 4\n5", "3 4\r5", SAME},
    };
    CHECK_ROWS(both, .mode = COMPARE_LINES);
    CHECK_ROWS(both, .mode = COMPARE_LINES, .strict_line_ends = true);
    CHECK_ROWS(usual, .mode = COMPARE_LINES);
    CHECK_ROWS(strict, .mode = COMPARE_LINES, .strict_line_ends = true);
}

static void test_exact(void)
{
    static const struct row rows[] = {
        {"", "", SAME},       {"3\n", "3\n", SAME},    {"3\n", "3", WA}, {"3", "3\n", WA},
        {"3\n", "3\r\n", WA}, {"3 4\n", "3 4 \n", WA}, {"a", "A", WA},   {"", "\n", WA},
    };
    CHECK_ROWS(rows, .mode = COMPARE_EXACT);
    /* Options of other modes change nothing. */
    CHECK_ROWS(rows, .mode = COMPARE_EXACT, .strict_line_ends = true, .abs_error = 1, .rel_error = 1);
}

static void test_tokens(void)
{
    static const struct row rows[] = {
        {"", "", SAME},
        {"", " \r\n\t\v\f", SAME},
        {"1 2\n3\n", "1 2 3", SAME},
        {"1 2\n3\n", "\n\n 1\r\n2\t\t3 ", SAME},
        {"1 2", "12", WA},
        {"12", "1 2", WA},
        {"1 2 ", "1 2 3", WA},
        {"1 2 3", "1 2 \n", WA},
        {"1", "", WA},
        {"1 2", "2 1", WA},
        {"1.0", "1", WA},
        {"abc", "aBc", WA},
        {"ab", "abc", WA},
        {"abc", "ab", WA},
        {"a\xc2\xa0"
         "b",
         "a b", WA}, /* a blank of Unicode is none */
    };
    CHECK_ROWS(rows, .mode = COMPARE_TOKENS);
}

static void test_ignore_case(void)
{
    static const struct row rows[] = {
        {"Yes No", "YES no", SAME},   {"yes", "yEz", WA},
        {"yes", "yesS", WA},          {"@[`{", "`{@[", WA},
        {"\xc3\x84", "\xc3\xa4", WA}, {"aaaaaaaaaaaaaaaaaaaaaaaaB", "AaaaaaaaaaaaaaaaaaaaaaaAb", SAME},
    };
    static const struct row white[] = {{"Yes No", "YES  no", PE}, {"Yes\nNo", "yes \nNO\n", SAME}};
    static const struct row exact[] = {{"Yes No", "YES no", SAME}, {"Yes No", "YES  no", WA}, {"Yes", "YES\n", WA}};
    static const struct row numbers[] = {{"1E3 Inf", "1000 iNF", SAME}, {"1e3x", "1E3X", SAME}, {"Nan", "Nax", WA}};
    CHECK_ROWS(rows, .mode = COMPARE_LINES, .ignore_case = true);
    CHECK_ROWS(rows, .mode = COMPARE_TOKENS, .ignore_case = true);
    CHECK_ROWS(rows, .mode = COMPARE_FLOAT, .ignore_case = true);
    CHECK_ROWS(rows, .mode = COMPARE_EXACT, .ignore_case = true);
    CHECK_ROWS(white, .mode = COMPARE_LINES, .ignore_case = true);
    CHECK_ROWS(exact, .mode = COMPARE_EXACT, .ignore_case = true);
    CHECK_ROWS(numbers, .mode = COMPARE_FLOAT, .ignore_case = true);
}

static void test_float(void)
{
    static const struct row absolute[] = {
        {"1.0 2.0", "1.0000001\n2", SAME},
        {"1.0", "1.000001", SAME}, /* right on the limit */
        {"1.0", "1.0000011", WA},
        {"1.0", "0.999999", SAME},
        {"1.0", "0.9999989", WA},
        {"1000.1", "1000.100001", SAME},
        {"1000000", "1000001", WA},
        {"0", "-0.0", SAME},
        {"0", "1e-7", SAME},
        {"0", "1e-5000", SAME},
        {"0.5", ".5", SAME},
        {"5", "5.", SAME},
        {"5", "+5.000e0", SAME},
        {"-5", "5", WA},
        {"123456789012345678901234567890", "123456789012345678901234567890.0", SAME},
        {"1e400", "1E+400", SAME},
        {"1e400", "1e401", WA},
        {"1e5000", "1e5000", SAME},
        {"1e5000", "1e5001", WA}, /* too large: text */
        {"1e5000", "10e4999", WA},
        {"1e99999999999999999999", "1e99999999999999999998", WA},
        {"0e99999999999999999999", "0", SAME},
        {"nan", "nan", SAME},
        {"nan", "-nan", WA},
        {"nan", "0", WA},
        {"0", "nan", WA},
        {"inf", "inf", SAME},
        {"inf", "infinity", WA},
        {"inf", "1e400", WA},
        {"0x10", "16", WA},
        {"0x10", "0x10", SAME},
        {"1,5", "1.5", WA},
        {"1.5", "1.5.0", WA},
        {"1.5", "1.5e", WA},
        {"1.5", "1.5e+", WA},
        {"1.5", "1.5f", WA},
        {"1", "1-", WA},
        {"1", ".", WA},
        {"0", "-", WA},
        {"0", "e0", WA},
        {"1 2", "1", WA},
        {"1", "1 2", WA},
        {"1.0 2", "1.00 ", WA},
        {"1.0", "1.00\r\n", SAME},
        {"x 1.0 y", "x 1.00 y", SAME},
        {"x 1.0 y", "x 1.00 z", WA},
        {"x1.0", "x1.00", WA},
    };
    static const struct row relative[] = {
        {"1000000", "1000001", SAME},       {"1000000", "1000001.1", WA},
        {"-1000000", "-999999", SAME},      {"0", "0.0000001", WA},
        {"1e-9", "1.000001e-9", SAME},      {"1e-9", "1.1e-9", WA},
        {"1e4000", "1.0000001e4000", SAME},
    };
    static const struct row of_answer[] = {
        {"150", "100", SAME},
        {"100", "150", WA},
        {"1", "1e5000", WA},
        {"1e5000", "1", WA},
    };
    static const struct row none[] = {{"1.0", "1", SAME}, {"1.0", "1.0000000001", WA}, {"0.1", "1e-1", SAME}};
    CHECK_ROWS(absolute, .mode = COMPARE_FLOAT, .abs_error = 1e-6);
    CHECK_ROWS(relative, .mode = COMPARE_FLOAT, .rel_error = 1e-6);
    CHECK_ROWS(of_answer, .mode = COMPARE_FLOAT, .rel_error = 0.4);
    CHECK_ROWS(none, .mode = COMPARE_FLOAT);
    static const struct row limit[] = {{"0.3", "0.4", SAME}, {"0.3", "0.2", SAME}, {"0.3", "0.4000001", WA}};
    CHECK_ROWS(limit, .mode = COMPARE_FLOAT, .abs_error = 0.1);
}

/* A number of 1024 bytes is one, a longer word is text. */
static void test_long_numbers(void)
{
    enum { MOST = 1024 };
    const struct compare_options options = {.mode = COMPARE_FLOAT, .abs_error = 0.1};
    char text[MOST + 2];
    memset(text, '0', sizeof text);
    text[0] = '1';
    text[1] = '.';
    CU_ASSERT_EQUAL(compare_bytes("1", 1, text, MOST, &options, NULL), COMPARE_SAME);
    CU_ASSERT_EQUAL(compare_bytes(text, MOST, "1", 1, &options, NULL), COMPARE_SAME);
    CU_ASSERT_EQUAL(compare_bytes("1", 1, text, MOST + 1, &options, NULL), COMPARE_DIFFERENT);
    CU_ASSERT_EQUAL(compare_bytes(text, MOST + 1, "1", 1, &options, NULL), COMPARE_DIFFERENT);
    char longer[MOST + 2];
    memcpy(longer, text, sizeof text);
    longer[MOST - 1] = '1';
    CU_ASSERT_EQUAL(compare_bytes(text, MOST, longer, MOST, &options, NULL), COMPARE_SAME);
    CU_ASSERT_EQUAL(compare_bytes(text, MOST + 1, longer, MOST + 1, &options, NULL), COMPARE_DIFFERENT);
}

static void test_numbers_as_the_library(void)
{
    struct unit_random random = {20240229};
    for (int i = 0; i < 100000; i++) {
        char text[64];
        uint64_t whole = unit_random(&random) >> unit_random(&random) % 64;
        uint64_t part = unit_random(&random) >> unit_random(&random) % 64;
        int exponent = (int)(unit_random(&random) % (i % 2 == 0 ? 40 : 8000)) - (i % 2 == 0 ? 20 : 4000);
        int size =
            snprintf(text, sizeof text, "-%llu.%lluE%d", (unsigned long long)whole, (unsigned long long)part, exponent);
        long double read = 0;
        if (!UNIT_CHECK(compare_read_number((unsigned char *)text, (size_t)size, &read), "%s is no number", text))
            return;
        long double right = strtold(text, NULL);
        if (!UNIT_CHECK(fabsl(read - right) <= fabsl(right) * 64 * LDBL_EPSILON, "%s is read as %.21Lg", text, read))
            return;
    }
}

/* ---- HUSTOJ's rule, byte by byte as its judge_client reads the files, slow and without a thought */

struct reference {
    const char *text;
    size_t size, at;
    int byte;
};

static void next(struct reference *r)
{
    r->byte = r->at < r->size ? (unsigned char)r->text[r->at++] : EOF;
}

static bool space(const struct reference *r)
{
    return r->byte != EOF && r->byte != '\0' && strchr(" \t\n\v\f\r", r->byte) != NULL;
}

static bool solid(const struct reference *r)
{
    return r->byte != '\0' && !space(r); /* the end of a file is solid there, too */
}

static void next_unless_solid(struct reference *a, struct reference *o)
{
    if (space(a))
        next(a);
    if (space(o))
        next(o);
}

static void reference_gap(struct reference *a, struct reference *o, bool strict, int *result)
{
    for (; space(a) || space(o); next_unless_solid(a, o)) {
        if (a->byte == o->byte || a->byte == EOF || o->byte == EOF)
            continue;
        if (strict) {
            if (a->byte == '\r' && o->byte == '\n')
                next(a);
            else if (a->byte == '\n' && o->byte == '\r')
                next(o);
            else
                *result = PE;
        } else if (!space(a) || !space(o)) {
            *result = PE;
        } else {
            while (o->byte == '\n' && space(a) && a->byte != '\n')
                next(a);
            while (a->byte == '\n' && space(o) && o->byte != '\n')
                next(o);
        }
    }
}

static int reference_lines(const char *answer, size_t answer_size, const char *output, size_t output_size, bool strict)
{
    struct reference a = {answer, answer_size, 0, 0}, o = {output, output_size, 0, 0};
    int result = SAME;
    for (;;) {
        next(&a);
        next(&o);
        reference_gap(&a, &o, strict, &result);
        do {
            while ((solid(&a) || solid(&o)) && a.byte != EOF && o.byte != EOF) {
                if (a.byte != o.byte)
                    return WA;
                next(&a);
                next(&o);
            }
            if (a.byte == EOF && o.byte == EOF)
                return result;
            reference_gap(&a, &o, strict, &result);
            if (a.byte == EOF || o.byte == EOF)
                return a.byte == o.byte ? result : WA;
        } while (a.byte != '\0' || o.byte != '\0');
    }
}

/* ---- small random texts */

enum { TEXT_MAX = 24 };

struct text {
    char bytes[2 * TEXT_MAX];
    size_t size;
};

static struct text random_text(struct unit_random *random, const char *alphabet, size_t count)
{
    struct text text = {.size = (size_t)(unit_random(random) % (TEXT_MAX / 2))};
    for (size_t i = 0; i < text.size; i++)
        text.bytes[i] = alphabet[unit_random(random) % count];
    return text;
}

/* The same text, with some bytes put in or taken out. */
static struct text altered(const struct text *from, struct unit_random *random, const char *alphabet, size_t count)
{
    struct text text = {.size = 0};
    for (size_t i = 0; i <= from->size && text.size + 2 <= TEXT_MAX; i++) {
        uint64_t dice = unit_random(random) % 16;
        if (dice == 0)
            text.bytes[text.size++] = alphabet[unit_random(random) % count];
        if (dice != 1 && i < from->size)
            text.bytes[text.size++] = from->bytes[i];
    }
    return text;
}

static struct text without_returns(const struct text *from)
{
    struct text text = {.size = 0};
    for (size_t i = 0; i < from->size; i++) {
        if (from->bytes[i] != '\r' || i + 1 == from->size || from->bytes[i + 1] != '\n')
            text.bytes[text.size++] = from->bytes[i];
    }
    return text;
}

static struct text with_returns(const struct text *from)
{
    struct text text = {.size = 0};
    for (size_t i = 0; i < from->size; i++) {
        if (from->bytes[i] == '\n')
            text.bytes[text.size++] = '\r';
        text.bytes[text.size++] = from->bytes[i];
    }
    return text;
}

static int compare(const struct text *answer, const struct text *output, const struct compare_options *options)
{
    return (int)compare_bytes(answer->bytes, answer->size, output->bytes, output->size, options, NULL);
}

static int reference(const struct text *answer, const struct text *output, bool strict)
{
    return reference_lines(answer->bytes, answer->size, output->bytes, output->size, strict);
}

static bool check_pair(const struct text *answer, const struct text *output, int *relaxed)
{
    char shown[2][2 * sizeof answer->bytes + 1];
    const struct compare_options usual = {.mode = COMPARE_LINES};
    const struct compare_options strict = {.mode = COMPARE_LINES, .strict_line_ends = true};
    const struct text plain_answer = without_returns(answer), plain_output = without_returns(output);
    int ours = compare(answer, output, &usual), ours_strict = compare(answer, output, &strict);
    int right = reference(&plain_answer, &plain_output, false), right_strict = reference(answer, output, true);
    int raw = reference(answer, output, false);
    unit_show_white(shown[0], sizeof shown[0], answer->bytes, answer->size);
    unit_show_white(shown[1], sizeof shown[1], output->bytes, output->size);
    if (!UNIT_CHECK(ours == right, "'%s' for '%s' is %s, not %s", shown[1], shown[0], result_names[ours],
                    result_names[right]) ||
        !UNIT_CHECK(ours_strict == right_strict, "'%s' for '%s' is strictly %s, not %s", shown[1], shown[0],
                    result_names[ours_strict], result_names[right_strict]))
        return false;
    /* Where a carriage return stands before a line end, ours may accept what HUSTOJ calls a presentation error. */
    *relaxed += raw != ours;
    return UNIT_CHECK(raw == ours || (raw == PE && ours == SAME), "'%s' for '%s' is %s, with HUSTOJ %s", shown[1],
                      shown[0], result_names[ours], result_names[raw]);
}

static void test_lines_as_the_reference(void)
{
    static const char alphabet[] = "  \t\r\r\n\n\n112"; /* and its NUL */
    struct unit_random random = {1};
    int counts[3] = {0, 0, 0}, relaxed = 0;
    for (int i = 0; i < 100000; i++) {
        size_t letters = i % 4 == 0 ? sizeof alphabet : sizeof alphabet - 1;
        struct text answer = random_text(&random, alphabet, letters);
        struct text output =
            i % 16 == 0 ? random_text(&random, alphabet, letters) : altered(&answer, &random, alphabet, letters);
        if (!check_pair(&answer, &output, &relaxed))
            return;
        counts[reference(&answer, &output, false)]++;
    }
    /* A reference that nearly always says the same would tell nothing. */
    CU_ASSERT_TRUE(counts[SAME] > 10000 && counts[PE] > 10000 && counts[WA] > 10000);
    CU_ASSERT_TRUE(relaxed > 0 && relaxed < 5000);
}

/* The examples of the rule's description, to hold the reference itself to what was measured. */
static void test_the_reference(void)
{
    static const struct {
        const char *answer, *output;
        int usual, strict;
    } rows[] = {
        {"3 4\n5\n", "3 4\n5\n", SAME, SAME}, {"3 4\n5\n", "3 4 5\n", SAME, PE},
        {"3 4\n5\n", "3  4\n5\n", PE, PE},    {"3 4\n5\n", "3 4\n\n5\n", PE, PE},
        {"3 4\n5\n", "3 4 \n5\n", SAME, PE},  {"3 4\n5\n", "3 4\n5", SAME, SAME},
        {"3 4\n5\n", "3 4\n6\n", WA, WA},     {"3 4\n5\n", "3 4\r\n5\r\n", SAME, SAME},
        {"3 4\n5\n", "3 4\n", WA, WA},        {"3 4\r\n5\r\n", "3 4\n5\n", SAME, SAME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t answer_size = strlen(rows[i].answer), output_size = strlen(rows[i].output);
        UNIT_CHECK(reference_lines(rows[i].answer, answer_size, rows[i].output, output_size, false) == rows[i].usual,
                   "row %zu", i);
        UNIT_CHECK(reference_lines(rows[i].answer, answer_size, rows[i].output, output_size, true) == rows[i].strict,
                   "row %zu, strictly", i);
    }
}

static void test_crlf_does_not_matter(void)
{
    static const char alphabet[] = "  \t\n\n\n12.";
    static const struct compare_options options[] = {
        {.mode = COMPARE_LINES},
        {.mode = COMPARE_LINES, .strict_line_ends = true},
        {.mode = COMPARE_TOKENS},
        {.mode = COMPARE_FLOAT, .abs_error = 0.1},
    };
    struct unit_random random = {3};
    for (int i = 0; i < 40000; i++) {
        struct text answer = random_text(&random, alphabet, sizeof alphabet - 1);
        struct text output = altered(&answer, &random, alphabet, sizeof alphabet - 1);
        struct text answer_crlf = with_returns(&answer), output_crlf = with_returns(&output);
        const struct compare_options *way = &options[i % 4];
        int result = compare(&answer, &output, way);
        if (!UNIT_CHECK(compare(&answer_crlf, &output, way) == result &&
                            compare(&answer, &output_crlf, way) == result &&
                            compare(&answer_crlf, &output_crlf, way) == result,
                        "case %d: not always %s", i, result_names[result]))
            return;
    }
}

/* What stands behind a text is no part of it. */
static void test_sizes(void)
{
    const struct compare_options ways[] = {
        {.mode = COMPARE_LINES}, {.mode = COMPARE_EXACT}, {.mode = COMPARE_TOKENS}, {.mode = COMPARE_FLOAT}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        CU_ASSERT_EQUAL(compare_bytes("1\n2", 3, "1\r\n2", 2, &ways[i], NULL), COMPARE_DIFFERENT);
        CU_ASSERT_EQUAL(compare_bytes("1\r\n2", 2, "1\n2", 3, &ways[i], NULL), COMPARE_DIFFERENT);
        CU_ASSERT_EQUAL(compare_bytes("12", 1, "13", 1, &ways[i], NULL), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_bytes("12", 0, "13", 0, &ways[i], NULL), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_bytes(NULL, 0, NULL, 0, &ways[i], NULL), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_bytes(NULL, 0, "1", 1, &ways[i], NULL), COMPARE_DIFFERENT);
    }
}

static void test_matched(void)
{
    static const struct {
        const char *answer, *output;
        size_t matched;
    } rows[] = {
        {"1 2 3\n", "1 2 3\n", 6},
        {"1 2 3\n", "1 2 3", 6},
        {"1 2 3\n", "1  2 3", 6},
        {"1 2 3\n", "1 2 4\n", 4},
        {"1 2 3\n", "", 0},
        {"", "", 0},
        {"", "1", 0},
        {"1 2 3\n", "2", 0},
        {"1 2 3\n", "1 2", 2}, /* HUSTOJ's count */
        {"1 2 3\n", "     \n", 0},
        {"1\r\n2\r\n3", "1\n2\n4", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t matched =
            compare_matched(rows[i].answer, strlen(rows[i].answer), rows[i].output, strlen(rows[i].output));
        UNIT_CHECK(matched == rows[i].matched, "row %zu: %zu bytes", i, matched);
    }
}

static const struct unit_test tests[] = {
    {"lines", test_lines},
    {"exact", test_exact},
    {"tokens", test_tokens},
    {"ignore_case", test_ignore_case},
    {"float", test_float},
    {"long_numbers", test_long_numbers},
    {"numbers_as_the_library", test_numbers_as_the_library},
    {"the_reference", test_the_reference},
    {"lines_as_the_reference", test_lines_as_the_reference},
    {"crlf_does_not_matter", test_crlf_does_not_matter},
    {"sizes", test_sizes},
    {"matched", test_matched},
};

UNIT_MAIN("compare", tests)
