/*
 * held.h - rows that say "compiling" or "running": which of them nobody holds any more.
 *
 * A row with a token of ours is lost when the queue knows no lease for it in two looks more than a lease apart, with the
 * same token in both. A row of another judge, or of a box whose queue is not ours to see, is left to it until it is old.
 */
#ifndef JUDGE_HELD_H
#define JUDGE_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/queue.h"
#include "store/store.h"

#define HELD_DOUBTS 4096

struct held_doubt {
    int64_t id;
    int64_t first_us;
    char judger[STORE_TOKEN_SIZE];
};

/* The doubts of the last look, and of this one, both by id. */
struct held {
    struct held_doubt *before, *now; /* HELD_DOUBTS each */
    size_t before_count, now_count, at;
};

struct held_rule {
    const char *node;  /* this box's name */
    bool shared;       /* every box's leases are in the queue that is asked */
    int64_t lease_us;  /* of a lease */
    int64_t foreign_s; /* after that time a row of another judge is taken from it */
};

enum held_answer {
    HELD_LEAVE,
    HELD_LOST,   /* ours, and nobody has it: put it back */
    HELD_FOREIGN /* another judge's, too old: put it back and say so */
};

/* 0, or -1 where there is no memory. */
int held_init(struct held *held);
void held_fini(struct held *held);

/* True where judger has the form of our tokens: 1 to 7 of [a-z0-9-], ':', 8 of [a-z0-9]. */
bool held_is_token(const char *judger);

/* One row of a look; the rows of a look come by id. live: a living worker of this box holds its token. */
enum held_answer held_row(struct held *held, const struct held_rule *rule, const struct store_status *row,
                          enum queue_state state, bool live, int64_t now_us);

/* Before the first row of a look: one that was broken off is forgotten, what the last whole one saw is kept. */
void held_restart(struct held *held);

/* After the last row of a look. */
void held_end(struct held *held);

/* After a gap in the contact with the queue or the store: what was seen counts no more. */
void held_forget(struct held *held);

#endif
