/*
 * difference.c - see difference.h. Runs in judge_client as root, on a student's output and a teacher's files. What it shows it
 * puts into code spans and literal blocks, so that no page takes it for anything but text.
 */
#include "judge_client/difference.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/compare.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum {
    WINDOW = 16 << 10,
    FEW_ROWS = 5,
    MANY_ROWS = 100,
    BEFORE = 10,           /* lines before the one that differs */
    FROM_START = 90,       /* it is shown from the first line where it differs in one of these */
    LINE_BYTES = 128,      /* of a line */
    LINE_LEAD = 40,        /* of these before the place, where the line is longer */
    BLOCK_BYTES = 2 << 10, /* of a literal block */
    BLOCK_LINES = 40,
    CELL_SIZE = 5 * LINE_BYTES + 64, /* each byte may be shown as \xNN, and those of a fence */
    TAIL_BYTES = 64,                 /* kept free for the last line */
};

/* One of the two texts, from the beginning of a line on. */
struct side {
    char window[WINDOW];
    size_t length, at;
    bool whole;         /* the text ends where the window ends */
    int64_t first_line; /* the number of the window's first */
    int64_t line, column;
};

struct page {
    char *text;
    size_t used, size;
};

/* Appends the whole of text, or nothing: false where it does not fit. */
static bool append(struct page *page, const char *text)
{
    size_t length = strlen(text);
    if (length >= page->size - page->used)
        return false;
    memcpy(page->text + page->used, text, length + 1);
    page->used += length;
    return true;
}

/* ---- a side */

static int read_at(int fd, char *bytes, size_t size, int64_t offset, size_t *length, struct err *e)
{
    *length = 0;
    while (*length < size) {
        ssize_t count = pread(fd, bytes + *length, size - *length, (off_t)(offset + (int64_t)*length));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return err_sys(e, errno, "read what differs");
        if (count == 0)
            break;
        *length += (size_t)count;
    }
    return 0;
}

/* Where the line number *first - lines begins, or the first one of these that can be seen in the length bytes before the place, which
 * begin at `from`: *first is its number. -1: not even that of the place's own line. */
static int64_t find_start(const char *bytes, size_t length, int64_t from, int64_t lines, int64_t *first)
{
    int64_t wanted = *first - lines;
    int64_t start = -1;
    for (size_t i = length; i > 0; i--) {
        if (bytes[i - 1] != '\n')
            continue;
        *first -= start >= 0;
        start = from + (int64_t)i;
        if (*first == wanted)
            return start;
    }
    if (from > 0)
        return start;
    *first -= start >= 0;
    return 0; /* the text begins with a line */
}

/* Fills the window from `lines` lines before the one with the place on; from a place within that line where its beginning is out of
 * reach. */
static int look(struct side *side, int fd, int64_t place, int64_t line, int64_t column, int64_t lines, struct err *e)
{
    enum { REACH = WINDOW / 2 };
    int64_t from = place > REACH ? place - REACH : 0;
    size_t length;
    *side = (struct side){.line = line, .column = column, .first_line = line};
    if (read_at(fd, side->window, (size_t)(place - from), from, &length, e) != 0)
        return -1;
    int64_t start = find_start(side->window, length, from, lines, &side->first_line);
    if (start < 0) {
        start = place - LINE_LEAD;
        side->column = LINE_LEAD + 1;
    }
    if (read_at(fd, side->window, WINDOW, start, &side->length, e) != 0)
        return -1;
    side->whole = side->length < WINDOW;
    return 0;
}

/* The next line, without its end. NULL: there is none. */
static const char *next_line(struct side *side, size_t *length)
{
    if (side->at >= side->length)
        return NULL;
    const char *line = side->window + side->at;
    const char *end = memchr(line, '\n', side->length - side->at);
    *length = end == NULL ? side->length - side->at : (size_t)(end - line);
    side->at += *length + (end != NULL);
    *length -= *length > 0 && line[*length - 1] == '\r';
    return line;
}

/* ---- a row */

