/*
 * conf_table.c - which sections and keys a table has, and which one was meant where it has none of that name. Used by
 * conf.c under any uid; pure functions.
 */
#include "common/conf_parts.h"

#include <ctype.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum { NAMES = 64, NAME_SIZE = 64 };

struct names {
    char text[NAMES][NAME_SIZE];
    const char *list[NAMES + 1]; /* ended by NULL */
    size_t count;
};

/* True where pattern is of the form "limits.*". */
static bool is_open(const char *pattern)
{
    size_t length = strlen(pattern);
    return length > 2 && strcmp(pattern + length - 2, ".*") == 0;
}

static bool matches(const char *pattern, const char *section)
{
    if (!is_open(pattern))
        return strcmp(pattern, section) == 0;
    size_t stem = strlen(pattern) - 1; /* with its dot */
    return strncmp(pattern, section, stem) == 0 && section[stem] != '\0';
}

const struct conf_key *conf_find_key(const struct conf_key *keys, const char *section, const char *name)
{
    for (const struct conf_key *key = keys; key->section != NULL; key++) {
        if (strcmp(key->name, name) == 0 && matches(key->section, section))
            return key;
    }
    return NULL;
}

bool conf_has_section(const struct conf_key *keys, const char *section)
{
    for (const struct conf_key *key = keys; key->section != NULL; key++) {
        if (matches(key->section, section))
            return true;
    }
    return false;
}

/* Adds a name that is not there yet. One that does not fit is left out: it is for a hint. */
static void add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->list[i], name) == 0)
            return;
    }
    if (names->count == NAMES || str_copy(names->text[names->count], NAME_SIZE, name) != 0)
        return;
    names->list[names->count] = names->text[names->count];
    names->count++;
    names->list[names->count] = NULL;
}

/* The name that begins with word (a unit was left out: time for time_ms), else the nearest one, or NULL. Upper and lower
 * case are one. */
static const char *nearest(const struct names *names, const char *word)
{
    char lower[NAME_SIZE];
    (void)str_copy(lower, sizeof lower, word); /* cut: it is for a hint */
    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    for (size_t i = 0; i < names->count && strlen(lower) > 2; i++) {
        if (str_starts(names->list[i], lower))
            return names->list[i];
    }
    return names->count == 0 ? NULL : str_nearest(lower, names->list);
}

/* All of the names, with a blank before each, as far as they fit. */
static void join(const struct names *names, char *text, size_t size, bool brackets)
{
    text[0] = '\0';
    for (size_t i = 0; i < names->count; i++) {
        size_t length = strlen(text);
        if (str_format(text + length, size - length, brackets ? " [%s]" : " %s", names->list[i]) != 0) {
            text[length] = '\0';
            return;
        }
    }
}

int conf_unknown_section(const struct conf_key *keys, const char *section, struct err *e)
{
    struct names names = {.count = 0};
    const char *dot = strchr(section, '.');
    for (const struct conf_key *key = keys; key->section != NULL; key++) {
        char name[NAME_SIZE];
        if (key->section[0] == '\0')
            continue;
        if (!is_open(key->section) || dot == NULL || dot[1] == '\0')
            add(&names, key->section);
        else if (str_format(name, sizeof name, "%.*s%s", (int)strlen(key->section) - 1, key->section, dot + 1) == 0)
            add(&names, name);
    }
    const char *best = nearest(&names, section);
    if (best != NULL)
        return err_set(e, "unknown section [%.64s] (did you mean [%s]?)", section, best);
    char all[256];
    join(&names, all, sizeof all, true);
    return err_set(e, "unknown section [%.64s] (there are%s)", section, all[0] == '\0' ? " none" : all);
}

int conf_unknown_key(const struct conf_key *keys, const char *section, const char *name, struct err *e)
{
    struct names names = {.count = 0};
    const struct conf_key *elsewhere = NULL;
    for (const struct conf_key *key = keys; key->section != NULL; key++) {
        if (matches(key->section, section))
            add(&names, key->name);
        else if (elsewhere == NULL && strcmp(key->name, name) == 0)
            elsewhere = key;
    }
    char place[NAME_SIZE + 8] = "";
    if (section[0] != '\0')
        (void)str_format(place, sizeof place, " in [%.64s]", section); /* as large as it can be */
    if (elsewhere != NULL && elsewhere->section[0] != '\0')
        return err_set(e, "unknown key '%.64s'%s (it belongs in [%s])", name, place, elsewhere->section);
    const char *best = nearest(&names, name);
    if (best != NULL)
        return err_set(e, "unknown key '%.64s'%s (did you mean %s?)", name, place, best);
    char all[320];
    join(&names, all, sizeof all, false);
    return err_set(e, "unknown key '%.64s'%s (there are%s)", name, place, all);
}
