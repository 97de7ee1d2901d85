/*
 * options.c - see options.h.
 */
#include "judgectl/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>

#include "common/str.h"

#include "common/banned.h"

enum { ROWS = 12, FIRST = 256 /* what getopt_long returns for the first row: no letter */ };

static int take(const struct option_row *row, const char *text, struct err *e)
{
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->value = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)row->value = text;
        return 0;
    case OPTION_NUMBER:
        return str_to_int64(text, row->least, row->most, row->value) == 0
                   ? 0
                   : err_set(e, "--%s %.40s: %s", row->name, text, row->what);
    case OPTION_READ:
        return row->read(row->value, text, e);
    }
    assert(false);
    return -1;
}

int options_parse(const char *command, const char *usage, const struct option_row *rows, size_t count, int argc,
                  char **argv, struct err *e)
{
    struct option table[ROWS + 2] = {{"help", no_argument, NULL, 'h'}};
    char letters[2 * ROWS + 3] = ":h";
    size_t used = 2;
    int word;
    assert(count <= ROWS);
    for (size_t i = 0; i < count; i++) {
        int argument = rows[i].kind == OPTION_FLAG ? no_argument : required_argument;
        table[i + 1] = (struct option){rows[i].name, argument, NULL, FIRST + (int)i};
        if (rows[i].letter != '\0')
            letters[used++] = rows[i].letter;
        if (rows[i].letter != '\0' && argument == required_argument)
            letters[used++] = ':';
    }
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (word == 'h') {
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        }
        const struct option_row *row = word >= FIRST ? &rows[word - FIRST] : NULL;
        for (size_t i = 0; i < count && row == NULL; i++)
            row = rows[i].letter != '\0' && rows[i].letter == word ? &rows[i] : NULL;
        if (row == NULL)
            return err_set(e, "%s '%s': judgectl %s --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1], command);
        if (take(row, optarg, e) != 0)
            return -1;
    }
    return 0;
}

int options_read(const char *command, const char *usage, int argc, char **argv, bool *json, const char **home,
                 struct err *e)
{
    const struct option_row rows[] = {OPTION_JSON(json), OPTION_HOME(home)};
    return options_parse(command, usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
}
