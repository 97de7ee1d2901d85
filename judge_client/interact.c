/*
 * interact.c - see interact.h: the table of protocols. Pure, any uid; it runs nothing.
 */
#include "judge_client/interact.h"

#include <assert.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

static const struct interactor_protocol {
    enum checker_protocol protocol;
    const char *name, *arguments;
    int accepts;
    const char *help;
} rows[] = {
#define INTERACTOR(name, word, arguments, accepts, help) {CHECKER_##name, word, arguments, accepts, help},
#include "judge_client/interact.def"
#undef INTERACTOR
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct interactor_protocol *row_of(enum checker_protocol protocol)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].protocol == protocol)
            return &rows[i];
    }
    return NULL;
}

/* Of a problem that was opened: another protocol never gets so far. */
static const struct interactor_protocol *its_row(enum checker_protocol protocol)
{
    const struct interactor_protocol *row = row_of(protocol);
    assert(row != NULL);
    return row;
}

bool interactor_speaks(enum checker_protocol protocol)
{
    return row_of(protocol) != NULL;
}

const char *interactor_name(enum checker_protocol protocol)
{
    return its_row(protocol)->name;
}

const char *interactor_arguments(enum checker_protocol protocol)
{
    return its_row(protocol)->arguments;
}

const char *interactor_help(enum checker_protocol protocol)
{
    return its_row(protocol)->help;
}

bool interactor_leaves_output(enum checker_protocol protocol)
{
    return strstr(its_row(protocol)->arguments, "tout") != NULL;
}

bool interactor_accepts(enum checker_protocol protocol, int exit_code)
{
    return its_row(protocol)->accepts == exit_code;
}

#define P(name) (1U << PROGRAM_##name)
#define I(name) (1U << INTERACTOR_##name)
#define ANY (~0U)

enum first { EITHER, PROGRAM_FIRST, INTERACTOR_FIRST };

/* The first row that fits counts; docs/interactive.md says the same in words. */
static const struct ends_row {
    unsigned programs, interactors;
    enum first first;
    bool flooded, asleep; /* the row is only for such */
    enum interact_word word;
} ends_rows[] = {
    {ANY, I(LIMIT) | I(PIPE), EITHER, true, false, WORD_FLOOD},
    {P(WAITED), ANY, EITHER, false, true, WORD_SYSTEM},
    {P(EXIT) | P(CRASH) | P(LIMIT) | P(WAITED), ANY, PROGRAM_FIRST, false, false, WORD_PROGRAM},
    {P(CRASH) | P(LIMIT) | P(WAITED), I(ACCEPTS), INTERACTOR_FIRST, false, false, WORD_PROGRAM},
    {ANY, I(ACCEPTS) | I(REJECTS), EITHER, false, false, WORD_INTERACTOR},
    {ANY, I(PIPE), EITHER, false, false, WORD_LEFT},
    {ANY, ANY, EITHER, false, false, WORD_SYSTEM},
};

enum interact_word interact_judge(const struct interact_ends *ends)
{
    const struct ends_row *row = ends_rows;
    enum first first = ends->program_first ? PROGRAM_FIRST : INTERACTOR_FIRST;
    while ((row->programs >> ends->program & 1) == 0 || (row->interactors >> ends->interactor & 1) == 0 ||
           (row->first != EITHER && row->first != first) || (row->flooded && !ends->flooded) ||
           (row->asleep && !ends->asleep))
        row++; /* the last fits always */
    return row->word;
}

int interactor_protocol_of_name(const char *name, struct err *e)
{
    const char *names[ROWS + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].protocol == CHECKER_CMS) /* it is named by [manager] */
            continue;
        names[count++] = rows[i].name;
        if (strcmp(name, rows[i].name) == 0)
            return (int)rows[i].protocol;
    }
    const char *nearest = str_nearest(name, names);
    return err_set(e, "unknown protocol '%.40s': an interactor has testlib, kattis or hustoj%s%s%s", name,
                   nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "?)");
}
