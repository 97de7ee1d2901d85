/*
 * run.h - one program's run while it is under way: what is known so far, and why it was ended.
 *
 * Shared by run.c (the loop, the limits, the outputs) and tracer.c (which writes down what ptrace tells).
 */
#ifndef JUDGE_RUN_H
#define JUDGE_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "judge_client/sandbox/cell.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

enum run_end {
    RUN_END_NONE, /* nobody ended it but the program itself */
    RUN_END_LIMIT,
    RUN_END_REFUSED,
    RUN_END_STOPPED,
    RUN_END_CANCELLED,
    RUN_END_DISMISSED, /* hooks->ended said so */
    RUN_END_FAULT,     /* something of ours failed: there will be no result */
};

struct run {
    const struct sandbox_spec *spec; /* in record mode with the open policy and wide limits */
    struct record *record;           /* NULL: nothing is recorded */
    const struct policy *asked;      /* with record: the policy that the caller's spec has */
    bool recording;                  /* the program has begun */
    struct sandbox_result *result;
    struct cell *cell;
    int outputs[3]; /* [1], [2]: our end of a captured output, or -1 */
    bool printed_much[3];
    int64_t put_bytes; /* of working files that we wrote into the run folder */
    bool sent;         /* the cell was asked to run: until `clean` it is not to be used for anything else */
    bool clean;        /* the cell is as before */
    bool execs;        /* the policy lets it execute more programs than itself */
    enum run_end end;  /* why we ended it: the first reason stays */
    pid_t main;        /* the main process, once it was met; in our pid namespace */
    bool main_ended;
    bool several; /* more than one process (threads do not count) */
    int tasks;    /* processes and threads now */
    int peak_tasks;
    int exit_code;            /* of the main process, or -1 */
    int signal;               /* that ended it, or 0 */
    bool file_limit;          /* the last SIGXFSZ was for a file over its limit */
    struct rusage usage;      /* of the main process */
    int64_t start_us, end_us; /* of the main process, clock_now_us() */
    int64_t cpu_check_us;     /* when to look at the CPU time again */
    int64_t since_us;         /* when what we are waiting for began: the start, or the end of the program */
    bool gone;                /* the cell ended in the middle */
    bool met;                 /* its process waits for the word to go on, or has had it */
    bool more_closed;         /* the spec's further descriptors are the cell's */
    bool leaving;             /* stopped in its last moment, by spec->last_words */
    bool left;                /* and let go */
    int leave_status;         /* its wait status then */
    int64_t let_go_us;        /* until when it is held */
    bool told;                /* hooks->ended knows of its end */
    bool served;              /* served_us is final */
    int64_t served_us;        /* processor time of those that it waits for */
    int64_t queued_us;        /* its main thread was ready and did not run: as seen last */
    int64_t idle_since_us;    /* waits in read or write, as far as was seen, since then; 0: it does not */
    int64_t idle_cpu_us;      /* and had used so much */
    int64_t written_check_us; /* when to look at what it has written */
    int64_t left_bytes, children_cpu_us, reset_cpu_us; /* from the cell's answer */
    struct cell_reply fault;                           /* the cell's word on a failed step */
    uint16_t calls[POLICY_ARCHES]
                  [SYSCALL_ROWS]; /* of the calls that the policy limits; when recording, the asked one's */
};

/* Ends the run for a reason, the first of which stays. limit is for RUN_END_LIMIT. Kills nothing by itself. */
void run_set_end(struct run *run, enum run_end end, enum sandbox_limit limit);

#endif
