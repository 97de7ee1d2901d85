/*
 * problem_package_parts.h - what problem_package.c shares with the readers of the two formats. Not for their callers.
 */
#ifndef JUDGE_PROBLEM_PACKAGE_PARTS_H
#define JUDGE_PROBLEM_PACKAGE_PARTS_H

#include <stdint.h>

#include "judge_client/problem_package.h"
#include "judge_client/problem_parts.h"
#include "judge_client/problem_tree.h"

/* A package's own defaults, where it names none. */
enum { PACKAGE_CHECKER_MS = 60000, PACKAGE_CHECKER_MIB = 2048, PACKAGE_OUTPUT_MIB = 8 };

/* problem_kattis.c, problem_polygon.c: fill the problem (and problem->package, which is there) from the folder. 0, or -1 with e. */
int package_open_kattis(struct problem *problem, const struct conf *conf, struct err *e);
int package_open_polygon(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_kattis_data.c: the cases of data/, and what the settings of their groups say. dated: the format is not legacy. 0, or -1 with
 * e. */
int package_kattis_data(struct problem *problem, bool dated, struct err *e);

/* A new last case; its files are looked at by package_check_cases. NULL with e. */
struct problem_case *package_add_case(struct problem *problem, const char *name, const char *input, const char *answer,
                                      struct err *e);
/* A new last subtask of these many points; its cases are the caller's to set. NULL with e. */
struct problem_subtask *package_add_subtask(struct problem *problem, enum problem_points type, int64_t score,
                                            struct err *e);
/* Gives a subtask the cases from first on, count of them, which each count as their score. 0, or -1 with e. */
int package_take_cases(const struct problem *problem, struct problem_subtask *subtask, size_t first, size_t count,
                       struct err *e);
/* The points of each subtask, in numbers that fit; and that the problem has points, unless problem.ini says otherwise. 0, or -1
 * with e: all are 0. */
int package_set_points(struct problem *problem, const double points[PROBLEM_SUBTASKS], struct err *e);
/* The flags of the cases of a group, which live as long as the package: args, arguments of a checker, or, with the default
 * validator, its flags; or, where args is NULL, those of `like` (NULL: the package's). NULL with e. */
struct problem_flags *package_add_flags(struct problem *problem, const char *args, const struct problem_flags *like,
                                        struct err *e);
/* A sentence for the teacher; what does not fit is left out. */
void package_note(struct problem_package *package, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A decimal number from low to high; 0 with *value, or -1 with e: "must be a number from ... to ...". */
int package_number(const char *text, double low, double high, double *value, struct err *e);
/* The nearest whole number, of one that is not below 0. */
int64_t package_round(double number);

#endif
