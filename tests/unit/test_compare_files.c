/*
 * test_compare_files.c - where two texts differ and how that is shown; files, read in pieces, give what memory gives.
 */
#include "judge_client/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "judge_client/compare_parts.h"
#include "tests/unit/printable.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define DOT "\u00b7"
#define TAB "\u2192"
#define NL "\u21b5"

static const struct compare_options lines = {.mode = COMPARE_LINES};
static const struct compare_options exact = {.mode = COMPARE_EXACT};
static const struct compare_options tokens = {.mode = COMPARE_TOKENS};
static const struct compare_options decimal = {.mode = COMPARE_FLOAT, .abs_error = 0.01};
static const struct compare_options *const ways[] = {&lines, &exact, &tokens, &decimal};

static const struct {
    const struct compare_options *options;
    const char *answer, *output;
    int64_t answer_line, answer_column, output_line, output_column;
    const char *answer_shown, *output_shown;
} places[] = {
    {&lines, "3 4\n5\n", "3 4\n6\n", 2, 1, 2, 1, "5" NL, "6" NL},
    {&lines, "3 4\n5\n", "3 5\n5\n", 1, 3, 1, 3, "3" DOT "4" NL, "3" DOT "5" NL},
    {&lines, "1234 5\n", "1239 5\n", 1, 4, 1, 4, "1234" DOT "5" NL, "1239" DOT "5" NL},
    {&lines, "3 4\n5\n", "3 4\n", 2, 1, 2, 1, "5" NL, "(end)"},
    {&lines, "3", "34\n", 1, 2, 1, 2, "3(end)", "34" NL},
    {&lines, "3\n", "3 4", 2, 1, 1, 3, "(end)", "3" DOT "4(end)"},
    {&lines, "", "1", 1, 1, 1, 1, "(end)", "1(end)"},
    {&lines, "3 4\n5", "3 4 6", 2, 1, 1, 5, "5(end)", "3" DOT "4" DOT "6(end)"},
    {&lines, "3 4\n", "3  4\n", 1, 3, 1, 3, "3" DOT "4" NL, "3" DOT DOT "4" NL},
    {&lines, "3 4 5\n", "3  4  5\n", 1, 3, 1, 3, "3" DOT "4" DOT "5" NL,
     "3" DOT DOT "4" DOT DOT "5" NL}, /* the first */
    {&lines, "3\n4\n", "3\n\n4\n", 2, 1, 2, 1, "4" NL, NL},
    {&lines, "3\r\n4\n", "3\t\n5\n", 2, 1, 2, 1, "4" NL, "5" NL},
    {&lines, "3  4\n5", "3 4\n6", 2, 1, 2, 1, "5(end)",
     "6(end)"}, /* the wrong answer, and not the white space before */
    {&exact, "3\n4\n", "3\r\n4\n", 1, 2, 1, 2, "3" NL, "3\\r" NL},
    {&exact, "3\n", "3", 1, 2, 1, 2, "3" NL, "3(end)"},
    {&exact, "a\tb", "a b", 1, 2, 1, 2, "a" TAB "b(end)", "a" DOT "b(end)"},
    {&tokens, "1\n2\n3\n", "1 2 4", 3, 1, 1, 5, "3" NL, "1" DOT "2" DOT "4(end)"},
    {&tokens, "1 2", "1\n\n2x", 1, 4, 3, 2, "1" DOT "2(end)", "2x(end)"},
    {&decimal, "1 3.14159\n", "1 3.17159\n", 1, 3, 1, 3, "1" DOT "3.14159" NL, "1" DOT "3.17159" NL},
    {&decimal, "1.000 2.5", "1 2.6", 1, 7, 1, 3, "1.000" DOT "2.5(end)", "1" DOT "2.6(end)"},
    {&decimal, "1 nan\n", "1 nam\n", 1, 5, 1, 5, "1" DOT "nan" NL, "1" DOT "nam" NL},
    {&lines, "\xe7\xad\x94\xe6\xa1\x88 1\n", "\xe7\xad\x94\xe6\xa1\x88 2\n", 1, 8, 1, 8,
     "\xe7\xad\x94\xe6\xa1\x88" DOT "1" NL, "\xe7\xad\x94\xe6\xa1\x88" DOT "2" NL},
    /* A byte that is no UTF-8, a character cut off, an overlong form, a surrogate, a code too large. */
    {&lines, "a\n", "\xff\n", 1, 1, 1, 1, "a" NL, "\\xFF" NL},
    {&lines, "a\n", "\xe7\xad\n", 1, 1, 1, 1, "a" NL, "\\xE7\\xAD" NL},
    {&lines, "a\n", "\xe7\xad", 1, 1, 1, 1, "a" NL, "\\xE7\\xAD(end)"},
    {&lines, "a\n", "\xc0\xaf\n", 1, 1, 1, 1, "a" NL, "\\xC0\\xAF" NL},
    {&lines, "a\n", "\xed\xa0\x80\n", 1, 1, 1, 1, "a" NL, "\\xED\\xA0\\x80" NL},
    {&lines, "a\n", "\xf4\x90\x80\x80\n", 1, 1, 1, 1, "a" NL, "\\xF4\\x90\\x80\\x80" NL},
    {&lines, "a\n", "\xf0\x9f\x98\x80\n", 1, 1, 1, 1, "a" NL, "\xf0\x9f\x98\x80" NL},
    /* An escape sequence, a byte order mark, a no-break space, a full-width space, right-to-left: none acts on who reads. */
    {&lines, "a\n", "\x1b[31m\x7f\n", 1, 1, 1, 1, "a" NL, "\\x1B[31m\\x7F" NL},
    {&lines, "1\n",
     "\xef\xbb\xbf"
     "1\n",
     1, 1, 1, 1, "1" NL, "\\xEF\\xBB\\xBF1" NL},
    {&lines, "1 2\n",
     "1\xc2\xa0"
     "2\n",
     1, 2, 1, 2, "1" DOT "2" NL, "1\\xC2\\xA02" NL},
    {&lines, "1 2\n",
     "1\xe3\x80\x80"
     "2\n",
     1, 2, 1, 2, "1" DOT "2" NL, "1\\xE3\\x80\\x802" NL},
    {&lines, "1\n",
     "\xe2\x80\xae"
     "1\n",
     1, 1, 1, 1, "1" NL, "\\xE2\\x80\\xAE1" NL},
    /* More than 32 bytes before it: from the first word that begins there; from the first character of a long one. */
    {&lines, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 17\n", 1, 38, 1, 38,
     "...4" DOT "5" DOT "6" DOT "7" DOT "8" DOT "9" DOT "10" DOT "11" DOT "12" DOT "13" DOT "14" DOT "15" DOT "16" NL,
     "...4" DOT "5" DOT "6" DOT "7" DOT "8" DOT "9" DOT "10" DOT "11" DOT "12" DOT "13" DOT "14" DOT "15" DOT "17" NL},
    {&lines, "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd1", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd2", 1, 41, 1, 41,
     "...aabbbbbbbbbbccccccccccdddddddddd1(end)", "...aabbbbbbbbbbccccccccccdddddddddd2(end)"},
    {&lines,
     "aaaaaaa\xe7\xad\x94"
     "bbbbbbbbbbccccccccccdddddddddd1",
     "aaaaaaa\xe7\xad\x94"
     "bbbbbbbbbbccccccccccdddddddddd2",
     1, 41, 1, 41, "...bbbbbbbbbbccccccccccdddddddddd1(end)", "...bbbbbbbbbbccccccccccdddddddddd2(end)"},
};

