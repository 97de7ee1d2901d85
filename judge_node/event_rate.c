/*
 * event_rate.c - see event_rate.h. In judge_node's events thread; no descriptor, no clock.
 */
#include "judge_node/event_rate.h"

#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

struct entry {
    struct event waiting, last;
    bool sent;                          /* `last` is one */
    bool ended;                         /* of claimed_us, the final event came */
    int at;                             /* in sent_us: the oldest */
    int64_t sent_us[EVENT_RATE_SECOND]; /* of the last ones */
    int64_t claimed_us, touched_us;
};

struct event_rate {
    size_t count;
    uint64_t hash[EVENT_RATE_ROOM];  /* of the id */
    int64_t due_us[EVENT_RATE_ROOM]; /* INT64_MAX: nothing waits */
    struct entry entries[EVENT_RATE_ROOM];
};

struct event_rate *event_rate_new(void)
{
    return calloc(1, sizeof(struct event_rate));
}

void event_rate_free(struct event_rate *rate)
{
    free(rate);
}

/* FNV-1a */
static uint64_t hash_of(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const unsigned char *p = (const unsigned char *)id; *p != '\0'; p++)
        hash = (hash ^ *p) * UINT64_C(0x100000001b3);
    return hash;
}

/* count where there is none. */
static size_t find(const struct event_rate *rate, const char *id)
{
    uint64_t hash = hash_of(id);
    size_t i = 0;
    while (i < rate->count && (rate->hash[i] != hash || strcmp(rate->entries[i].last.id, id) != 0))
        i++;
    return i;
}

/* The place of a new one. Nothing that waits is lost while there is one without. */
static size_t make_place(struct event_rate *rate)
{
    size_t best = 0;
    if (rate->count < EVENT_RATE_ROOM)
        return rate->count++;
    for (size_t i = 1; i < rate->count; i++) {
        bool waits = rate->due_us[i] != INT64_MAX, best_waits = rate->due_us[best] != INT64_MAX;
        if (waits != best_waits ? best_waits : rate->entries[i].touched_us < rate->entries[best].touched_us)
            best = i;
    }
    return best;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When event may go out. */
static int64_t allowed_us(const struct entry *entry, const struct event *event, int64_t now_us)
{
    /* The last is left for a final one: for others, the last but two must be a second ago. */
    int oldest = (entry->at + (event->finish != 0 ? 0 : 1)) % EVENT_RATE_SECOND;
    int newest = (entry->at + EVENT_RATE_SECOND - 1) % EVENT_RATE_SECOND;
    int64_t due_us = entry->sent_us[oldest] < 0 ? now_us : entry->sent_us[oldest] + 1000000;
    if (event->finish == 0 && entry->sent && entry->last.state == event->state)
        due_us = later(due_us, entry->sent_us[newest] + EVENT_RATE_CASE_US);
    return later(due_us, now_us);
}

bool event_rate_take(struct event_rate *rate, const struct event *event, int64_t now_us)
{
    size_t i = find(rate, event->id);
    struct entry *entry = &rate->entries[i < rate->count ? i : 0];
    if (i == rate->count) {
        i = make_place(rate);
        entry = &rate->entries[i];
        *entry = (struct entry){.claimed_us = event->claimed_us, .last = *event};
        rate->hash[i] = hash_of(event->id);
        rate->due_us[i] = INT64_MAX;
        for (int k = 0; k < EVENT_RATE_SECOND; k++)
            entry->sent_us[k] = -1;
    } else if (event->claimed_us < entry->claimed_us || (event->claimed_us == entry->claimed_us && entry->ended)) {
        return false;
    }
    entry->claimed_us = event->claimed_us;
    entry->ended = event->finish != 0;
    entry->touched_us = now_us;
    entry->waiting = *event;
    rate->due_us[i] = allowed_us(entry, event, now_us);
    return true;
}

bool event_rate_next(struct event_rate *rate, int64_t now_us, struct event *event)
{
    for (size_t i = 0; i < rate->count; i++) {
        struct entry *entry = &rate->entries[i];
        if (rate->due_us[i] > now_us)
            continue;
        rate->due_us[i] = INT64_MAX;
        entry->last = entry->waiting;
        entry->sent = true;
        entry->sent_us[entry->at] = now_us;
        entry->at = (entry->at + 1) % EVENT_RATE_SECOND;
        *event = entry->last;
        return true;
    }
    return false;
}

int64_t event_rate_due(const struct event_rate *rate)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < rate->count; i++)
        due_us = rate->due_us[i] < due_us ? rate->due_us[i] : due_us;
    return due_us;
}

const struct event *event_rate_last(const struct event_rate *rate, const char *id)
{
    size_t i = find(rate, id);
    return i < rate->count && rate->entries[i].sent ? &rate->entries[i].last : NULL;
}
