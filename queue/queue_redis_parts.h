/*
 * queue_redis_parts.h - what the files of queue_redis share: the handle, the words of a script; and its calls.
 */
#ifndef JUDGE_QUEUE_REDIS_PARTS_H
#define JUDGE_QUEUE_REDIS_PARTS_H

#include <stdint.h>

#include "queue/queue_backend.h"
#include "queue/redis_link.h"

#define QUEUE_REDIS_LANGUAGES 96
#define QUEUE_REDIS_KEY_SIZE (SETTINGS_TEXT + 64)

struct queue_redis {
    struct queue queue;
    struct redis_link *link;
    struct redis_args args;
    char epoch[QUEUE_TOKEN_SIZE]; /* of the server's data, as the last renewal saw it */
    uint64_t epoch_connection;    /* over which that was */
    int64_t until_us;             /* when a call that waits must be over; 0: this one does not wait */
    bool later;                   /* the last look found what is not to be taken now */
    bool whole_seconds;           /* Redis 5: BLPOP knows no fractions */
    char wake_keys[QUEUE_REDIS_LANGUAGES][QUEUE_REDIS_KEY_SIZE];
};

static inline struct queue_redis *queue_redis_of(struct queue *queue)
{
    return (struct queue_redis *)queue;
}

/* The words of the next script or command, none yet. From here on it has its time-out, or what is left of redis->until_us. */
struct redis_args *queue_redis_begin(struct queue_redis *redis);
/* A call that waits: all of it ends after timeout_ms and the time-out of a command; until_us = 0 ends that. */
void queue_redis_limit(struct queue_redis *redis, int timeout_ms);
/* A script whose answer is one number: that, or -1 with e. */
int queue_redis_number(struct queue_redis *redis, enum redis_script script, struct err *e);
/* The words that scripts/add.lua wants. */
void queue_redis_put_entry(struct redis_args *args, const struct queue_entry *entry);
/* True where fd is one and is readable. */
bool queue_redis_readable(int fd);
/* Runs the blocking command in redis->args, whose last word, the time-out, is still to come, until end_us or until fd (or -1) is
 * readable. 1 with *reply, 0 ended, -1 with e. */
int queue_redis_block(struct queue_redis *redis, int64_t end_us, int fd, struct redisReply **reply, struct err *e);

/* queue_redis_look.c: see queue_backend.h. */
int queue_redis_check(struct queue *queue, struct err *e);
int queue_redis_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e);
int queue_redis_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e);
int queue_redis_remove(struct queue *queue, const char *id, struct err *e);
int queue_redis_cancel(struct queue *queue, const char *id, struct err *e);
int queue_redis_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e);
int queue_redis_dead_told(struct queue *queue, const char *id, struct err *e);
int queue_redis_dead_retry(struct queue *queue, const char *id, struct err *e);
int queue_redis_stats(struct queue *queue, struct queue_stats *stats, struct err *e);
int queue_redis_announce(struct queue *queue, const char *languages, struct err *e); /* queue_redis_offers.c */
int queue_redis_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e);
int queue_redis_listed(struct queue *queue, const char *text, struct err *e);
int queue_redis_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                           struct err *e);
int queue_redis_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e);
int queue_redis_inbox_adopt(struct queue *queue, struct err *e);

/* queue_redis_jobs.c */
int queue_redis_jobs_look(struct queue *queue, struct queue_text *texts, size_t max, struct err *e);
int queue_redis_jobs_add(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry,
                         struct err *e);
int queue_redis_jobs_refuse(struct queue *queue, const struct queue_text *text, const char *id, const char *result,
                            struct err *e);
int queue_redis_jobs_end(struct queue *queue, const struct queue_job *job, const char *result, struct err *e);
int queue_redis_jobs_tell(struct queue *queue, const char *id, const char *result, struct err *e);
int queue_redis_jobs_cancel(struct queue *queue, const char *id, const char *result, struct err *e);

#endif
