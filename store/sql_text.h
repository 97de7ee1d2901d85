/*
 * sql_text.h - a statement as a constant, and what is made of it for one server: an optional part is there or not, a repeated one
 * as often as asked, and numbered parameters stand in the server's order.
 *
 *     {word|text}       only where the site has `word` (a column that old tables lack); {!word|text} only where it has not
 *     [separator|text]  `repeat` times with the separator between; ?first to ?first+width-1 in it are the row's own
 *     ?1 ?2 ...         a value by its number, as often as wanted
 * A quoted text must not hold any of these characters.
 */
#ifndef JUDGE_SQL_TEXT_H
#define JUDGE_SQL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct sql_statement {
    const char *text;
    const char *columns;      /* of a row of its answer, a letter each: 'i' a number, 't' a text; NULL: it has none */
    int repeat, first, width; /* of the part in brackets */
};

struct sql_value { /* a parameter: a number, a text, or NULL where text is NULL and is_text is set */
    int64_t number;
    const char *text;
    size_t bytes;
    bool is_text;
};

#define SQL_INT(value) ((struct sql_value){.number = (value)})
#define SQL_TEXT(value, length) ((struct sql_value){.text = (value), .bytes = (length), .is_text = true})

#define SQL_TEXT_SIZE (24 << 10)
#define SQL_TEXT_PLACES 512

struct sql_ready {
    char text[SQL_TEXT_SIZE];
    uint16_t value[SQL_TEXT_PLACES]; /* of each '?', in order: the index of its value, from 0 */
    size_t places;
};

/* Whether the site has what the word (length bytes, not terminated) names. */
typedef bool sql_has(const void *context, const char *word, size_t length);

/* 0 with *ready, or -1 with e where the text is malformed or too long (a fault of the program). */
int sql_text_ready(const struct sql_statement *statement, sql_has *has, const void *context, struct sql_ready *ready,
                   struct err *e);

#endif