static void test_places(void)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct compare_difference d = {0};
        if (!UNIT_CHECK(compare_bytes(places[i].answer, strlen(places[i].answer), places[i].output,
                                      strlen(places[i].output), places[i].options, &d) != COMPARE_SAME,
                        "row %zu is the same", i))
            continue;
        UNIT_CHECK(d.answer_line == places[i].answer_line && d.answer_column == places[i].answer_column &&
                       d.output_line == places[i].output_line && d.output_column == places[i].output_column,
                   "row %zu: answer at %d:%d, output at %d:%d", i, (int)d.answer_line, (int)d.answer_column,
                   (int)d.output_line, (int)d.output_column);
        UNIT_CHECK(strcmp(d.answer, places[i].answer_shown) == 0, "row %zu: answer '%s'", i, d.answer);
        UNIT_CHECK(strcmp(d.output, places[i].output_shown) == 0, "row %zu: output '%s'", i, d.output);
    }
}

/* A NUL byte is part of a word, and shown. */
static void test_nul(void)
{
    static const char answer[] = {'1', '\0', '2'}, output[] = {'1', '\0', '3'};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct compare_difference d;
        CU_ASSERT_EQUAL(compare_bytes(answer, 3, answer, 3, ways[i], NULL), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_bytes(answer, 3, output, 3, ways[i], &d), COMPARE_DIFFERENT);
        CU_ASSERT_STRING_EQUAL(d.answer, "1\\x002(end)");
        CU_ASSERT_EQUAL(compare_bytes("1", 1, answer, 3, ways[i], NULL), COMPARE_DIFFERENT);
    }
}

