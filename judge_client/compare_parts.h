/*
 * compare_parts.h - what the files of comparison share: two texts read in pieces, the rule for white space, numbers, and
 * the place where the texts differ. Only compare*.c include this.
 */
#ifndef JUDGE_COMPARE_PARTS_H
#define JUDGE_COMPARE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge_client/compare.h"

enum {
    COMPARE_END = -1,          /* where a byte is asked for, and there is no more */
    COMPARE_PIECE = 128 << 10, /* read at once: both pieces stay in the processor's cache */
    COMPARE_NUMBER_MAX = 1024, /* bytes of a number; a longer word is text */
    COMPARE_HISTORY = 2048,    /* bytes before `at` that stay in the window; more than a number */
};

/* A text, of which a window is in memory. A file is read with pread(2) and not mapped: a teacher may replace an answer
 * while it is compared, and a mapping of a file that shrinks kills its process (SIGBUS). It costs what cmp(1) costs. */
struct compare_text {
    const char *name; /* "answer", for messages */
    const unsigned char *window;
    size_t at, end;        /* the next byte, and the end of the window */
    int64_t base, size;    /* where the window begins in the text; the size of the text */
    int fd;                /* -1: the window is the whole text */
    unsigned char *buffer; /* of the window, room bytes */
    size_t room;
    int error; /* errno of a read that failed, COMPARE_SHORTER, or 0; the text then ends there */
};
enum { COMPARE_SHORTER = -1 };

/* Offsets of the bytes where the two first differ. */
struct compare_place {
    int64_t answer, output;
};

/* What compare_matched says of texts that first differ there. */
static inline int64_t compare_matched_of(const struct compare_place *place, int64_t output_size)
{
    /* HUSTOJ counts the output's bytes before the one that differs, and one less where there is none. Blanks that the
     * answer does not have would count there, too. */
    int64_t output = place->output - (place->output == output_size && place->output > 0);
    return place->answer < output ? place->answer : output;
}

/* ---- compare_text.c */

struct compare_text compare_text_of(const char *bytes, size_t size);
/* The file fd from its start. 0, or -1 with e; compare_text_close is due in both cases. */
int compare_text_open(struct compare_text *text, const char *name, int fd, struct err *e);
void compare_text_close(struct compare_text *text);
/* 0, or -1 with e where reading has failed since the text was opened. */
int compare_text_check(const struct compare_text *text, struct err *e);

/* Reads on until need bytes (at most COMPARE_NUMBER_MAX + 1) from `at` are in the window; false: there are fewer. */
bool compare_fill(struct compare_text *text, size_t need);
/* Makes offset the window's start and returns how many bytes are there: 0 at the text's end, else the rest of the text
 * or a piece. */
size_t compare_view(struct compare_text *text, int64_t offset);

static inline int compare_peek(struct compare_text *text)
{
    return text->at < text->end || compare_fill(text, 1) ? text->window[text->at] : COMPARE_END;
}

static inline int64_t compare_offset(const struct compare_text *text)
{
    return text->base + (int64_t)text->at;
}

/* White space as C's isspace without a locale. */
static inline bool compare_blank(int byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static inline void compare_skip_blanks(struct compare_text *text)
{
    while (compare_blank(compare_peek(text)))
        text->at++;
}

/* ---- compare_lines.c */

/* Both texts stand at the end of a word, or at the start. True where the white space here is a presentation error; they
 * then stand where it first differs, else behind it. */
bool compare_gap(struct compare_text *answer, struct compare_text *output, bool strict_line_ends);

/* ---- compare_number.c */

bool compare_near(long double answer, long double output, const struct compare_options *options);

/* ---- compare_excerpt.c */

void compare_describe(struct compare_text *answer, struct compare_text *output, const struct compare_place *place,
                      struct compare_difference *difference);

#endif
