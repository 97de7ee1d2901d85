/*
 * roster.h - which worker of this box holds which job, from what judged says of its slots.
 */
#ifndef JUDGE_ROSTER_H
#define JUDGE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/pool.h"
#include "queue/queue.h"

struct roster_job {
    int slot;
    int source;
    int attempt;
    char id[QUEUE_ID_SIZE];
    char token[QUEUE_TOKEN_SIZE];
    char why[QUEUE_REASON_SIZE]; /* of a death */
    bool excused;                /* a death that is not the job's fault: deaths.h */
    int64_t due_us;              /* of a death: when it is given back, CLOCK_MONOTONIC */
};

struct roster_slot {
    int pid; /* 0: none */
    bool holds;
    bool runs;      /* its report says so */
    int64_t run_us; /* its program runs since, CLOCK_MONOTONIC; 0: it does not, or that was dealt with */
    bool lost;      /* the queue said once that the lease is another's or gone */
    struct roster_job job;
};

struct roster {
    struct roster_slot slots[POOL_SLOTS];
};

/* Takes one message in. True where the job in *died lost its worker: the message says so, or the slot has another process now and
 * the job of the one before was never seen to end. A message that cannot be one of judged's changes nothing. */
bool roster_apply(struct roster *roster, const struct pool_slot *said, int64_t now_us, struct roster_job *died);

/* The next job whose program has run for as long as after_us and that nobody was told of; NULL: none. Says when the next is due:
 * *due_us is lowered to it. */
const struct roster_job *roster_runs(struct roster *roster, int64_t now_us, int64_t after_us, int64_t *due_us);

/* The leases of the jobs held, and the slot of each. Returns how many; both arrays have POOL_SLOTS places. */
size_t roster_leases(const struct roster *roster, struct queue_lease *leases, int *slots);

/* What queue_renew said of a slot's lease. True where the loss is news. */
bool roster_renewed(struct roster *roster, int slot, const struct queue_lease *lease);

/* judged is gone: forgets the jobs whose process is. Returns how many are still held. */
size_t roster_forget_dead(struct roster *roster);

#endif
