/*
 * conf_parts.h - what conf.c, conf_table.c and conf_value.c share. Not for their callers.
 */
#ifndef JUDGE_CONF_PARTS_H
#define JUDGE_CONF_PARTS_H

#include "common/conf.h"

/* A key of the file. Texts point into the file's text, which conf holds. */
struct conf_entry {
    const char *section;
    const char *name;
    char *value; /* without its quotes and their escapes; of CONF_WORDS as it stands */
    int line;
    const struct conf_key *key;
    int64_t number; /* CONF_INT, CONF_BOOL, CONF_CHOICE (an index) */
    double decimal;
};

/* conf_table.c: the row of a key, or NULL; whether a row is for that section at all. */
const struct conf_key *conf_find_key(const struct conf_key *keys, const char *section, const char *name);
bool conf_has_section(const struct conf_key *keys, const char *section);

/* conf_table.c: say what is unknown, and what may have been meant. Both return -1. */
int conf_unknown_section(const struct conf_key *keys, const char *section, struct err *e);
int conf_unknown_key(const struct conf_key *keys, const char *section, const char *name, struct err *e);

/* conf_value.c: cuts the value out of what follows the '=' in a line, in place. 0, or -1 with e. */
int conf_cut_value(char *text, enum conf_type type, char **value, struct err *e);

/* conf_value.c: checks entry->value against entry->key, and sets number or decimal. 0, or -1 with e. */
int conf_check_value(struct conf_entry *entry, struct err *e);

#endif
