/*
 * checker_passes.h - a case in several passes: a checker that accepts and leaves `nextpass.in` in its folder has the program
 * run once more, with that as its input. What else it left in its folder is there again at its next run.
 */
#ifndef JUDGE_CHECKER_PASSES_H
#define JUDGE_CHECKER_PASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define CHECKER_PASS_FILES 32 /* that a checker may leave for its next pass */
#define CHECKER_NEXT_PASS "nextpass.in"

struct judge;
struct sandbox_file;

/* Before a case, and when the judge ends: nothing is left of an earlier one. */
void checker_passes_clear(struct judge *judge);

/* After a checker's run, its folder as it left it: takes the next pass's input and the files beside it, where there is one. Not
 * the files that it was given (given: count names). 0, or -1 with e: too much, or no memory. */
int checker_passes_take(struct judge *judge, int box_fd, const struct sandbox_file *given, size_t count, struct err *e);

/* Did the checker's last run leave an input? Then it becomes the case's input. */
bool checker_passes_next(struct judge *judge);

/* Is there one that nobody has taken as the input yet? */
bool checker_passes_waits(const struct judge *judge);

/* The input of a pass after the first, as a new descriptor; -1: it is the case's own; -2 with e. */
int checker_passes_open_input(const struct judge *judge, struct err *e);

/* The files of its earlier passes as files[*count] and on, at most CHECKER_PASS_FILES. They stay the judge's. */
void checker_passes_add(const struct judge *judge, struct sandbox_file *files, size_t *count);

#endif
