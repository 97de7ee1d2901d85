/*
 * tracer.h - what ptrace tells, classified, and what is done about it.
 *
 * trace_classify turns a wait status into an event; tracer_handle acts on it. An allowed system call never stops: what
 * arrives here are the ends of processes, new ones, signals, and calls that the filter did not plainly allow.
 */
#ifndef JUDGE_TRACER_H
#define JUDGE_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/err.h"

struct run;

enum trace_kind {
    TRACE_EXITED,  /* number: exit code */
    TRACE_KILLED,  /* number: signal */
    TRACE_SECCOMP, /* stopped before a system call that the filter hands over */
    TRACE_SYSCALL, /* stopped as a system call begins or ends; in record mode only */
    TRACE_FORKED,  /* stopped after it made another process or thread */
    TRACE_EXECED,  /* stopped after execve */
    TRACE_LEAVING, /* stopped at the end of exit, everything still open */
    TRACE_STARTED, /* a new tracee's first stop */
    TRACE_STOPPED, /* stopped by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU; number: which */
    TRACE_SIGNAL,  /* stopped before a signal is delivered; number: which */
    TRACE_OTHER,
};

struct trace_event {
    enum trace_kind kind;
    pid_t pid;
    int number;
    struct rusage usage; /* with EXITED and KILLED */
};

/* The event of a wait status from wait4(..., __WALL). */
void trace_classify(pid_t pid, int status, const struct rusage *usage, struct trace_event *event);

struct tracee {
    pid_t pid;
    int run;    /* index */
    bool child; /* no thread of the run's main process */
};

struct tracer {
    struct run *runs;
    size_t run_count;
    bool counting; /* record mode: each call stops */
    struct tracee *tracees;
    size_t count, size;
};

/* counting: each system call of the runs is counted in their records. */
void tracer_init(struct tracer *tracer, struct run *runs, size_t run_count, bool counting);
void tracer_fini(struct tracer *tracer);

/* Seizes the process pid as the main process of run k. 0, or -1 with e. */
int tracer_seize(struct tracer *tracer, size_t k, pid_t pid, struct err *e);

/* Acts on one event: lets the tracee go on, or ends its run, and writes down in the run what it learnt. */
void tracer_handle(struct tracer *tracer, const struct trace_event *event);

/* Lets a process that is leaving go. */
void tracer_let_go(const struct tracer *tracer, size_t k);

/* Sends SIGKILL to everything of run k that is known; the cell sweeps up the rest. */
void tracer_kill(const struct tracer *tracer, size_t k);

/* CPU time in microseconds, by their own clocks, of the processes of run k that are alive: of the main one alone, or of all. */
int64_t tracer_cpu_us(const struct tracer *tracer, size_t k, bool all);

#endif
