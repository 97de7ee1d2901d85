/*
 * places.h - where the files of an installation lie, and of a source tree in which it was only built.
 */
#ifndef JUDGE_PLACES_H
#define JUDGE_PLACES_H

#include <limits.h>

struct places {
    char home[PATH_MAX];               /* OJ_HOME */
    char policy_folders[3][PATH_MAX];  /* in the order in which they are asked */
    const char *policies[4];           /* the same, NULL-terminated: for policy_load */
};

/* Fills places. home NULL: the one that was set when this program was built. Policies: an administrator's in
 * OJ_HOME/etc/policy win over those that came with the program. */
void places_find(struct places *places, const char *home);

#endif
