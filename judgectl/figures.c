/*
 * figures.c - see figures.h. Needs what judge.conf gives access to.
 */
#include "judgectl/figures.h"

#include <string.h>

#include "common/clock.h"

#include "common/banned.h"

static void read_pool(const struct figures_source *source, struct figures *figures)
{
    figures->slot_count =
        pool_read_status(source->settings.home, &figures->pool, figures->slots, POOL_SLOTS, &figures->pool_why);
    if (figures->slot_count < 0)
        figures->slot_count = 0;
    for (int i = 0; i < figures->slot_count; i++) {
        int state = figures->slots[i].state;
        if (state >= 0 && state < POOL_STATES)
            figures->states[state]++;
    }
}

static void read_queue(struct figures_source *source, struct figures *figures)
{
    if (source->queue == NULL)
        source->queue = queue_open(&source->settings, source->settings.node, &figures->queue_why);
    if (source->queue != NULL && queue_stats(source->queue, &figures->queue, &figures->queue_why) != 0)
        figures->queue = (struct queue_stats){0};
}

static void read_store(struct figures_source *source, struct figures *figures)
{
    if (source->store == NULL)
        source->store = store_open(&source->settings, &figures->store_why);
    if (source->store == NULL || store_recent(source->store, &figures->recent, &figures->store_why) != 0)
        figures->recent = (struct store_recent){0};
    for (size_t i = 0; i < STORE_RESULTS; i++) {
        figures->minute += figures->recent.minute[i];
        figures->hour += figures->recent.hour[i];
    }
}

void figures_read(struct figures_source *source, struct figures *figures)
{
    memset(figures, 0, sizeof *figures);
    (void)clock_gettime(CLOCK_REALTIME, &figures->at); /* fails only for a clock that does not exist */
    read_pool(source, figures);
    read_queue(source, figures);
    read_store(source, figures);
}

void figures_close(struct figures_source *source)
{
    queue_close(source->queue);
    store_close(source->store);
    source->queue = NULL;
    source->store = NULL;
}

int64_t figures_age_s(const struct pool_slot *slot)
{
    return (clock_now_us() - slot->since_us) / 1000000;
}
