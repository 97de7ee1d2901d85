/*
 * queue_bed.h - a queue of each kind for a test: a private redis-server, a folder for files, settings with short times.
 */
#ifndef JUDGE_TEST_QUEUE_BED_H
#define JUDGE_TEST_QUEUE_BED_H

#include "common/settings.h"
#include "queue/queue.h"
#include "tests/sandbox/lib/redis_server.h"

enum bed_kind {
    BED_REDIS,
    BED_SQLITE,
    BED_PAIR, /* Redis and a file, Redis works */
    BED_GONE, /* Redis and a file, there is no Redis */
    BED_KINDS
};

enum { BED_LEASE_MS = 60000, BED_TIMEOUT_MS = 2000 };

struct bed {
    enum bed_kind kind;
    struct settings settings; /* may be changed before bed_queue */
    struct redis_server server;
    struct queue *queue; /* of node "n1" */
    struct err e;        /* of the last call */
};

/* With an open queue. 1; 0 where it cannot be made here (no redis-server); -1 with bed->e. */
int bed_init(struct bed *bed, enum bed_kind kind);
void bed_fini(struct bed *bed);
/* Another handle of the same queue, or NULL with bed->e: the caller closes it. */
struct queue *bed_queue(struct bed *bed, const char *node);

/* Calls with the values that most tests want. */
int bed_add(struct bed *bed, const char *id, enum queue_lane lane, int language, const char *user);
/* Any of the languages 0 to 9, by "n1/0". */
int bed_take(struct bed *bed, int timeout_ms, struct queue_job *job);
/* As if everything that waits had come that much earlier: behind the queue's back. 0, or -1 with bed->e. */
int bed_age(struct bed *bed, int64_t ms);
enum queue_state bed_state(struct bed *bed, const char *id);

#endif
