/*
 * checker_run.h - a checker on a case's output: in the sandbox, in a cell of its own, or built in.
 *
 * It sees its program and, in its folder, input, user_out, answer and code; its environment tells the case. What it says is
 * the verdict; when it fails (a crash, a limit, a refused call, a word that its protocol does not have) that is -1, an
 * err that names the problem, the checker and the end of its standard error, and no verdict for anybody.
 */
#ifndef JUDGE_CHECKER_RUN_H
#define JUDGE_CHECKER_RUN_H

#include "common/err.h"

struct case_judgement;
struct judge;
struct judge_options;
struct problem_case;
struct sandbox_result;
struct submission;

/* Before a submission's cases: the problem's checker, built where it must be, lies in its cell. Nothing to do where the problem has
 * none. 0, or -1 with e. */
int checker_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                    struct err *e);

/* Judges the output in judge->output_fd of a case whose program ended well: sets result's verdict, share and note. 0, or -1
 * with e. */
int checker_run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                     const struct judge_options *options, struct case_judgement *result, struct err *e);

/* Releases what a judge has for checkers. */
void checker_run_close(struct judge *judge);

#endif
