/*
 * queue_sqlite_parts.h - what the files of queue_sqlite share: the handle, transactions, statements; and its calls.
 */
#ifndef JUDGE_QUEUE_SQLITE_PARTS_H
#define JUDGE_QUEUE_SQLITE_PARTS_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#include "common/db_sqlite.h"
#include "queue/queue_backend.h"

#define QUEUE_BOOT_SIZE 64

struct queue_sqlite {
    struct queue queue;
    struct db *db; /* NULL: not open */
    char path[PATH_MAX], wake[PATH_MAX];
    char boot[QUEUE_BOOT_SIZE];
    char epoch[QUEUE_TOKEN_SIZE]; /* of the file, as the last renewal saw it */
    int watch_fd;                 /* inotify, or -1 */
    bool later;                   /* the last look found what is not to be taken now */
};

static inline struct queue_sqlite *queue_sqlite_of(struct queue *queue)
{
    return (struct queue_sqlite *)queue;
}

static inline int64_t queue_sqlite_wall_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Opens the file unless it is open and still the one of that name. 0, or -1 with e. */
int queue_sqlite_ready(struct queue_sqlite *sqlite, struct err *e);
/* Begins a transaction. 0, or -1 with e. */
int queue_sqlite_start(struct queue_sqlite *sqlite, struct err *e);
/* Ends it: commits where result is not -1. Returns result, or -1 with e. */
int queue_sqlite_finish(struct queue_sqlite *sqlite, int result, struct err *e);
/* The statement of sql with the id as its first parameter. NULL with e. */
struct db_statement *queue_sqlite_by_id(struct queue_sqlite *sqlite, const char *sql, const char *id, struct err *e);
/* Runs a statement (NULL: -1) that returns no rows: how many it changed, or -1 with e. */
int queue_sqlite_run(struct db_statement *statement, struct err *e);
/* Takers look again. They also do by themselves, every few seconds: a touch that fails delays them only. */
void queue_sqlite_wake(const struct queue_sqlite *sqlite);

/* queue_sqlite_lanes.c: what is taken next. */
struct queue_sqlite_head { /* the first of a lane that the taker may have */
    char id[QUEUE_ID_SIZE];
    int lane, language;
    int64_t round, passed; /* takes since the lane's turn in this language */
};
struct queue_sqlite_choice {
    char id[QUEUE_ID_SIZE]; /* the chosen one's, heads[turn] */
    bool withheld;          /* rejudges wait that are not to be taken now */
    size_t count, turn;
    struct queue_sqlite_head heads[QUEUE_LANES];
};
/* Where a job goes in its lane. 0, or -1 with e. */
int queue_sqlite_score(struct queue_sqlite *sqlite, enum queue_lane lane, const char *user, int64_t arrived_us,
                       int64_t *score, struct err *e);
/* Whether anything waits in the languages offered, as ",0,1,6,": 1, 0, -1 with e. */
int queue_sqlite_waits(struct queue_sqlite *sqlite, const char *offered, struct err *e);
/* 1 with what scripts/take.lua would choose, 0 nothing, -1 with e. */
int queue_sqlite_choose(struct queue_sqlite *sqlite, const char *offered, const char *owner,
                        struct queue_sqlite_choice *choice, struct err *e);
/* Writes down that it was taken. 0, or -1 with e. */
int queue_sqlite_chosen(struct queue_sqlite *sqlite, const struct queue_sqlite_choice *choice, const char *owner,
                        struct err *e);

/* queue_sqlite_leases.c: see queue_backend.h. */
int queue_sqlite_ack(struct queue *queue, const struct queue_job *job, struct err *e);
int queue_sqlite_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason,
                           struct err *e);
int queue_sqlite_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e);
int queue_sqlite_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e);
int queue_sqlite_recover_expired(struct queue *queue, struct err *e);

/* queue_sqlite_look.c: see queue_backend.h. */
int queue_sqlite_check(struct queue *queue, struct err *e);
int queue_sqlite_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e);
int queue_sqlite_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e);
int queue_sqlite_remove(struct queue *queue, const char *id, struct err *e);
int queue_sqlite_cancel(struct queue *queue, const char *id, struct err *e);
int queue_sqlite_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e);
int queue_sqlite_dead_told(struct queue *queue, const char *id, struct err *e);
int queue_sqlite_dead_retry(struct queue *queue, const char *id, struct err *e);
int queue_sqlite_stats(struct queue *queue, struct queue_stats *stats, struct err *e);
int queue_sqlite_announce(struct queue *queue, const char *languages, struct err *e); /* queue_sqlite_offers.c */
int queue_sqlite_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e);

#endif
