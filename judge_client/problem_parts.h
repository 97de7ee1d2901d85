/*
 * problem_parts.h - what problem.c, problem_cases.c and problem_conf.c share. Not for their callers.
 */
#ifndef JUDGE_PROBLEM_PARTS_H
#define JUDGE_PROBLEM_PARTS_H

#include "common/conf.h"
#include "judge_client/problem.h"

#define PROBLEM_CONF "problem.ini"

/* What the folder holds besides cases, for problem.c to judge. */
struct problem_folder {
    bool input_name, output_name; /* the files input.name and output.name are there */
};

/* problem.c: size of a file of the folder, checked as problem_open_file does. 0, or -1 with e. */
int problem_file_size(const struct problem *problem, const char *name, int64_t *bytes, struct err *e);

/* problem.c: is text fit to be a path below the problem's folder: no "..", not absolute, nothing that cannot be printed? 0, or
 * -1 with e. */
int problem_check_path(const char *text, struct err *e);

/* problem.c: is text fit to be a file's name in the program's folder? 0, or -1 with e. */
int problem_check_name(const char *text, struct err *e);

/* problem_cases.c: finds cases and headers. alphabetical: else in natural order. 0, or -1 with e. */
int problem_find_cases(struct problem *problem, bool alphabetical, struct problem_folder *folder, struct err *e);

/* problem_conf.c: opens problem.ini; *conf is NULL where there is none. 0, or -1 with e. */
int problem_open_conf(const struct problem *problem, struct conf **conf, struct err *e);

/* problem_conf.c: fills in what conf says, and the usual values for the rest (conf may be NULL). 0, or -1 with e. */
int problem_apply_conf(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_conf.c: marks the cases that are samples or pretests. After problem_find_cases. 0, or -1 with e. */
int problem_mark_samples(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_score.c: finds the subtasks, of conf (may be NULL) or of the cases' names, and orders the cases by them. After
 * problem_find_cases and problem_apply_conf. 0, or -1 with e. */
int problem_find_subtasks(struct problem *problem, const struct conf *conf, struct err *e);
void problem_close_subtasks(struct problem *problem);

/* problem_score.c: puts the subtasks behind those that they come after, and the cases into the order of the subtasks. conf: for
 * messages, or NULL. 0, or -1 with e: a cycle, a case in no subtask. */
int problem_order(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_package.c: fills the problem from the package that the folder is, if it is one, but for what conf (may be NULL) says.
 * After problem_apply_conf. 0 with problem->package (NULL: it is none), or -1 with e. */
int problem_open_package(struct problem *problem, const struct conf *conf, struct err *e);
void problem_close_package(struct problem *problem);

/* problem_checker.c: how outputs are judged: by a checker that conf or the folder has, or by comparing. After
 * problem_apply_conf; conf may be NULL. 0, or -1 with e. */
int problem_find_checker(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_checker.c: the program of that stem, "spj", into *checker: as a source, else as a binary. 1, 0 where there is none, or
 * -1 with e. The program that problem.ini names, a source or an uploaded binary. Does the source include testlib.h? 1, 0 or -1. */
int problem_find_program(const struct problem *problem, const char *stem, struct checker *checker, struct err *e);
int problem_take_program(const struct problem *problem, const char *source, struct checker *checker, struct err *e);
int problem_uses_testlib(const struct problem *problem, const char *name, struct err *e);

/* problem_interact.c: the interactor or manager that conf (may be NULL) or the folder has. After problem_apply_conf and before
 * problem_find_cases: an interactive problem needs no answers. 0, or -1 with e. */
int problem_find_interactor(struct problem *problem, const struct conf *conf, struct err *e);

/* problem_interact.c: what goes together with an interactor, after problem_find_checker. 0, or -1 with e. */
int problem_settle_interactor(struct problem *problem, struct err *e);

/* problem_interact.c: outputs are judged as if it had none. */
void problem_drop_interactor(struct problem *problem);

/* problem_sources.c: what is submitted, and what is compiled with it. 0, or -1 with e. */
int problem_find_sources(struct problem *problem, const struct conf *conf, struct err *e);
void problem_close_sources(struct problem *problem);

/* problem_checker.c: sets how outputs are compared from the flags of Kattis' default validator ("float_tolerance 1e-6"). 0,
 * or -1 with e. */
int problem_validator_flags(struct problem *problem, const char *flags, struct err *e);

#endif
