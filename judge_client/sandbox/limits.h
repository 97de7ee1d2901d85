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

#endif
