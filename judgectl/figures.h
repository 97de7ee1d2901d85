/*
 * figures.h - the pool in numbers, as `judgectl top` and `judgectl stats` show it: slots, lanes, verdicts a minute.
 */
#ifndef JUDGECTL_FIGURES_H
#define JUDGECTL_FIGURES_H

#include <stdint.h>
#include <time.h>

#include "common/err.h"
#include "common/pool.h"
#include "common/settings.h"
#include "queue/queue.h"
#include "store/store.h"

/* What is asked; handles stay open between two looks. Of one thread. */
struct figures_source {
    struct settings settings;
    struct queue *queue;
    struct store *store;
};

struct figures {
    struct timespec at; /* wall clock */
    struct pool_status pool;
    struct pool_slot slots[POOL_SLOTS];
    int slot_count;
    int states[POOL_STATES]; /* slots in each */
    struct queue_stats queue;
    struct store_recent recent;
    int64_t minute, hour;                      /* all verdicts */
    struct err pool_why, queue_why, store_why; /* "" where it answered */
};

/* One look. Whoever does not answer leaves zeros and why. May take as long as the servers' time-outs. */
void figures_read(struct figures_source *source, struct figures *figures);
void figures_close(struct figures_source *source);

/* Seconds of the slot's state. */
int64_t figures_age_s(const struct pool_slot *slot);

#endif
