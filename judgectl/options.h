/*
 * options.h - a command's options as a table. Each command has --help besides its own.
 */
#ifndef JUDGECTL_OPTIONS_H
#define JUDGECTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum option_kind {
    OPTION_FLAG,   /* value: bool */
    OPTION_TEXT,   /* value: const char *, of argv */
    OPTION_NUMBER, /* value: int64_t, from least to most, else `what` is said: "seconds, 1 to 3600" */
    OPTION_READ    /* read(value, text, e) takes it in */
};

struct option_row {
    const char *name; /* "every", for --every */
    char letter;      /* for -e, or '\0' */
    enum option_kind kind;
    void *value; /* left as it is where the option is not there */
    int64_t least, most;
    const char *what;
    int (*read)(void *value, const char *text, struct err *e);
};

#define OPTION_HOME(value)                                                                                             \
    {                                                                                                                  \
        "home", '\0', OPTION_TEXT, (value), 0, 0, NULL, NULL                                                           \
    }
#define OPTION_JSON(value)                                                                                             \
    {                                                                                                                  \
        "json", '\0', OPTION_FLAG, (value), 0, 0, NULL, NULL                                                           \
    }

/* Reads them for `judgectl COMMAND`; arguments that are no options begin at optind then. 0; 1 after --help was printed (usage); -1
 * with e: an unknown one, one without its value, or with a wrong one. */
int options_parse(const char *command, const char *usage, const struct option_row *rows, size_t count, int argc,
                  char **argv, struct err *e);

/* --json, --home, --help: all that commands have which only show something. */
int options_read(const char *command, const char *usage, int argc, char **argv, bool *json, const char **home,
                 struct err *e);

#endif
