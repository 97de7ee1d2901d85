/*
 * fuzz_compare.c - comparison of any two texts, under libFuzzer: what holds whatever they are.
 *
 * The input is a byte of options, a byte that says where the output begins, and the two texts.
 */
#include "judge_client/compare.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/unit/printable.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pair {
    char *answer, *output;
    size_t answer_size, output_size;
};

static void check_place(const char *text, size_t size, int64_t line, int64_t column, const char *excerpt)
{
    assert(unit_is_printable(excerpt, COMPARE_EXCERPT_SIZE) && excerpt[0] != '\0');
    assert(line >= 1 && column >= 1);
    size_t start = 0;
    for (int64_t i = 1; i < line; i++) {
        const char *end = memchr(text + start, '\n', size - start);
        assert(end != NULL);
        start = (size_t)(end - text) + 1;
    }
    assert((uint64_t)column - 1 <= size - start);
    assert(column == 1 || memchr(text + start, '\n', (size_t)column - 1) == NULL);
}

static enum compare_result compare(const struct pair *pair, const struct compare_options *options)
{
    struct compare_difference difference;
    enum compare_result result =
        compare_bytes(pair->answer, pair->answer_size, pair->output, pair->output_size, options, &difference);
    if (result != COMPARE_SAME) {
        check_place(pair->answer, pair->answer_size, difference.answer_line, difference.answer_column,
                    difference.answer);
        check_place(pair->output, pair->output_size, difference.output_line, difference.output_column,
                    difference.output);
    }
    return result;
}

static void check_modes(const struct pair *pair, struct compare_options options)
{
    const struct pair turned = {pair->output, pair->answer, pair->output_size, pair->answer_size};
    const struct pair same = {pair->answer, pair->answer, pair->answer_size, pair->answer_size};
    enum compare_result results[COMPARE_FLOAT + 1];
    for (int mode = COMPARE_LINES; mode <= COMPARE_FLOAT; mode++) {
        options.mode = (enum compare_mode)mode;
        results[mode] = compare(pair, &options);
        assert(compare(&same, &options) == COMPARE_SAME);
        assert(results[mode] != COMPARE_PRESENTATION || mode == COMPARE_LINES);
        /* With a relative error the answer is another number than the output. */
        if (mode != COMPARE_FLOAT || options.rel_error <= 0)
            assert(compare(&turned, &options) == results[mode]);
    }
    if (results[COMPARE_EXACT] == COMPARE_SAME)
        assert(results[COMPARE_LINES] == COMPARE_SAME);
    if (results[COMPARE_LINES] == COMPARE_SAME)
        assert(results[COMPARE_TOKENS] == COMPARE_SAME);
    if (results[COMPARE_TOKENS] == COMPARE_SAME)
        assert(results[COMPARE_LINES] != COMPARE_DIFFERENT || memchr(pair->answer, '\0', pair->answer_size) != NULL);
    if (results[COMPARE_TOKENS] == COMPARE_SAME)
        assert(results[COMPARE_FLOAT] == COMPARE_SAME);
    if (!options.ignore_case && results[COMPARE_EXACT] == COMPARE_SAME)
        assert(pair->answer_size == pair->output_size && memcmp(pair->answer, pair->output, pair->answer_size) == 0);
    options.mode = COMPARE_LINES;
    /* HUSTOJ's strict rule takes a single carriage return and any blank behind it for a line end; the usual one does not. */
    bool returns =
        memchr(pair->answer, '\r', pair->answer_size) != NULL || memchr(pair->output, '\r', pair->output_size) != NULL;
    if (options.strict_line_ends && !returns && results[COMPARE_LINES] == COMPARE_SAME) {
        options.strict_line_ends = false;
        assert(compare(pair, &options) == COMPARE_SAME);
    }
    assert(compare_matched(pair->answer, pair->answer_size, pair->output, pair->output_size) <= pair->answer_size);
}

/* Files give what memory gives. */
static void check_files(const struct pair *pair, const struct compare_options *options)
{
    enum compare_result result = COMPARE_SAME;
    struct err e = {""};
    int answer = memfd_create("answer", MFD_CLOEXEC), output = memfd_create("output", MFD_CLOEXEC);
    assert(answer >= 0 && file_write_all(answer, pair->answer, pair->answer_size) == 0);
    assert(output >= 0 && file_write_all(output, pair->output, pair->output_size) == 0);
    assert(compare_files(answer, output, options, &result, NULL, &e) == 0);
    assert(result == compare(pair, options));
    file_close(&answer);
    file_close(&output);
}

/* Exactly as large as it must be, so that the sanitizer sees a step too far. */
static char *copy(const uint8_t *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    if (text != NULL && size > 0)
        memcpy(text, data, size);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double errors[] = {0, 1e-9, 1e-3, 1};
    if (size < 2)
        return 0;
    const struct compare_options options = {
        .mode = (enum compare_mode)(data[0] & 3),
        .ignore_case = (data[0] & 4) != 0,
        .strict_line_ends = (data[0] & 8) != 0,
        .abs_error = errors[data[0] >> 4 & 3],
        .rel_error = errors[data[0] >> 6],
    };
    size_t split = (size - 2) * data[1] / 255;
    struct pair pair = {copy(data + 2, split), copy(data + 2 + split, size - 2 - split), split, size - 2 - split};
    if (pair.answer != NULL && pair.output != NULL) {
        check_modes(&pair, options);
        check_files(&pair, &options);
    }
    free(pair.answer);
    free(pair.output);
    return 0;
}
