/*
 * compare.h - is a program's output the answer? Four ways to say so, and the first difference for a person to read.
 *
 * Reads two descriptors of regular files or memfds, in pieces; time is linear in their sizes, memory is fixed. Knows no
 * case, no verdict's code of any database and no sandbox: run_case turns the result into a verdict.
 * A carriage return before a line end counts only for COMPARE_EXACT. docs/comparison.md has the rules for a teacher.
 */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum compare_mode {
    COMPARE_LINES, /* HUSTOJ's rules: white space that differs in a harmless place is accepted, elsewhere a presentation error */
    COMPARE_EXACT,  /* byte by byte */
    COMPARE_TOKENS, /* the same words in the same order; white space only separates */
    COMPARE_FLOAT,  /* as tokens, and two tokens that are numbers may differ by abs_error or rel_error */
};

struct compare_options {
    enum compare_mode mode;
    bool ignore_case;      /* ASCII letters */
    bool strict_line_ends; /* COMPARE_LINES: blanks at the end of a line are a presentation error (OJ_IGNORE_ESOL=0) */
    /* COMPARE_FLOAT: accepted where |a-b| <= abs_error or |a-b| <= rel_error * |answer|. Words that are no decimal numbers
     * (nan, inf, 0x1p3, more than 1024 bytes, over 1e4900) are the same or different as text. */
    double abs_error, rel_error;
};

enum compare_result { COMPARE_SAME, COMPARE_PRESENTATION, COMPARE_DIFFERENT };

#define COMPARE_EXCERPT_SIZE 160

/* Where the two first differ. Lines and columns count from 1, columns in bytes; of the output and of the answer. */
struct compare_difference {
    int64_t output_line, output_column;
    int64_t answer_line, answer_column;
    int64_t output_at, answer_at; /* bytes before it */
    int64_t matched;              /* see compare_matched; of a presentation error the bytes before it */
    /* The line around it, cut to some 32 bytes before: printable, valid UTF-8, white space made visible (space U+00B7, tab
     * U+2192, line end U+21B5, carriage return "\r"), other characters that cannot be seen and invalid UTF-8 as \xNN,
     * "(end)" where the text ends in that line, "..." where it was cut. */
    char output[COMPARE_EXCERPT_SIZE];
    char answer[COMPARE_EXCERPT_SIZE];
};

/* Compares output with answer, both from their starts whatever the descriptors' positions, which stay. 0 with *result, and
 * *difference (unless it is NULL) filled but for COMPARE_SAME; for a presentation error with where the white space first
 * differs. -1 with e: one of them is no regular file, cannot be read, or became shorter meanwhile. Needs no privilege. */
int compare_files(int answer_fd, int output_fd, const struct compare_options *options, enum compare_result *result,
                  struct compare_difference *difference, struct err *e);

/* The same on memory; cannot fail. */
enum compare_result compare_bytes(const char *answer, size_t answer_size, const char *output, size_t output_size,
                                  const struct compare_options *options, struct compare_difference *difference);

/* How many leading bytes of the answer the output has by the rules of COMPARE_LINES, for OJ_INTERNAL_MARK: matched bytes /
 * size of the answer. All of them where the result is not COMPARE_DIFFERENT. */
size_t compare_matched(const char *answer, size_t answer_size, const char *output, size_t output_size);

/* Reads the whole word as a decimal number, in no locale: `-1`, `.5`, `5.`, `1.5e-3`. False: it is none, or too large. */
bool compare_read_number(const unsigned char *word, size_t size, long double *value);

#endif
