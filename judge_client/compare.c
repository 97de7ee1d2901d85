/*
 * compare.c - see compare.h. Runs in the worker under any uid, on files that a student and a teacher wrote: it never
 * trusts their size, encoding or contents, and never maps them.
 *
 * What is equal is skipped at memcmp's speed, whatever it is: equal bytes mean the same in every mode. The rules are
 * asked only where two bytes differ, and each leaves both texts behind what it has looked at. A number looks back to
 * its start, over at most COMPARE_NUMBER_MAX bytes and once: so time is linear.
 */
#include "judge_client/compare.h"

#include <string.h>

#include "judge_client/compare_parts.h"

#include "common/banned.h"

enum { WORD = 8, FEW = 64, BLOCK = 2048 };

/* As equal_bytes; looks at 8 bytes at a time. */
static size_t equal_words(const unsigned char *a, const unsigned char *b, size_t size)
{
    size_t i = 0;
    for (; size - i >= WORD; i += WORD) {
        uint64_t x, y;
        memcpy(&x, a + i, WORD);
        memcpy(&y, b + i, WORD);
        if (x != y) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return i + (size_t)__builtin_ctzll(x ^ y) / 8;
#else
            break;
#endif
        }
    }
    while (i < size && a[i] == b[i])
        i++;
    return i;
}

/* How many of the first size bytes are equal. memcmp is faster where many are, and slower where few are. */
static size_t equal_bytes(const unsigned char *a, const unsigned char *b, size_t size)
{
    size_t i = equal_words(a, b, size < FEW ? size : FEW);
    if (i < FEW)
        return i;
    while (size - i >= BLOCK && memcmp(a + i, b + i, BLOCK) == 0)
        i += BLOCK;
    return i + equal_words(a + i, b + i, size - i);
}

static void skip_equal(struct compare_text *answer, struct compare_text *output)
{
    while (compare_peek(answer) != COMPARE_END && compare_peek(output) != COMPARE_END) {
        size_t answer_left = answer->end - answer->at, output_left = output->end - output->at;
        size_t left = answer_left < output_left ? answer_left : output_left;
        size_t equal = equal_bytes(answer->window + answer->at, output->window + output->at, left);
        answer->at += equal;
        output->at += equal;
        if (equal < left)
            return;
    }
}

