/*
 * limits.h - a spec's limits: checked, and as the rlimits that a program's process takes.
 */
#ifndef JUDGE_LIMITS_H
#define JUDGE_LIMITS_H

#include <stdint.h>

#include "common/err.h"
#include "judge_client/sandbox/cell_proto.h"
#include "judge_client/sandbox/sandbox.h"

/* 0 where each limit is in its range; -1 with e, which names the limit, what it is and what it may be. */
int limits_check(const struct sandbox_limits *limits, struct err *e);

/* Fills rlimits for one run and returns how many. has_memory: a cgroup limits memory, else RLIMIT_DATA has to.
 * core: 1 where core dumps go to a program (only that value stops them there, core(5)), else 0. */
uint32_t limits_fill(const struct sandbox_limits *limits, int has_memory, uint64_t core,
                     struct cell_limit rlimits[CELL_LIMITS]);

/* The hard limits under which this process was started. */
struct limits_hard {
    uint64_t values[16]; /* by RLIMIT_*; UINT64_MAX: none, or one that this process may raise (CAP_SYS_RESOURCE) */
};

/* Raises this process's own soft limits of stack and file size as far as it may, and reads the hard ones. 0, or -1 with e:
 * a stack that is too small for this program itself. */
int limits_inherit(struct limits_hard *hard, struct err *e);

/* 0 where the rlimits of a run can be given; -1 with e, which names the one that is lower here, and what to do: what a run
 * gets less of without a word would become a wrong verdict. */
int limits_afford(const struct limits_hard *hard, const struct cell_limit *rlimits, uint32_t count, struct err *e);

#endif
