/*
 * settings_parts.h - what the files settings_*.c share. Not for their callers.
 */
#ifndef JUDGE_SETTINGS_PARTS_H
#define JUDGE_SETTINGS_PARTS_H

#include "common/conf.h"
#include "common/settings.h"

enum settings_kind {
    SETTINGS_TEXT_LINE, /* any text that fits */
    SETTINGS_SECRET,    /* the same, never shown */
    SETTINGS_FILE,      /* the name of a file whose first line is the secret of `field` */
    SETTINGS_PLACE,     /* a path; one that is not absolute is below OJ_HOME; "" none */
    SETTINGS_NODE_NAME, /* a node's name; "" made up */
    SETTINGS_INT,       /* low to high */
    SETTINGS_AUTO,      /* the same, or "auto", stored as low - 1 */
    SETTINGS_DECIMAL,   /* low to high */
    SETTINGS_BOOL,
    SETTINGS_CHOICE,    /* one of words: stored as the word where field is text, else as its index */
    SETTINGS_LANGUAGES, /* "all", stored as -1, or numbers from low to high with commas, as bits */
    SETTINGS_EXAM       /* contest:NUMBER and problem:NUMBER, with blanks between; stored as text */
};

struct settings_row {
    const char *section, *name;
    enum settings_kind kind;
    size_t offset, size; /* of the field in struct settings */
    const char *fallback;
    int64_t low, high, scale;
    const char *words;
    const char *hustoj, *hustoj_fallback;
    const char *environment;
    const char *help;
};

/* settings.c: log_warnx, where the settings are not read quietly. */
void settings_warn(const struct settings *settings, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* settings_table.c: all rows, ended by one whose section is NULL; the same as keys for conf.h. */
extern const struct settings_row settings_rows[];
extern const struct conf_key settings_keys[];
/* The row of a key, NULL where there is none. */
const struct settings_row *settings_find(const char *section, const char *name);

/* settings_value.c: reads text as the row says into its field; called is what a message calls the key. 0, or -1 with e.
 * SETTINGS_FILE is read as SETTINGS_SECRET: text is what stood in the file. */
int settings_set(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                 struct err *e);
/* The field as settings_set would read it (a secret too), into text. Returns text. */
const char *settings_get(const struct settings *settings, const struct settings_row *row, char *text, size_t size);
/* All defaults: of HUSTOJ's form, or of ours. settings->home is set already. */
void settings_defaults(struct settings *settings, bool hustoj);

/* settings_exam.c: 0 where text is a list of SETTINGS_EXAM, or -1 with e. */
int settings_exam_check(const char *called, const char *text, struct err *e);

/* settings_hustoj.c: applies a file of HUSTOJ's form, terminated text that is cut up; file is for messages. What cannot be
 * used is warned about: HUSTOJ would have started with it. */
void settings_hustoj(struct settings *settings, const char *file, char *text);

/* settings_environment.c: applies the environment's variables. 0, or -1 with e, which names the variable. */
int settings_environment(struct settings *settings, struct err *e);
/* user:password@tcp(host:port)/name?options of Go's drivers, redis://user:password@host:port/database; text is cut up. */
int settings_dsn(struct settings *settings, char *text, struct err *e);
int settings_redis_url(struct settings *settings, char *text, struct err *e);

/* settings_node.c: the name of this box for that home, the same each time it is asked. */
void settings_node_default(const char *home, char node[SETTINGS_NODE]);
/* A name for a box that is called text in HUSTOJ's file: itself where it can be, else its beginning and a hash. */
void settings_node_of(const char *text, char node[SETTINGS_NODE]);

#endif
