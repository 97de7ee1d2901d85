/*
 * queue_backend.h - what a backend of queue.h is: one const struct of functions, and a struct that begins with struct queue.
 */
#ifndef JUDGE_QUEUE_BACKEND_H
#define JUDGE_QUEUE_BACKEND_H

#include "common/settings.h"
#include "queue/queue.h"

/* Each as the function of queue.h with its name; those of the inbox are NULL where there is no site's list. */
struct queue_backend {
    const char *name;
    void (*close)(struct queue *queue);
    int (*check)(struct queue *queue, struct err *e);
    int (*add)(struct queue *queue, const struct queue_entry *entry, struct err *e);
    int (*take)(struct queue *queue, const char *owner, const int *languages, size_t language_count, int timeout_ms,
                int stop_fd, struct queue_job *job, struct err *e);
    int (*ack)(struct queue *queue, const struct queue_job *job, struct err *e);
    int (*give_back)(struct queue *queue, const struct queue_job *job, bool counts, const char *reason, struct err *e);
    int (*renew)(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e);
    int (*recover_job)(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e);
    int (*recover_expired)(struct queue *queue, struct err *e);
    void (*forgive)(struct queue *queue, bool own); /* NULL: forgive_own says it */
    int (*states)(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e);
    int (*find)(struct queue *queue, const char *id, struct queue_place *place, struct err *e);
    int (*remove)(struct queue *queue, const char *id, struct err *e);
    int (*cancel)(struct queue *queue, const char *id, struct err *e);
    int (*dead_list)(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e);
    int (*dead_told)(struct queue *queue, const char *id, struct err *e);
    int (*dead_retry)(struct queue *queue, const char *id, struct err *e);
    int (*stats)(struct queue *queue, struct queue_stats *stats, struct err *e);
    int (*announce)(struct queue *queue, const char *languages, struct err *e); /* ",0,1,6," */
    int (*offers)(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e);
    int (*listed)(struct queue *queue, const char *text, struct err *e); /* NULL where there is no site's list */
    int (*publish)(struct queue *queue, const char *channel, const char *text, struct err *e); /* may be NULL, too */
    int (*inbox_take)(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                      struct err *e);
    int (*inbox_add)(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e);
    int (*inbox_adopt)(struct queue *queue, struct err *e);
    /* Of self-contained jobs: NULL where there is no Redis. */
    int (*jobs_look)(struct queue *queue, struct queue_text *texts, size_t max, struct err *e);
    int (*jobs_add)(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry, struct err *e);
    int (*jobs_refuse)(struct queue *queue, const struct queue_text *text, const char *id, const char *result,
                       struct err *e);
    int (*jobs_end)(struct queue *queue, const struct queue_job *job, const char *result, struct err *e);
    int (*jobs_tell)(struct queue *queue, const char *id, const char *result, struct err *e);
    int (*jobs_cancel)(struct queue *queue, const char *id, const char *result, struct err *e);
};

/* What waits but is not to be taken now (scripts/take.lua): a taker looks again after this long. */
#define QUEUE_LATER_MS INT64_C(1000)

/* The first member of a backend's handle. */
struct queue {
    const struct queue_backend *backend;
    struct settings settings; /* as they were when it was opened */
    char node[QUEUE_NODE_SIZE];
    bool forgive_own; /* see queue_forgive */
};

/* A handle of size bytes that begins with a struct queue; NULL with e. close() frees it. */
void *queue_new(const struct queue_backend *backend, size_t size, const struct settings *settings, const char *node,
                struct err *e);

/* A token that nobody had before: NODE:XXXXXXXX. 0, or -1 with e. */
int queue_new_token(const struct queue *queue, char token[QUEUE_TOKEN_SIZE], struct err *e);

/* The three kinds, not reached yet: the first call makes the file, or connects. NULL with e. */
struct queue *queue_redis_open(const struct settings *settings, const char *node, struct err *e);
struct queue *queue_sqlite_open(const struct settings *settings, const char *node, const char *path, struct err *e);
/* The pair owns both from then on. */
struct queue *queue_pair_open(struct queue *redis, struct queue *local, struct err *e);

/* What the pair wants to know beyond queue.h. How long a queue_redis waits for its server from now on (0: what the settings say);
 * whether that takes a write: 0, or -1 with e. */
void queue_redis_patience(struct queue *queue, int64_t timeout_ms);
int queue_redis_ping(struct queue *queue, struct err *e);
/* Of a queue_sqlite: the state of one job, or -1 with e; and a renewal that makes every lease whose job is not in the file. */
int queue_sqlite_state(struct queue *queue, const char *id, struct err *e);
int queue_sqlite_adopt(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e);

#endif
