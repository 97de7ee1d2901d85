/*
 * selftest.h - judges a language's own small programs, to find out before any student does whether it works here.
 *
 * Theory of operation. A plan is all that the test of a language depends on: its file, its policies, its own programs, the kernel, the
 * judge, and the files of the compiler and the interpreter, which are looked at by stat(2) alone. selftest_key makes one
 * hash of it, in some microseconds: while that stays the same, what was found stays true. Neither queue nor store is known here, and
 * nothing is kept: the worker does that (worker_selftest.c).
 */
#ifndef JUDGE_SELFTEST_RUN_H
#define JUDGE_SELFTEST_RUN_H

#include <limits.h>
#include <stddef.h>

#include "common/err.h"
#include "common/selftest.h"

struct judge;
struct judge_options;
struct language;
struct sandbox;

#define SELFTEST_WATCHED 48

struct selftest_plan {
    const struct language *language;
    char folder[PATH_MAX];           /* its programs: ac*.SUFFIX must be accepted, refused*.SUFFIX refused; "": none */
    char problem[PATH_MAX];          /* their input and answer */
    char fixed[SHA256_TEXT];         /* of what does not change before the configuration is read again */
    struct err wrong;                /* a policy cannot be read: what is wrong; else "" */
    char *watched[SELFTEST_WATCHED]; /* files whose change has it tested again */
    size_t watched_count;
};

/* Fills the plan of a language that is installed; folders are where the programs are looked for, NULL-terminated, site is what else the
 * settings say of compiling, and its policies are read by judge. What points into language must outlive it. 0, or -1 with e (no memory). */
int selftest_plan(struct selftest_plan *plan, struct judge *judge, const char *const *folders,
                  const struct language *language, const char *site, struct err *e);
void selftest_plan_fini(struct selftest_plan *plan);

/* What it would be tested with now. */
void selftest_key(const struct selftest_plan *plan, char key[SHA256_TEXT]);

/* Tests it: fills the record (all but tries), with one of PASSED, REFUSED, OPEN, BROKEN and NONE. options: as for any
 * submission. 0, or -1 where stop_fd ended it, and the record says nothing. Root. */
int selftest_run(const struct selftest_plan *plan, struct sandbox *sandbox, struct judge *judge,
                 const struct judge_options *options, struct selftest_record *record);

#endif
