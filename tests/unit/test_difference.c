/*
 * test_difference.c - what a student sees of a wrong output: rows, lines before and after it, and that whatever bytes there are
 * stay text in a table. Any uid.
 */
#include "judge_client/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/compare.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static int file_of(const char *bytes, size_t size)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, bytes, size) == 0);
    return fd;
}

/* The page's text for these bytes; malloc'd. */
static char *show_bytes(int level, const char *output, size_t output_size, const char *answer, size_t answer_size)
{
    const struct compare_options options = {.mode = COMPARE_LINES};
    struct compare_difference difference;
    enum compare_result result;
    struct err e = {""};
    int fds[3] = {file_of("1 2\n", 4), file_of(output, output_size), file_of(answer, answer_size)};
    CU_ASSERT_EQUAL(compare_files(fds[2], fds[1], &options, &result, &difference, &e), 0);
    CU_ASSERT(result != COMPARE_SAME);
    char *text = difference_show(&difference, level, fds[0], fds[1], fds[2], UI_EN, &e);
    CU_ASSERT_FATAL(text != NULL);
    CU_ASSERT(strlen(text) < DIFFERENCE_BYTES);
    for (size_t i = 0; i < 3; i++)
        file_close(&fds[i]);
    return text;
}

static char *show(int level, const char *output, const char *answer)
{
    return show_bytes(level, output, strlen(output), answer, strlen(answer));
}

#define HEAD "line|your output| |the answer\n--|--|--|--\n"

static void test_rows(void)
{
    static const struct {
        int level;
        const char *output, *answer, *text;
    } rows[] = {
        {1, "8\n", "7\n", HEAD "1|`8`|\u2260|`7`\n\n"},
        {1, "", "7\n", HEAD "1||\u2260|`7`\n\n"},
        {1, "7\n", "7\n8\n", HEAD "2||\u2260|`8`\n\n"},
        {1, "1\n2\n3\n4", "1\n2\n5\n4\n", HEAD "3|`3`|\u2260|`5`\n4|`4`||`4`\n\n"},
        {2, "1\r\n2\r\n3\n", "1\n2\n4\n", HEAD "1|`1`||`1`\n2|`2`||`2`\n3|`3`|\u2260|`4`\n\n"},
        {1, "1\n2\n3\n4\n5\n6\n", "0\n2\n3\n4\n5\n6\n",
         HEAD "1|`1`|\u2260|`0`\n2|`2`||`2`\n3|`3`||`3`\n4|`4`||`4`\n5|`5`||`5`\n...|||\n\n"},
        {1, "a|b``c`\n", "\xff\x01\n", HEAD "1|``` a\u2502b``c` ```|\u2260|`\\xff\\x01`\n\n"},
        {1, "3  4\n", "3 4\n", HEAD "1|`3  4`|\u2260|`3 4`\n\n"},
        {3, "8\n", "7\n", "input:\n\n    1 2\n\nyour output:\n\n    8\n\n" HEAD "1|`8`|\u2260|`7`\n\n"},
        {3, "", "7\n", "input:\n\n    1 2\n\nyour output:\n\n\n" HEAD "1||\u2260|`7`\n\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = show(rows[i].level, rows[i].output, rows[i].answer);
        (void)UNIT_CHECK(strcmp(text, rows[i].text) == 0, "row %zu: %s", i, text);
        free(text);
    }
}

/* `before` lines "same N", then a line that differs, then `after` lines. */
static char *lines(size_t before, const char *line, size_t after)
{
    char *text = calloc(before + after + 1, 32);
    size_t used = 0;
    CU_ASSERT_FATAL(text != NULL);
    for (size_t i = 0; i < before + after + 1; i++) {
        if (i == before)
            (void)str_format(text + used, 32, "%s\n", line);
        else
            (void)str_format(text + used, 32, "same %zu\n", i + 1);
        used += strlen(text + used);
    }
    return text;
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

static void test_far(void)
{
    static const struct {
        int level;
        size_t before, after, rows;
        const char *first, *last;
    } rows[] = {
        {1, 3, 100, 5, HEAD "4|`wrong`|\u2260|`right`\n", "8|`same 8`||`same 8`\n...|||\n"},
        {2, 3, 1000, 100, HEAD "1|`same 1`||`same 1`\n", "100|`same 100`||`same 100`\n...|||\n"},
        {2, 89, 100, 100, HEAD "1|`same 1`||", "90|`wrong`|\u2260|`right`\n"},
        {2, 90, 100, 100, HEAD "81|`same 81`||", "91|`wrong`|\u2260|`right`\n"},
        {2, 99999, 100, 100, HEAD "99990|`same 99990`||", "100000|`wrong`|\u2260|`right`\n"},
        {2, 99999, 0, 11, HEAD "99990|`same 99990`||", "100000|`wrong`|\u2260|`right`\n\n"},
        {1, 99999, 0, 1, HEAD "100000|`wrong`|\u2260|`right`\n\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *output = lines(rows[i].before, "wrong", rows[i].after);
        char *answer = lines(rows[i].before, "right", rows[i].after);
        char *text = show(rows[i].level, output, answer);
        (void)UNIT_CHECK(strncmp(text, rows[i].first, strlen(rows[i].first)) == 0, "row %zu: %.200s", i, text);
        (void)UNIT_CHECK(strstr(text, rows[i].last) != NULL, "row %zu: %s", i, text);
        (void)UNIT_CHECK(count_of(text, "|`") == 2 * rows[i].rows, "row %zu: %zu rows", i, count_of(text, "|`") / 2);
        free(text);
        free(output);
        free(answer);
    }
}

/* Of a long line what is around the difference, wherever it is; each row is a row. */
static void test_long_lines(void)
{
    enum { SIZE = 200000 };
    static const size_t places[] = {0,   1,    80,   88,   89,   90,    127,    128,
                                    129, 8190, 8191, 8192, 8193, 16384, 100000, SIZE - 1};
    static const char *const fillings[] = {"a", "`", "|", "\\", "\xe6\xb1\x89", "\xff", "\x1b", "<"};
    char *output = malloc(SIZE), *answer = malloc(SIZE);
    CU_ASSERT_FATAL(output != NULL && answer != NULL);
    for (size_t f = 0; f < sizeof fillings / sizeof *fillings; f++) {
        size_t length = strlen(fillings[f]);
        for (size_t i = 0; i < SIZE; i++)
            output[i] = answer[i] = fillings[f][i % length];
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            size_t place = places[i];
            char kept = output[place];
            output[place] = 'X';
            answer[place] = 'Y';
            for (int level = 1; level <= 3; level++) {
                char *text = show_bytes(level, output, SIZE, answer, SIZE);
                char *at = strstr(text, HEAD);
                CU_ASSERT_FATAL(at != NULL);
                at += strlen(HEAD);
                (void)UNIT_CHECK(strstr(at, "X") != NULL && strstr(at, "Y") != NULL, "%s at %zu level %d: %.600s",
                                 fillings[f], place, level, at);
                size_t bars = 0;
                for (const char *p = at; *p != '\n'; p++)
                    bars += *p == '|';
                (void)UNIT_CHECK(bars == 3, "%s at %zu: %zu bars", fillings[f], place, bars);
                free(text);
            }
            output[place] = answer[place] = kept;
        }
    }
    free(output);
    free(answer);
}

static const struct unit_test tests[] = {
    {"rows", test_rows},
    {"far", test_far},
    {"long_lines", test_long_lines},
};

UNIT_MAIN("difference", tests)
