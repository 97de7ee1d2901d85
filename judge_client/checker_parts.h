/*
 * checker_parts.h - what running a checker and running an interactor have in common. Only checker_run.c, whose it is, and
 * interact_run.c include it.
 */
#ifndef JUDGE_CHECKER_PARTS_H
#define JUDGE_CHECKER_PARTS_H

#include <stdbool.h>

#include "common/err.h"
#include "judge_client/checker.h"
#include "judge_client/problem.h"
#include "judge_client/verdict.h"

#define CHECKER_WORDS 64
#define CHECKER_VARIABLES 16
#define CHECKER_VARIABLE_SIZE (64 + PROBLEM_NAME_SIZE)
#define CHECKER_WROTE_MIB 16 /* that one may write */
#define CHECKER_OPEN_FILES 64

struct case_judgement;
struct judge;
struct judge_options;
struct submission;

/* Makes judge's memfds for what it writes, and one with the submission's source. 0, or -1 with e. */
int checker_places(struct judge *judge, const struct submission *submission, struct err *e);

/* The words: interpreter (or NULL), program, its protocol's arguments, the problem's own. Texts belong to the two blocks, which the
 * caller frees. 0, or -1 with e. */
int checker_arguments_of(const char *interpreter, const char *program, const char *arguments, const char *own,
                         char **blocks[2], const char *argv[CHECKER_WORDS + 1], struct err *e);

/* What it is told besides its arguments. program: what the student's program did. */
void checker_environment(const struct submission *submission, const struct problem_case *test,
                         const struct case_judgement *program, char texts[CHECKER_VARIABLES][CHECKER_VARIABLE_SIZE],
                         const char *env[CHECKER_VARIABLES + 1]);

/* The case's answer; an empty file where it has none. A descriptor, or -1 with e. */
int checker_open_answer(const struct problem *problem, const struct problem_case *test, struct err *e);

/* The beginning of a file as a text, which a NUL byte ends; of the file name in a run folder ("": none), where it is there. 0, or
 * -1 with e. */
int checker_read_text(int fd, char text[CHECKER_TEXT_SIZE], struct err *e);
int checker_take_file(int box_fd, const char *name, char text[CHECKER_TEXT_SIZE], bool *has, struct err *e);

/* The file with the result that its protocol has, where it is there. 0, or -1 with e. */
int checker_take_result(int box_fd, enum checker_protocol protocol, struct checker_left *left, struct err *e);

/* Puts what ("checker"), problem, its file and the end of its standard error around what e says; for a student that is logged, and e
 * says so. Always returns -1. */
int checker_blame(const struct judge *judge, const struct problem *problem, const struct problem_case *test,
                  const struct judge_options *options, const char *what, const struct checker *checker, struct err *e);

/* A sentence for the student: its share, and what the checker says to it (raw), or rejects where that is nothing. */
void checker_note(struct case_judgement *result, const char *raw, const char *rejects, enum ui_language ui);

#endif
