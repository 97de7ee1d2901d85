/*
 * leases.h - the thread that keeps alive what living workers hold, and gives back what dead ones held.
 *
 * It has its own handle on the queue and never talks to the store, so that a database that hangs delays no renewal.
 */
#ifndef JUDGE_LEASES_H
#define JUDGE_LEASES_H

#include "common/settings.h"
#include "judge_node/board.h"
#include "judge_node/contact.h"
#include "judge_node/deaths.h"
#include "judge_node/roster.h"
#include "judge_node/watcher.h"

struct leases {
    const struct settings *settings;
    struct board *board;
    struct queue *queue;
    struct contact contact;
    struct contact shared; /* with Redis itself, where the queue is a pair of it and a file */
    struct watcher watcher;
    struct roster roster;
    struct roster_job died[POOL_SLOTS]; /* whose job is still to be given back */
    size_t died_count;
    struct deaths deaths;
    int64_t forgive_us; /* until then what this box's leases ran out for is not known: its agent was away */
    int64_t watch_us, renew_us, expired_us, adopt_us; /* when each is due */
};

/* malloc'd; leases_free. NULL where there is no memory. */
struct leases *leases_new(const struct settings *settings, struct board *board);
void leases_free(struct leases *leases);

/* The agent before this one was killed, or judged was: somebody is at it, and workers' deaths may have been missed. Before the
 * thread starts. */
void leases_note_killed(struct leases *leases, int64_t now_us);

/* The thread, with a struct leases: until the board says stop, or judged is gone and the last of its workers too. Then done_fd is readable. */
void *leases_run(void *argument);

/* One turn, without waiting but in the calls to the queue. Returns for how many milliseconds there is nothing to do. */
int leases_turn(struct leases *leases, int64_t now_us);

#endif
