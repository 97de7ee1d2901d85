/*
 * record.h - record mode: programs run with everything allowed that cannot leave the sandbox, and each of their calls is counted.
 *
 * Theory of operation. A policy's open form lets through what the policy refuses, but not what gets around the walls
 * (danger.h): that is answered with an errno, as are numbers that no table knows. So the program goes on and shows what it wants
 * besides. With counting, each call stops as it begins (PTRACE_SYSCALL), before any filter sees it: the counts are exact,
 * whatever the answer, and cost two stops a call. The limits are wider, so that this does not end the run; namespaces, uid, groups
 * and capabilities are those of every run.
 */
#ifndef JUDGE_RECORD_H
#define JUDGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#define RECORD_CALLS 1024 /* rows; a program could make as many as there are numbers */
#define RECORD_TEXT 64
#define RECORD_CHECKER_CELL 1 /* of judging: checkers and interactors, and their compilers */

enum record_program { RECORD_COMPILER, RECORD_PROGRAM, RECORD_CHECKER, RECORD_PROGRAMS };

/* What the policy says of a call. */
enum record_why {
    RECORD_ALLOWED,
    RECORD_ANSWERED, /* with an errno: the program goes on */
    RECORD_REFUSED,  /* no line allows it */
    RECORD_ARGUMENT, /* it is allowed, but not with this argument */
    RECORD_LIMIT,    /* it is allowed less often */
    RECORD_UNKNOWN,  /* no table has the number */
    RECORD_FOREIGN,  /* of another architecture than the policy names: ends the run even here */
};

struct record_call {
    char policy[POLICY_NAME_SIZE];
    enum record_program program;
    bool child; /* of a process that the program started, not of its own threads */
    enum record_why why;
    const struct syscall_arch *arch; /* NULL: none of ours */
    int64_t nr;
    const char *name; /* NULL: the number is in no table */
    bool selected;    /* arg, mask and value count: the argument that says what it does, or that the policy looks at */
    uint8_t arg;
    uint64_t mask, value;
    uint16_t answer; /* 0, or the errno that the program was told instead */
    uint64_t count;
    char first[RECORD_TEXT]; /* the first such call's first argument: "/etc/passwd", "3", "0x7f12c000" */
    char comm[16];           /* and its thread's name, as text */
};

struct record {
    enum record_program program; /* what the cells run, but that of checkers */
    bool counting;               /* else everything is as open, but nothing stops and nothing is counted */
    struct record_call *calls;
    size_t count, size;
    uint64_t total;                   /* of all calls */
    uint64_t lost;                    /* calls without a row of their own: there were too many different ones */
    int64_t wall_us[RECORD_PROGRAMS]; /* of all runs */
    enum sandbox_limit ended[RECORD_PROGRAMS]; /* a limit that a run reached all the same */
};

void record_init(struct record *record, bool counting);
void record_fini(struct record *record);

/* The policy's open form. It has a hash of its own. */
void record_open_policy(const struct policy *policy, struct policy *open);

/* Specs with open policies and wide limits. */
struct record_specs {
    const struct policy *asked[SANDBOX_CELLS]; /* the policies of the caller's specs */
    struct sandbox_spec specs[SANDBOX_CELLS];
    struct policy open[SANDBOX_CELLS];
};

/* Makes them from n specs, to be released by free(). NULL with e. */
struct record_specs *record_open_specs(const struct sandbox_spec *specs, size_t n, struct err *e);

/* A run in this cell has ended like this. */
void record_ended(struct record *record, size_t cell, const struct sandbox_result *result);

/* A call as it begins. */
struct record_event {
    pid_t pid; /* of its thread, for what its first argument points to; 0: do not look */
    size_t cell;
    bool child;
    uint32_t audit;
    uint64_t nr;
    uint64_t args[6];
};

/* Counts it. calls: how often the run has made each call so far. */
void record_take(struct record *record, const struct policy *asked, uint16_t (*calls)[SYSCALL_ROWS],
                 const struct record_event *event);

#endif
