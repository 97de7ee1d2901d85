/*
 * local_check.h - judgectl problem check: what is wrong with a problem's folder, before the class finds it.
 */
#ifndef JUDGE_LOCAL_CHECK_H
#define JUDGE_LOCAL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "judge_client/judge.h"
#include "judge_client/places.h"
#include "judge_client/problem.h"

struct languages;

/* argv from "check" on. The exit code: 0 nothing is wrong (there may be warnings), 1 something is, 2 it could not be checked. */
int local_check(int argc, char **argv);

/* ---- what local_check.c and local_check_run.c share */

struct local_check {
    const char *home, *tier, *folder;
    struct places places;
    struct languages *languages;
    struct problem problem;
    struct sandbox *sandbox; /* NULL until something is to be run */
    struct judge *judge;
    size_t errors, warnings;
};

/* A line of what was found: `error    ...` or `warning  ...`. */
void local_check_say(struct local_check *check, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* local_check_run.c: runs the validators of inputs on each input, and the checker on each answer. 0, whatever is found, or -1 with e
 * where nothing can be run here. */
int local_check_programs(struct local_check *check, struct err *e);

#endif
