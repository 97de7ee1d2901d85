/*
 * places.h - where the files of an installation lie, and of a source tree in which it was only built.
 */
#ifndef JUDGE_PLACES_H
#define JUDGE_PLACES_H

#include <limits.h>

#define PLACES_FOLDERS 3

/* Folders in the order in which they are asked, also as a NULL-terminated list. */
struct places {
    char home[PATH_MAX]; /* OJ_HOME */
    char policy_folders[PLACES_FOLDERS][PATH_MAX];
    char language_folders[PLACES_FOLDERS][PATH_MAX];
    const char *policies[PLACES_FOLDERS + 1];
    const char *languages[PLACES_FOLDERS + 1];
    char self_test_folders[PLACES_FOLDERS][PATH_MAX];
    const char *self_tests[PLACES_FOLDERS + 1];
};

/* Fills places. home NULL: the one that was set when this program was built. An administrator's files, in
 * OJ_HOME/etc/policy and OJ_HOME/etc/languages.d, win over those that came with the program. */
void places_find(struct places *places, const char *home);

#endif