/* What differs is seen in what is shown, whatever stands before it; and a long excerpt is cut between characters. */
static void test_long_excerpts(void)
{
    static const char *const units[] = {"a", "\xff", "\xe7\xad\x94", "\xe3\x80\x80", "\xf0\x9f\x98\x80", "\x01",
                                        " ", "a "};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (size_t before = 0; before < 100; before++) {
            char answer[2048], output[2048];
            size_t size = 0, length = strlen(units[i]);
            for (size_t j = 0; j < 300; j++, size += length)
                memcpy(answer + size, units[i], length);
            memcpy(output, answer, size);
            answer[before * length] = '!';
            output[before * length] = '?';
            struct compare_difference d;
            CU_ASSERT_EQUAL(compare_bytes(answer, size, output, size, &exact, &d), COMPARE_DIFFERENT);
            if (!UNIT_CHECK(strchr(d.answer, '!') != NULL && strchr(d.output, '?') != NULL &&
                                unit_is_printable(d.answer, sizeof d.answer) &&
                                unit_is_printable(d.output, sizeof d.output),
                            "unit %zu after %zu: '%s' '%s'", i, before, d.answer, d.output))
                return;
            size_t shown = strlen(d.answer);
            UNIT_CHECK(shown > 100 && strcmp(d.answer + shown - 3, "...") == 0, "'%s' is not cut", d.answer);
        }
    }
}

/* One byte more, and it no longer fits. */
static void test_excerpt_is_full(void)
{
    char text[2 * COMPARE_EXCERPT_SIZE];
    size_t whole = 0;
    memset(text, 'a', sizeof text);
    for (size_t size = 1; size < sizeof text; size++) {
        /* Exactly as large as it must be: ASan sees a step too far. */
        struct compare_difference *d = calloc(1, sizeof *d);
        CU_ASSERT_PTR_NOT_NULL_FATAL(d);
        CU_ASSERT_EQUAL(compare_bytes("b", 1, text, size, &exact, d), COMPARE_DIFFERENT);
        if (!UNIT_CHECK(unit_is_printable(d->output, sizeof d->output), "%zu bytes", size))
            size = sizeof text;
        size_t length = strnlen(d->output, sizeof d->output);
        if (length == size + strlen("(end)") && strcmp(d->output + length - strlen("(end)"), "(end)") == 0)
            whole = size;
        else
            UNIT_CHECK(strcmp(d->output + length - 3, "...") == 0, "%zu bytes: '%s'", size, d->output);
        free(d);
    }
    CU_ASSERT_EQUAL(whole, COMPARE_EXCERPT_SIZE - sizeof "(end)");
}

/* ---- files */

static int memory_file(const char *bytes, size_t size)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    if (fd >= 0 && file_write_all(fd, bytes, size) != 0)
        file_close(&fd);
    return fd;
}

/* compare_files on two memfds; the result, or -1 with e. */
static int compare_as_files(const char *answer, size_t answer_size, const char *output, size_t output_size,
                            const struct compare_options *options, struct compare_difference *d, struct err *e)
{
    enum compare_result result = COMPARE_SAME;
    int answer_fd = memory_file(answer, answer_size), output_fd = memory_file(output, output_size), done = -1;
    if (answer_fd >= 0 && output_fd >= 0)
        done = compare_files(answer_fd, output_fd, options, &result, d, e);
    file_close(&answer_fd);
    file_close(&output_fd);
    return done == 0 ? (int)result : -1;
}

