/*
 * conf.h - files of `[section]` and `key = value`, checked against a table before anything reads them.
 *
 * What is wrong is said with its line: a section or key that is unknown (with the nearest right one) or there twice, a
 * value of the wrong type or out of range, an unquoted '#' or ';' in a value. A comment begins with '#' or ';' at the
 * start of a line or after white space; a value in double quotes may hold both, with \" and \\ inside. A byte order
 * mark and "\r\n" are fine; lines may be long; there are no continued lines. Where the table has keys in the section "",
 * they stand before the first [section].
 */
#ifndef JUDGE_CONF_H
#define JUDGE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct conf;

enum conf_type {
    CONF_TEXT,    /* any text */
    CONF_WORDS,   /* words between white space; words in double quotes may hold blanks: see conf_words */
    CONF_INT,     /* a whole number from low to high */
    CONF_DECIMAL, /* a decimal number from low to high (both whole): 0.5 or 1e-6, at most 15 digits */
    CONF_BOOL,    /* yes no true false on off 1 0 */
    CONF_CHOICE,  /* one of `choices` */
};

struct conf_key {
    const char *section; /* "limits", or "limits.*" for every section of that form */
    const char *name;
    enum conf_type type;
    int64_t low, high;
    const char *choices; /* CONF_CHOICE: "lines exact tokens float" */
    const char *help;    /* one line, for a sample file and --help */
};

/* Opens and checks path against the keys (ended by a row whose section is NULL). Returns it, or NULL with e:
 * `PATH:LINE: unknown key 'time' in [limits] (did you mean time_ms?)`. A file over 1 MiB or with a NUL byte is an error. */
struct conf *conf_open(const char *path, const struct conf_key *keys, struct err *e);
/* The same from a descriptor of a regular file, which stays the caller's; path is for messages only. */
struct conf *conf_open_fd(int fd, const char *path, const struct conf_key *keys, struct err *e);
void conf_close(struct conf *conf);

/* The value of a key, or `otherwise` where the file does not have it, or where conf is NULL (no file). The key must be in
 * the table with that type; conf_text gives a value of any type as it was written. Texts belong to conf. */
const char *conf_text(const struct conf *conf, const char *section, const char *name, const char *otherwise);
int64_t conf_int(const struct conf *conf, const char *section, const char *name, int64_t otherwise);
double conf_decimal(const struct conf *conf, const char *section, const char *name, double otherwise);
bool conf_bool(const struct conf *conf, const char *section, const char *name, bool otherwise);
/* CONF_CHOICE: the index of the value among the choices of its key. */
int conf_choice(const struct conf *conf, const char *section, const char *name, int otherwise);

/* The line in the file where the key stands (name NULL: where the section begins), 0 where it does not: for messages of the
 * caller's own. */
int conf_line(const struct conf *conf, const char *section, const char *name);

/* The i-th section of the file in its order, NULL after the last. */
const char *conf_section(const struct conf *conf, size_t i);

/* Is there a section of that name? conf may be NULL. */
bool conf_has(const struct conf *conf, const char *name);

/* Splits text into words as CONF_WORDS says, into a NULL-terminated array that one free() releases. A quoted part may
 * stand anywhere in a word (-DX="a b"), with \" and \\ inside; "" is an empty word. NULL where there is no memory or a
 * quote is not closed (e). */
char **conf_words(const char *text, struct err *e);

#endif
