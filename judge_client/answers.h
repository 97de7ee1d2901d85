/*
 * answers.h - the answers of a problem made by its teacher's reference program: what it writes for each input becomes the
 * case's answer file.
 */
#ifndef JUDGE_ANSWERS_H
#define JUDGE_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "judge_client/verdict.h"

struct err;
struct judgement;
struct case_judgement;
struct problem;

enum answer_state { ANSWER_NONE, ANSWER_SAME, ANSWER_NEW, ANSWER_REPLACED };

struct answers {
    const struct problem *problem;
    int64_t owner;             /* user id of new files; -1: their input's */
    enum answer_state *states; /* one a case */
    int64_t *bytes;
    enum ui_language ui;
};

/* The problem was opened by problem_open_making, and outlives it. Sets its limits: a reference program has what the problem gives, and
 * at least 10 s and 1 GiB a case; an answer has at most 128 MiB. 0, or -1 with e (no memory); answers_fini in both cases. */
int answers_init(struct answers *answers, struct problem *problem, int64_t owner, enum ui_language ui, struct err *e);
void answers_fini(struct answers *answers);

/* As judge_options.answer, with a struct answers: writes the case's answer, what fd holds, in one step: whoever reads the folder sees the old file or the
 * new one, whole. One that is the same already stays as it is. Where it cannot be written, the result is SE and its note says
 * why. 0. Needs root where the folder or the owner is another's. */
int answers_take(void *context, struct case_judgement *result, int fd, struct err *e);

/* The report for the teacher into text (size bytes, terminated), as Markdown: how many were written, why one was not, what the first
 * of these wrote to standard error, and a table with a row a case. No word in it is one that the page of test runs hides. */
void answers_report(char *text, size_t size, const struct answers *answers, const struct judgement *judgement);

#endif
