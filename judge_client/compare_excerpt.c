/*
 * compare_excerpt.c - the place where two texts differ, for a person: line, column, and what stands there. Runs in the
 * worker, needs no privilege. What it writes is printable, valid UTF-8 whatever the text holds: it goes to terminals, logs
 * and web pages.
 */
#include <string.h>

#include "judge_client/compare_parts.h"

#include "common/banned.h"

/* Bytes before the difference that are shown. Written as \xNN they still leave room for what differs. */
enum { BEFORE = 32 };

/* Characters that cannot be seen, or that move what stands around them. Beside them: surrogates are no valid UTF-8. */
static const struct {
    uint32_t first, last;
} unseen[] = {
    {0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},       {0x34f, 0x34f},      {0x61c, 0x61c},   {0x115f, 0x1160},
    {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2000, 0x200f},    {0x2028, 0x202f}, {0x205f, 0x206f},
    {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},    {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1fffe, 0x1ffff}, {0xe0000, 0x10ffff},
};

/* The bytes of the character at text[0], 1 to 4, and its code; 0: not UTF-8. */
static size_t read_character(const unsigned char *text, size_t size, uint32_t *code)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least; /* smaller codes have a shorter form */
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= sizeof forms / sizeof *forms && length <= size; length++) {
        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        *code = text[0] & (unsigned char)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            *code = *code << 6 | (text[i] & 0x3f);
        }
        bool valid = *code >= forms[length - 1].least && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
        return valid ? length : 0;
    }
    return 0;
}

static bool is_unseen(uint32_t code)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        if (code >= unseen[i].first && code <= unseen[i].last)
            return true;
    }
    return false;
}

/* What is shown for the character at text[0], terminated. Returns how many of the text's bytes that were. */
static size_t show_character(char shown[20], const unsigned char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    static const struct {
        char byte;
        const char *shown;
    } marks[] = {{' ', "\u00b7"}, {'\t', "\u2192"}, {'\n', "\u21b5"}, {'\r', "\\r"}};
    uint32_t code = 0;
    size_t length = read_character(text, size, &code), used = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (text[0] == (unsigned char)marks[i].byte) {
            memcpy(shown, marks[i].shown, strlen(marks[i].shown) + 1);
            return 1;
        }
    }
    if (length > 0 && !is_unseen(code)) {
        memcpy(shown, text, length);
        shown[length] = '\0';
        return length;
    }
    length = length == 0 ? 1 : length;
    for (size_t i = 0; i < length; i++) {
        shown[used++] = '\\';
        shown[used++] = 'x';
        shown[used++] = digits[text[i] >> 4];
        shown[used++] = digits[text[i] & 0xf];
    }
    shown[used] = '\0';
    return length;
}

/* Shows text up to its line's end. ended: the whole text ends with it. */
static void show(char excerpt[COMPARE_EXCERPT_SIZE], bool cut, const unsigned char *text, size_t size, bool ended)
{
    static const char dots[] = "...", end[] = "(end)";
    char shown[20];
    size_t used = 0, i = 0;
    if (cut) {
        memcpy(excerpt, dots, sizeof dots - 1);
        used = sizeof dots - 1;
    }
    excerpt[used] = '\0';
    while (i < size && (i == 0 || text[i - 1] != '\n')) {
        i += show_character(shown, text + i, size - i);
        size_t length = strlen(shown);
        if (used + length + sizeof end > COMPARE_EXCERPT_SIZE) { /* room for either word stays */
            memcpy(excerpt + used, dots, sizeof dots);
            return;
        }
        memcpy(excerpt + used, shown, length + 1);
        used += length;
    }
    if (i == size && ended && (i == 0 || text[i - 1] != '\n'))
        memcpy(excerpt + used, end, sizeof end);
}

static size_t count_line_ends(const unsigned char *text, size_t size)
{
    enum { BLOCK = 128 }; /* a loop of this form becomes vector instructions */
    size_t count = 0, i = 0;
    for (; size - i >= BLOCK; i += BLOCK) {
        unsigned char few = 0;
        for (size_t j = 0; j < BLOCK; j++)
            few = (unsigned char)(few + (text[i + j] == '\n'));
        count += few;
    }
    for (; i < size; i++)
        count += text[i] == '\n';
    return count;
}

/* The line of the byte at place, from 1, and the offset of the line's start. */
static int64_t find_line(struct compare_text *text, int64_t place, int64_t *start)
{
    int64_t line = 1;
    size_t size;
    *start = 0;
    for (int64_t offset = 0; offset < place; offset += (int64_t)size) {
        size = compare_view(text, offset);
        if (size == 0)
            break; /* it cannot be read any more */
        if ((int64_t)size > place - offset)
            size = (size_t)(place - offset);
        size_t count = count_line_ends(text->window, size);
        const unsigned char *last = count == 0 ? NULL : memrchr(text->window, '\n', size);
        if (last != NULL)
            *start = offset + (last - text->window) + 1;
        line += (int64_t)count;
    }
    return line;
}

static void describe(struct compare_text *text, int64_t place, int64_t *line, int64_t *column,
                     char excerpt[COMPARE_EXCERPT_SIZE])
{
    int64_t line_start;
    *line = find_line(text, place, &line_start);
    *column = place - line_start + 1;
    int64_t from = place - line_start > BEFORE ? place - BEFORE : line_start;
    size_t size = compare_view(text, from), skip = 0;
    if (from != line_start) {
        /* From the first word that begins here, or else from the first character. */
        for (size_t i = 0; i < BEFORE && i < size && skip == 0; i++) {
            if (compare_blank(text->window[i]) && !compare_blank(text->window[i + 1 < size ? i + 1 : i]))
                skip = i + 1;
        }
        while (skip < size && skip < 3 && (text->window[skip] & 0xc0) == 0x80)
            skip++;
    }
    bool ended = from + (int64_t)size >= text->size;
    show(excerpt, from != line_start, text->window + skip, size - skip, ended);
}

void compare_describe(struct compare_text *answer, struct compare_text *output, const struct compare_place *place,
                      struct compare_difference *difference)
{
    difference->answer_at = place->answer;
    difference->output_at = place->output;
    difference->matched = compare_matched_of(place, output->size);
    describe(answer, place->answer, &difference->answer_line, &difference->answer_column, difference->answer);
    describe(output, place->output, &difference->output_line, &difference->output_column, difference->output);
}