static bool same_difference(const struct compare_difference *a, const struct compare_difference *b)
{
    return a->answer_line == b->answer_line && a->answer_column == b->answer_column &&
           a->output_line == b->output_line && a->output_column == b->output_column &&
           strcmp(a->answer, b->answer) == 0 && strcmp(a->output, b->output) == 0;
}

static void test_small_files(void)
{
    struct err e = {""};
    struct compare_difference d;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        CU_ASSERT_EQUAL(compare_as_files("", 0, "", 0, ways[i], &d, &e), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_as_files("3\n", 2, "3\n", 2, ways[i], &d, &e), COMPARE_SAME);
        CU_ASSERT_EQUAL(compare_as_files("3\n", 2, "", 0, ways[i], &d, &e), COMPARE_DIFFERENT);
        CU_ASSERT_STRING_EQUAL(d.answer, "3" NL);
        CU_ASSERT_STRING_EQUAL(d.output, "(end)");
        CU_ASSERT_EQUAL(compare_as_files("", 0, "3\n", 2, ways[i], NULL, &e), COMPARE_DIFFERENT);
    }
    CU_ASSERT_EQUAL(compare_as_files("3 4\n", 4, "3  4\n", 5, &lines, &d, &e), COMPARE_PRESENTATION);
}

/* Texts of several pieces: words, numbers of up to 1100 bytes and white space, so that every border cuts something. */
static size_t long_text(struct unit_random *random, char *text, size_t size)
{
    static const char *const white[] = {" ", "\n", "\r\n", " \r\n", "\t", "\n\n", "\r"};
    size_t used = 0;
    while (used + 1200 < size) {
        uint64_t word = unit_random(random) % 64 == 0 ? unit_random(random) % 1100 : unit_random(random) % 8;
        for (uint64_t i = 0; i <= word; i++)
            text[used++] = (char)('0' + unit_random(random) % 10);
        const char *gap = white[unit_random(random) % (sizeof white / sizeof *white)];
        memcpy(text + used, gap, strlen(gap));
        used += strlen(gap);
    }
    return used;
}

/* A copy that differs as outputs do: other white space, numbers written otherwise, now and then a wrong byte, or blanks where one is due. */
static size_t alter(struct unit_random *random, char *text, const char *from, size_t size, bool numbers)
{
    size_t used = 0;
    uint64_t kind = unit_random(random) % 3;
    for (size_t i = 0; i < size; i++) {
        uint64_t dice = unit_random(random) % 256;
        bool blank = compare_blank(from[i]), after_blank = i > 0 && compare_blank(from[i - 1]);
        if (numbers && dice == 0 && !blank && after_blank)
            text[used++] = '0';
        if (numbers && dice == 1 && blank && !after_blank) {
            text[used++] = '.';
            text[used++] = '0';
        }
        if (dice < 64 && from[i] == '\r' && i + 1 < size && from[i + 1] == '\n')
            continue;
        if (dice < 64 && from[i] == '\n')
            text[used++] = dice < 32 ? ' ' : '\r';
        if (kind == 1 && dice == 64 && from[i] == ' ')
            text[used++] = ' ';
        text[used++] = kind == 2 && unit_random(random) % size == 0 ? '#' : from[i];
    }
    return used;
}

