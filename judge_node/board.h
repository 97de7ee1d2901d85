/*
 * board.h - what judge_node's threads tell each other: flags, a short list of put-backs, the tokens that living workers hold.
 *
 * Nobody holds the lock over a call that can wait.
 */
#ifndef JUDGE_BOARD_H
#define JUDGE_BOARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/pool.h"
#include "queue/queue.h"

#define BOARD_PUT_BACKS 512

struct board_row { /* of a job */
    char id[QUEUE_ID_SIZE];
    char token[QUEUE_TOKEN_SIZE];
};

enum board_thread { BOARD_LEASES, BOARD_INTAKE, BOARD_JOBS, BOARD_EVENTS, BOARD_PUBLISH, BOARD_THREADS };

struct board {
    pthread_mutex_t lock;
    struct board_row put_backs[BOARD_PUT_BACKS]; /* whose workers died */
    size_t put_back_count;
    struct board_row runs[POOL_SLOTS]; /* whose programs run by now */
    size_t run_count;
    char live[POOL_SLOTS][QUEUE_TOKEN_SIZE];
    size_t live_count;

    int stop_fd;                            /* readable from the moment that the process is to end */
    int wake_fd;                            /* readable: the intake thread has something to look at */
    int done_fd;                            /* readable: the leases thread has ended */
    int events_fd;                          /* node_events_say's, which owns it; -1: none */
    atomic_bool stop, orphaned;             /* to end; judged is gone: renew until the workers are too, then end */
    atomic_bool look;                       /* sweep soon */
    atomic_uint queue_down, store_down;     /* struct contact's */
    _Atomic int64_t seen_us[BOARD_THREADS]; /* when a thread last came by, contact_now_us */
    /* Since when the leases thread has had unbroken contact with the queue, and, where the queue is Redis with a file for the
     * time without it, with Redis; -1: it has none. */
    _Atomic int64_t contact_us, shared_us;
};

/* 0, or -1 with e. */
int board_init(struct board *board, struct err *e);
void board_fini(struct board *board);

/* Ends both threads. Async-signal-safe but for nothing: call it from the main thread. */
void board_stop(struct board *board);

/* Wakes the intake thread; soon: it is to sweep as well. */
void board_wake(struct board *board, bool soon);

/* Asks for a row to be put back. One too many is left to the sweep. */
void board_add_put_back(struct board *board, const char *id, const char *token);

/* Moves up to max put-backs out. Returns how many. */
size_t board_take_put_backs(struct board *board, struct board_row *put_backs, size_t max);

/* Asks for a row to say that its program runs. One too many is left out: it is only shown. */
void board_add_run(struct board *board, const char *id, const char *token);

/* Moves up to POOL_SLOTS of these out. Returns how many. */
size_t board_take_runs(struct board *board, struct board_row *runs);

/* Replaces the tokens of living workers by those of n leases. */
void board_set_live(struct board *board, const struct queue_lease *leases, size_t n);

/* Whether a living worker of this box holds token. */
bool board_is_live(struct board *board, const char *token);

#endif