/* The longest run of backquotes in text. */
static size_t longest_run(const char *text)
{
    size_t longest = 0;
    for (size_t run = 0; *text != '\0'; text++) {
        run = *text == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* Bytes of a line as a code span in a table's cell: whatever they are, they are text there. */
static void cell(char out[CELL_SIZE], const char *line, size_t length, int64_t column)
{
    char shown[4 * LINE_BYTES + 16];
    char fence[LINE_BYTES + 2] = "";
    size_t from = 0;
    size_t used = 0;
    out[0] = '\0';
    if (line == NULL || length == 0)
        return;
    if (length > LINE_BYTES && column > LINE_BYTES - LINE_LEAD) {
        from = (size_t)column - LINE_LEAD;
        from = from > length ? length : from;
        while (from < length && from > 0 && ((unsigned char)line[from] & 0xc0) == 0x80)
            from--; /* within a character */
    }
    size_t count = length - from > LINE_BYTES ? LINE_BYTES : length - from;
    while (count > LINE_BYTES - 4 && count < length - from && ((unsigned char)line[from + count] & 0xc0) == 0x80)
        count--; /* not within a character */
    text_show_end(shown, sizeof shown, count, line + from, count);
    size_t run = longest_run(shown) + 1;
    memset(fence, '`', run);
    (void)str_format(out, CELL_SIZE, "%s%s%s", from > 0 ? "..." : "", fence, run > 1 ? " " : ""); /* it fits */
    used = strlen(out);
    for (const char *p = shown; *p != '\0'; p++) {
        char byte[2] = {*p == '\n' ? ' ' : *p, '\0'};
        const char *put =
            *p == '|' ? "\u2502" : byte; /* which looks like it; whether an escaped one ends a cell, pages disagree */
        (void)str_copy(out + used, CELL_SIZE - used, put); /* it fits */
        used += strlen(put);
    }
    (void)str_format(out + used, CELL_SIZE - used, "%s%s%s", run > 1 ? " " : "", fence,
                     from + count < length ? "..." : ""); /* it fits */
}

static bool same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a != NULL && b != NULL && a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* False where there is no room, or no line any more. */
static bool row(struct page *page, struct side *output, struct side *answer, int64_t i)
{
    char one[CELL_SIZE], two[CELL_SIZE];
    char line[2 * CELL_SIZE + 64];
    size_t a = 0, b = 0;
    const char *left = next_line(output, &a);
    const char *right = next_line(answer, &b);
    if (left == NULL && right == NULL)
        return false;
    int64_t number = output->first_line + i;
    cell(one, left, a, number == output->line ? output->column : 0);
    cell(two, right, b, answer->first_line + i == answer->line ? answer->column : 0);
    (void)str_format(line, sizeof line, "%lld|%s|%s|%s\n", (long long)number, one,
                     same(left, a, right, b) ? "" : "\u2260", two); /* it fits */
    if (page->size - page->used < strlen(line) + TAIL_BYTES)
        return false;
    return append(page, line);
}

static void table(struct page *page, struct side *output, struct side *answer, int64_t rows, enum ui_language ui)
{
    static const char *const heads[UI_COUNT] = {"line|your output| |the answer\n--|--|--|--\n",
                                                "行|你的输出| |标准答案\n--|--|--|--\n"};
    int64_t i = 0;
    (void)append(page, heads[ui]); /* the page is larger */
    while (i < rows && row(page, output, answer, i))
        i++;
    bool more = output->at < output->length || answer->at < answer->length || !output->whole || !answer->whole;
    (void)append(page, more ? "...|||\n\n" : "\n"); /* TAIL_BYTES were kept */
}

/* ---- literal blocks */

/* The beginning of a file, each line behind four blanks. */
static int block(struct page *page, const char *head, int fd, struct err *e)
{
    char raw[BLOCK_BYTES + 1];
    char shown[4 * BLOCK_BYTES + 16];
    size_t length;
    if (read_at(fd, raw, sizeof raw, 0, &length, e) != 0)
        return -1;
    bool cut = length > BLOCK_BYTES;
    size_t count = cut ? BLOCK_BYTES : length;
    while (cut && count > BLOCK_BYTES - 4 && ((unsigned char)raw[count] & 0xc0) == 0x80)
        count--; /* not within a character */
    text_show_end(shown, sizeof shown, count, raw, count);
    (void)append(page, head); /* the page is larger */
    char *at = shown;
    int lines = 0;
    while (*at != '\0' && lines < BLOCK_LINES && page->size - page->used > 4 * TAIL_BYTES) {
        char line[LINE_BYTES * 4 + 32];
        size_t end = strcspn(at, "\n");
        int most = end > LINE_BYTES * 4 ? LINE_BYTES * 4 : (int)end;
        while (most > LINE_BYTES * 4 - 4 && (size_t)most < end && ((unsigned char)at[most] & 0xc0) == 0x80)
            most--;
        (void)str_format(line, sizeof line, "    %.*s%s\n", most, at, (size_t)most < end ? "..." : ""); /* it fits */
        if (page->size - page->used < strlen(line) + 2 * TAIL_BYTES)
            break;
        (void)append(page, line); /* there is room */
        at += end + (at[end] == '\n');
        lines++;
    }
    (void)append(page, *at != '\0' || cut ? "    ...\n\n" : "\n"); /* as above */
    return 0;
}

static int show(struct page *page, struct side sides[2], const struct compare_difference *d, int level,
                const int fds[3], enum ui_language ui, struct err *e)
{
    static const char *const heads[UI_COUNT][2] = {{"input:\n\n", "your output:\n\n"},
                                                   {"输入：\n\n", "你的输出：\n\n"}};
    int64_t nearer = d->output_line < d->answer_line ? d->output_line : d->answer_line;
    bool start = d->output_line <= FROM_START && d->answer_line <= FROM_START;
    int64_t before = level == 1 ? 0 : start ? nearer - 1 : BEFORE;
    if (level == 3 && (block(page, heads[ui][0], fds[0], e) != 0 || block(page, heads[ui][1], fds[1], e) != 0))
        return -1;
    if (look(&sides[0], fds[1], d->output_at, d->output_line, d->output_column, before, e) != 0 ||
        look(&sides[1], fds[2], d->answer_at, d->answer_line, d->answer_column, before, e) != 0)
        return -1;
    table(page, &sides[0], &sides[1], level == 1 ? FEW_ROWS : MANY_ROWS, ui);
    return 0;
}

char *difference_show(const struct compare_difference *difference, int level, int input_fd, int output_fd,
                      int answer_fd, enum ui_language ui, struct err *e)
{
    const int fds[3] = {input_fd, output_fd, answer_fd};
    struct page page = {.text = calloc(1, DIFFERENCE_BYTES), .size = DIFFERENCE_BYTES};
    struct side *sides = calloc(2, sizeof *sides); /* too large for a stack */
    int result = page.text == NULL || sides == NULL ? err_set(e, "out of memory")
                                                    : show(&page, sides, difference, level, fds, ui, e);
    free(sides);
    if (result == 0)
        return page.text;
    free(page.text);
    return NULL;
}
