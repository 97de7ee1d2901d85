/*
 * interact_run.h - a case of an interactive problem: the program and its interactor, or several processes of it and their manager,
 * run at once in cells of their own, joined by pipes.
 *
 * The interactor runs in the checkers' cell, the program in the first and, where there are several processes, in those after the
 * checkers'. Whose fault it is that a dialogue ended says interact_judge. A fault of the interactor is -1 and an err that names the
 * problem and the interactor, as of a checker.
 */
#ifndef JUDGE_INTERACT_RUN_H
#define JUDGE_INTERACT_RUN_H

#include <stdbool.h>

#include "common/err.h"

struct case_judgement;
struct judge;
struct judge_options;
struct problem;
struct problem_case;
struct submission;

/* Before a submission's cases, after checker_prepare: the interactor, built where it must be, lies in its cell, and the program in all
 * that it runs in. Nothing to do where the problem has none. 0, or -1 with e. */
int interact_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                     struct err *e);

/* Has the problem a checker, or a way to compare, for what its interactor leaves (in judge->output_fd)? */
bool interact_checks(const struct problem *problem);

/* Judges a case; input_fd is its input, for the interactor, and closed in every case. Sets result's verdict, figures, share and note. 0, or -1 with e. */
int interact_run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                      int input_fd, const struct judge_options *options, struct case_judgement *result, struct err *e);

#endif