static void test_pieces_as_memory(void)
{
    enum { SIZE = 600000 };
    struct unit_random random = {7};
    int counts[3] = {0, 0, 0};
    char *answer = malloc(SIZE), *output = malloc(2 * SIZE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    for (int i = 0; i < 120; i++) {
        struct compare_difference of_memory = {0}, of_files = {0};
        struct err e = {""};
        static const enum compare_mode modes[] = {COMPARE_LINES, COMPARE_TOKENS, COMPARE_FLOAT};
        struct compare_options options = {.mode = modes[i % 3], .ignore_case = i % 2 == 0, .abs_error = 1e-9};
        size_t answer_size = long_text(&random, answer, SIZE / (size_t)(unit_random(&random) % 4 + 1));
        size_t output_size = alter(&random, output, answer, answer_size, options.mode == COMPARE_FLOAT);
        enum compare_result result = compare_bytes(answer, answer_size, output, output_size, &options, &of_memory);
        int got = compare_as_files(answer, answer_size, output, output_size, &options, &of_files, &e);
        counts[result]++;
        if (!UNIT_CHECK(got == (int)result, "case %d: %d from files, %d from memory %s", i, got, (int)result, e.text) ||
            !UNIT_CHECK(result == COMPARE_SAME || same_difference(&of_memory, &of_files),
                        "case %d: '%s' from files, '%s' from memory", i, of_files.output, of_memory.output))
            break;
    }
    UNIT_CHECK(counts[COMPARE_SAME] > 10 && counts[COMPARE_PRESENTATION] > 5 && counts[COMPARE_DIFFERENT] > 10,
               "%d same, %d presentation, %d different", counts[0], counts[1], counts[2]);
    free(answer);
    free(output);
}

/* One kind of word and gap, over and over: whatever the length of a piece is, its border falls on every byte of them. */
static void test_every_border(void)
{
    static const struct {
        const struct compare_options *options;
        const char *answer, *output;
    } rows[] = {
        {&lines, "1\r\n", "1\n"},      {&lines, "1\n", "1\r\n"},
        {&lines, "1 \r\n", "1\n"},     {&lines, "12\r\n", "12 \t"},
        {&tokens, "12\r\n", " 12"},    {&decimal, "1.5\n", "1.50\r\n"},
        {&decimal, "1e1 ", "10\n"},    {&decimal, "1234567\n", "+1234567 "},
        {&lines, "\r\r\n1", "\r \n1"}, {&lines, "1\r\n2 ", "1 2\r\n"},
    };
    enum { TIMES = 70001 };
    struct err e = {""};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t sizes[2] = {strlen(rows[i].answer), strlen(rows[i].output)};
        char *texts[2] = {malloc(TIMES * sizes[0] + 1), malloc(TIMES * sizes[1] + 1)};
        CU_ASSERT_FATAL(texts[0] != NULL && texts[1] != NULL);
        for (size_t j = 0; j < TIMES; j++) {
            memcpy(texts[0] + j * sizes[0], rows[i].answer, sizes[0]);
            memcpy(texts[1] + j * sizes[1], rows[i].output, sizes[1]);
        }
        for (size_t more = 0; more < 2; more++) {
            texts[0][TIMES * sizes[0]] = 'x';
            texts[1][TIMES * sizes[1]] = 'y';
            int got = compare_as_files(texts[0], TIMES * sizes[0] + more, texts[1], TIMES * sizes[1] + more,
                                       rows[i].options, NULL, &e);
            UNIT_CHECK(got == (more ? COMPARE_DIFFERENT : COMPARE_SAME), "row %zu: %d %s", i, got, e.text);
        }
        free(texts[0]);
        free(texts[1]);
    }
}

/* What would take hours if time were not linear. */
static void test_linear(void)
{
    enum { SIZE = 8 << 20 };
    static const struct {
        const char *answer, *output;
    } rows[] = {{" ", "\t"},  {"a", "A"}, {"\r\n", "\n\n"}, {"\n", " "},
                {"\r", "\n"}, {"1", "1"}, {"1 ", "1."},     {"\0", " "}};
    char *answer = malloc(SIZE), *output = malloc(SIZE);
    CU_ASSERT_FATAL(answer != NULL && output != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t j = 0; j < SIZE; j++) {
            answer[j] = rows[i].answer[rows[i].answer[0] == '\0' ? 0 : j % strlen(rows[i].answer)];
            output[j] = rows[i].output[j % strlen(rows[i].output)];
        }
        answer[SIZE - 1] = '1';
        output[SIZE - 1] = '2';
        for (int mode = COMPARE_LINES; mode <= COMPARE_FLOAT; mode++) {
            for (int k = 0; k < 4; k++) {
                struct compare_difference d;
                struct compare_options options = {
                    .mode = (enum compare_mode)mode, .ignore_case = k % 2 == 0, .strict_line_ends = k / 2 == 0};
                CU_ASSERT_EQUAL(compare_bytes(answer, SIZE, output, SIZE, &options, &d), COMPARE_DIFFERENT);
            }
        }
    }
    free(answer);
    free(output);
}

