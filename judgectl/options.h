/*
 * options.h - the options that commands which only show something have in common: --json, --home, --help.
 */
#ifndef JUDGECTL_OPTIONS_H
#define JUDGECTL_OPTIONS_H

#include <stdbool.h>

#include "common/err.h"

/* Reads them for `judgectl COMMAND`; arguments that are no options begin at optind then. 0; 1 after --help was printed (usage); -1
 * with e: an unknown one, or one without its value. *home stays as it is where it is not said. */
int options_read(const char *command, const char *usage, int argc, char **argv, bool *json, const char **home,
                 struct err *e);

#endif
