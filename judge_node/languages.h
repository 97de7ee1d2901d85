/*
 * languages.h - the numbers of the languages that self-contained jobs name.
 */
#ifndef JUDGE_NODE_LANGUAGES_H
#define JUDGE_NODE_LANGUAGES_H

#include <stddef.h>

#define LANGUAGES_MOST 96
#define LANGUAGES_WORDS 400

struct languages_row {
    int id;
    char words[LANGUAGES_WORDS]; /* " c++ cpp cxx ", in small letters */
};

struct languages_table {
    size_t count;
    struct languages_row rows[LANGUAGES_MOST];
};

/* Reads id, name, aliases and suffixes of the languages' files: those of home, then those that came with the program. What is
 * wrong in one of them is judge_client's to say. Needs to read OJ_HOME/etc/languages.d: call it as root. */
void languages_read(struct languages_table *table, const char *home);

/* By name or alias, else by number, else by suffix; -1: none. */
int languages_find(const struct languages_table *table, const char *word);

#endif