static void test_positions_stay(void)
{
    enum compare_result result = COMPARE_DIFFERENT;
    struct err e = {""};
    int answer = memory_file("1 2\n", 4), output = memory_file("1 2\n", 4);
    CU_ASSERT_EQUAL(lseek(answer, 3, SEEK_SET), 3);
    CU_ASSERT_EQUAL(compare_files(answer, output, &lines, &result, NULL, &e), 0);
    CU_ASSERT_EQUAL(result, COMPARE_SAME);
    CU_ASSERT_EQUAL(lseek(answer, 0, SEEK_CUR), 3);
    CU_ASSERT_EQUAL(lseek(output, 0, SEEK_CUR), 4);
    file_close(&answer);
    file_close(&output);
}

/* Each is a failure of the judge with a line that says of what, and no verdict. */
static void test_unreadable(void)
{
    enum compare_result result = COMPARE_PRESENTATION;
    int good = memory_file("1\n", 2), folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ends[2] = {-1, -1};
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC), written = open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(pipe2(ends, O_CLOEXEC), 0);
    if (written >= 0)
        CU_ASSERT_EQUAL(write(written, "1\n", 2), 2);
    const struct {
        int answer, output;
        const char *why;
    } rows[] = {
        {folder, good, "read the answer: not a regular file"},   {good, folder, "read the output: not a regular file"},
        {zero, good, "read the answer: not a regular file"},     {good, ends[0], "read the output: not a regular file"},
        {-1, good, "read the answer: Bad file descriptor"},      {good, -1, "read the output: Bad file descriptor"},
        {written, good, "read the answer: Bad file descriptor"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        if (i == 6 && written < 0)
            break; /* a /tmp without O_TMPFILE */
        CU_ASSERT_EQUAL(compare_files(rows[i].answer, rows[i].output, &lines, &result, NULL, &e), -1);
        UNIT_CHECK(strcmp(e.text, rows[i].why) == 0, "row %zu: %s", i, e.text);
    }
    CU_ASSERT_EQUAL(result, COMPARE_PRESENTATION); /* untouched */
    for (int i = 0; i < 2; i++)
        file_close(&ends[i]);
    file_close(&good);
    file_close(&folder);
    file_close(&zero);
    file_close(&written);
}

/* A file that shrinks while it is read ends the comparison with an error: no signal, no verdict about half a file. */
static void test_shrinking(void)
{
    enum { SIZE = 1 << 20 };
    struct compare_text text;
    struct err e = {""};
    char *bytes = calloc(1, SIZE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    int fd = memory_file(bytes, SIZE);
    CU_ASSERT_EQUAL(compare_text_open(&text, "answer", fd, &e), 0);
    CU_ASSERT_EQUAL(compare_peek(&text), 0);
    CU_ASSERT_EQUAL(ftruncate(fd, SIZE / 2), 0);
    size_t count = 0;
    for (; compare_peek(&text) != COMPARE_END; count++)
        text.at++;
    CU_ASSERT_EQUAL(count, SIZE / 2);
    CU_ASSERT_EQUAL(compare_text_check(&text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "read the answer: it became shorter meanwhile");
    compare_text_close(&text);
    file_close(&fd);
    free(bytes);
}

static const struct unit_test tests[] = {
    {"places", test_places},
    {"nul", test_nul},
    {"long_excerpts", test_long_excerpts},
    {"excerpt_is_full", test_excerpt_is_full},
    {"small_files", test_small_files},
    {"pieces_as_memory", test_pieces_as_memory},
    {"every_border", test_every_border},
    {"linear", test_linear},
    {"positions_stay", test_positions_stay},
    {"unreadable", test_unreadable},
    {"shrinking", test_shrinking},
};

UNIT_MAIN("compare_files", tests)
