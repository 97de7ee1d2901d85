/*
 * languages.h - the numbers of languages for judgectl's commands: judge_client, which has the catalogue, is asked.
 */
#ifndef JUDGECTL_LANGUAGES_H
#define JUDGECTL_LANGUAGES_H

#include <limits.h>
#include <stdbool.h>

#include "common/err.h"

/* The path of judge_client: beside this program, or where `make install` put it. */
void client_path(char path[PATH_MAX]);

/* The number of the language that word names (a name, an alias, a number) or, where word is NULL, that the file's suffix
 * means; installed: one that is not installed here is an error. -1 with e: unknown (with the nearest), or judge_client could not
 * be asked. */
int language_number(const char *home, const char *word, const char *file, bool installed, struct err *e);

/* Whether the policies of home that workers need can be read, as judge_client finds. 0, or -1 with e:
 * `language c: /home/judge/etc/policy/c.policy:3: ...`. */
int policies_check(const char *home, struct err *e);

#endif
