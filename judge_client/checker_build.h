/*
 * checker_build.h - from a teacher's source (checker, interactor, validator) to a program, once.
 *
 * Theory of operation. The source is compiled in the sandbox, in cell 1, seeing the headers beside it, those of
 * OJ_HOME/include and the system. What comes out is kept in OJ_HOME/run/built under a hash of all that went in: source,
 * headers, compiler, its arguments, the machine's architecture. Entries are written under another name and renamed; each
 * ends with a hash of its content and belongs to root alone, and what is not so is not used and made anew. Several workers that
 * need one at the same time wait for the first of them (flock). A worker keeps those that it used last in memory, too; where there
 * is no OJ_HOME, only there.
 */
#ifndef JUDGE_CHECKER_BUILD_H
#define JUDGE_CHECKER_BUILD_H

#include <stdbool.h>

#include "common/err.h"

struct built_programs;
struct judge;
struct judge_options;
struct problem;

struct checker_program {
    int fd;                  /* its content, to be closed by whoever asked; -1: none */
    char file[64];           /* its name in the program folder */
    const char *interpreter; /* absolute path of what executes it, or NULL */
    const char *policy;
    int processes;
};

/* Makes the program of the problem's file `source` (a path below its folder), or takes `binary` where source is "". 0 with
 * *program, or -1 with e: not there, of an unknown kind, it does not compile (with what the compiler says). */
int checker_build(struct judge *judge, const struct problem *problem, const char *source, const char *binary,
                  const struct judge_options *options, struct checker_program *program, struct err *e);

/* Puts it into the checkers' cell under that name, with what it imports, and closes program->fd. 0, or -1 with e. */
int checker_put(struct judge *judge, const struct problem *problem, const char *source, const char *name,
                struct checker_program *program, struct err *e);

/* What a judge keeps in memory. NULL is fine. */
void checker_build_forget(struct built_programs *programs);

#endif
