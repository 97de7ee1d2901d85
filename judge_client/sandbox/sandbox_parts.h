/*
 * sandbox_parts.h - what the parts of the sandbox share on the worker's side. Not for its callers.
 */
#ifndef JUDGE_SANDBOX_PARTS_H
#define JUDGE_SANDBOX_PARTS_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/sandbox/cell.h"
#include "judge_client/sandbox/cgroup.h"
#include "judge_client/sandbox/filter.h"
#include "judge_client/sandbox/limits.h"
#include "judge_client/sandbox/run.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/sandbox/slot.h"

#define SANDBOX_DRAIN_SIZE (64 * 1024)

/* What a run needs to know of a policy, worked out once. */
struct prepared {
    uint64_t hash; /* of the policy; 0: nothing here yet */
    struct filter filter;
    bool ipc;   /* it lets a program make SysV or POSIX ipc objects */
    bool execs; /* it lets a program execute others */
};

enum { SANDBOX_PREPARED = 4 };

struct tracer;

struct sandbox {
    struct slot slot;
    struct cgroup_layout layout;
    struct cgroup_slot groups;
    struct cell_options cell_options;
    char cell_path[PATH_MAX];
    char home[PATH_MAX];
    struct cell cells[SANDBOX_CELLS];
    uint64_t core;      /* RLIMIT_CORE that stops core dumps on this box */
    int child_fd;       /* signalfd: readable where a SIGCHLD waits. A handler's frame would cost ten times as much */
    sigset_t wait_mask; /* while waiting */
    sigset_t old_mask;
    struct sigaction old_child;
    struct prepared prepared[SANDBOX_PREPARED]; /* the policies used last */
    size_t next_prepared;
    struct limits_hard hard;
    struct record *record; /* NULL: none */
    char drain[SANDBOX_DRAIN_SIZE];
    char strings[CELL_STRINGS_SIZE]; /* arguments and environment on their way to a cell */
};

/* run_start.c: prepares run (cell, group, mounts, working files, outputs) and asks its cell to start it. fds of the
 * spec that were handed over are set to -1 in fds. 0, or -1 with e; then run->sent says whether the cell is in use. */
int run_start(struct sandbox *sandbox, struct run *run, int fds[3], bool hold, struct err *e);

/* run_start.c: closes the spec's further descriptors, once. */
void run_close_more(const struct sandbox_spec *spec, bool *closed);

/* run_together.c: the processor time of what run k waits for, so far / tells hooks->ended, which may be NULL, of the runs that have
 * ended or leave; returns which are to be ended / until when a leaving run is held at the latest; lets it go when that is over. */
int64_t run_served_us(const struct tracer *tracer, size_t k);
uint32_t run_tell_ended(struct tracer *tracer, const struct sandbox_hooks *hooks);
int64_t run_check_leaving(const struct tracer *tracer, size_t k, int64_t now_us);
/* run_together.c: looks at what the main process has written so far. True where that passes the spec's limit. */
bool run_wrote_too_much(struct run *run, int64_t now_us);
/* run_together.c: do all that still run wait in read and write, nobody having computed, for a second? / notes in which calls they
 * wait, for the results. */
bool run_is_locked(const struct tracer *tracer, int64_t now_us);
void run_note_waiting(const struct tracer *tracer);

/* run_result.c: fills run->result from what is known and from the group's figures. 0, or -1 with e. */
int run_finish(struct run *run, struct err *e);

#endif