static int lower(int byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

/* Both stand at letters that differ in case only: skips them, and what follows while such letters are frequent. */
static void skip_folded(struct compare_text *answer, struct compare_text *output)
{
    enum { SAME_MAX = 16 };
    size_t answer_left = answer->end - answer->at, output_left = output->end - output->at;
    size_t left = answer_left < output_left ? answer_left : output_left;
    const unsigned char *a = answer->window + answer->at, *o = output->window + output->at;
    size_t i = 1;
    for (int same = 0; i < left && same < SAME_MAX && lower(a[i]) == lower(o[i]); i++)
        same = a[i] == o[i] ? same + 1 : 0;
    answer->at += i;
    output->at += i;
}

static enum compare_result compare_exactly(struct compare_text *answer, struct compare_text *output, bool ignore_case)
{
    for (;;) {
        skip_equal(answer, output);
        int a = compare_peek(answer), o = compare_peek(output);
        if (a == o)
            return COMPARE_SAME;
        if (!ignore_case || lower(a) != lower(o))
            return COMPARE_DIFFERENT;
        skip_folded(answer, output);
    }
}

/* The size of the word that began `back` bytes ago, at most COMPARE_NUMBER_MAX + 1. */
static size_t word_size(struct compare_text *text, size_t back)
{
    (void)compare_fill(text, COMPARE_NUMBER_MAX + 1 - back); /* at the end of the text there is less */
    const unsigned char *word = text->window + text->at - back;
    size_t left = text->end - text->at + back, size = back;
    while (size < left && size <= COMPARE_NUMBER_MAX && !compare_blank(word[size]))
        size++;
    return size;
}

/* Both stand in a word or at its end, and have the same number of its bytes behind them. True where both words are numbers
 * that are near enough; the texts then stand behind them. Where only that is wrong, they stand at the words' starts. */
static bool skip_number(struct compare_text *answer, struct compare_text *output, const struct compare_options *options)
{
    size_t back = 0;
    while (back < answer->at && back <= COMPARE_NUMBER_MAX && !compare_blank(answer->window[answer->at - back - 1]))
        back++;
    if (back > COMPARE_NUMBER_MAX)
        return false;
    size_t answer_size = word_size(answer, back), output_size = word_size(output, back);
    if (answer_size > COMPARE_NUMBER_MAX || output_size > COMPARE_NUMBER_MAX)
        return false;
    long double a, o;
    if (!compare_read_number(answer->window + answer->at - back, answer_size, &a) ||
        !compare_read_number(output->window + output->at - back, output_size, &o))
        return false;
    bool near = compare_near(a, o, options);
    answer->at = answer->at - back + (near ? answer_size : 0);
    output->at = output->at - back + (near ? output_size : 0);
    return near;
}

/* A byte of a word. To HUSTOJ a NUL is a word of its own, with or without white space around it. */
static bool of_word(int byte, bool lines)
{
    return byte != COMPARE_END && !compare_blank(byte) && !(lines && byte == '\0');
}

/* A carriage return and a line end opposite a line end, the usual difference of two equal texts: skips them. Every mode but
 * COMPARE_EXACT would, by longer ways. */
static bool skip_crlf(struct compare_text *answer, struct compare_text *output, int a, int o)
{
    struct compare_text *text = a == '\r' && o == '\n' ? answer : a == '\n' && o == '\r' ? output : NULL;
    if (text == NULL || text->end - text->at < 2 || text->window[text->at + 1] != '\n')
        return false; /* or the rest of it is not in the window: the longer way, then */
    answer->at++;
    output->at++;
    text->at++;
    return true;
}

/* The two before these were a carriage return each, and only one of them belongs to a line end: that is where the white
 * space began to differ. */
static bool splits_crlf(const struct compare_text *answer, const struct compare_text *output, int a, int o)
{
    return (a == '\n' || o == '\n') && answer->at > 0 && output->at > 0 && answer->window[answer->at - 1] == '\r' &&
           output->window[output->at - 1] == '\r';
}

/* Every mode but COMPARE_EXACT. Leaves the texts where they differ; for a presentation error that is *place. */
static enum compare_result compare_words(struct compare_text *answer, struct compare_text *output,
                                         const struct compare_options *options, struct compare_place *place)
{
    const bool lines = options->mode == COMPARE_LINES;
    enum compare_result result = COMPARE_SAME;
    for (;;) {
        skip_equal(answer, output);
        int a = compare_peek(answer), o = compare_peek(output);
        if (a == o)
            return result; /* both have ended */
        if (skip_crlf(answer, output, a, o))
            continue;
        bool both_solid = a != COMPARE_END && o != COMPARE_END && !compare_blank(a) && !compare_blank(o);
        if (both_solid && options->ignore_case && lower(a) == lower(o)) {
            skip_folded(answer, output);
            continue;
        }
        bool inside = answer->at > 0 && of_word(answer->window[answer->at - 1], lines);
        if (both_solid || (inside && (of_word(a, lines) || of_word(o, lines)))) {
            if (options->mode == COMPARE_FLOAT && skip_number(answer, output, options))
                continue;
            return COMPARE_DIFFERENT;
        }
        if (lines && !options->strict_line_ends && splits_crlf(answer, output, a, o)) {
            answer->at--;
            output->at--;
        }
        if (lines && compare_gap(answer, output, options->strict_line_ends) && result == COMPARE_SAME) {
            result = COMPARE_PRESENTATION;
            *place = (struct compare_place){compare_offset(answer), compare_offset(output)};
        }
        compare_skip_blanks(answer);
        compare_skip_blanks(output);
        a = compare_peek(answer);
        o = compare_peek(output);
        if (a != o && (a == COMPARE_END || o == COMPARE_END))
            return COMPARE_DIFFERENT;
    }
}

static enum compare_result compare_texts(struct compare_text *answer, struct compare_text *output,
                                         const struct compare_options *options, struct compare_place *place)
{
    enum compare_result result = options->mode == COMPARE_EXACT ? compare_exactly(answer, output, options->ignore_case)
                                                                : compare_words(answer, output, options, place);
    if (result == COMPARE_DIFFERENT)
        *place = (struct compare_place){compare_offset(answer), compare_offset(output)};
    return result;
}

int compare_files(int answer_fd, int output_fd, const struct compare_options *options, enum compare_result *result,
                  struct compare_difference *difference, struct err *e)
{
    struct compare_text answer, output = {.fd = -1};
    struct compare_place place = {0, 0};
    int done = -1;
    if (compare_text_open(&answer, "answer", answer_fd, e) != 0 ||
        compare_text_open(&output, "output", output_fd, e) != 0)
        goto out;
    enum compare_result found = compare_texts(&answer, &output, options, &place);
    if (found != COMPARE_SAME && difference != NULL)
        compare_describe(&answer, &output, &place, difference);
    if (compare_text_check(&answer, e) != 0 || compare_text_check(&output, e) != 0)
        goto out;
    *result = found;
    done = 0;
out:
    compare_text_close(&output);
    compare_text_close(&answer);
    return done;
}

enum compare_result compare_bytes(const char *answer, size_t answer_size, const char *output, size_t output_size,
                                  const struct compare_options *options, struct compare_difference *difference)
{
    struct compare_text a = compare_text_of(answer, answer_size), o = compare_text_of(output, output_size);
    struct compare_place place = {0, 0};
    enum compare_result result = compare_texts(&a, &o, options, &place);
    if (result != COMPARE_SAME && difference != NULL)
        compare_describe(&a, &o, &place, difference);
    return result;
}

size_t compare_matched(const char *answer, size_t answer_size, const char *output, size_t output_size)
{
    const struct compare_options options = {.mode = COMPARE_LINES};
    struct compare_text a = compare_text_of(answer, answer_size), o = compare_text_of(output, output_size);
    struct compare_place place = {0, 0};
    if (compare_texts(&a, &o, &options, &place) != COMPARE_DIFFERENT)
        return answer_size;
    return (size_t)compare_matched_of(&place, (int64_t)output_size);
}
