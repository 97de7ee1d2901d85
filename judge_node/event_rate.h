/*
 * event_rate.h - which events of a submission go out, and when: at most four a second, the last one always, and last.
 *
 * What cannot go out yet waits; a newer one of the same submission takes its place. Of the four, one is left for the event that says
 * that the row is final, so that it goes out at once. What belongs to an earlier claim of a submission than one that was seen,
 * or comes after its claim's end, is dropped: a worker that lost its job may not know yet.
 */
#ifndef JUDGE_EVENT_RATE_H
#define JUDGE_EVENT_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/events.h"

#define EVENT_RATE_SECOND 4
#define EVENT_RATE_CASE_US 250000 /* between events of one state: cases */
#define EVENT_RATE_ROOM 2048      /* submissions; one more, and the one that was quiet for longest is forgotten */

struct event_rate;

/* NULL: no memory. */
struct event_rate *event_rate_new(void);
void event_rate_free(struct event_rate *rate);

/* Takes an event in. False where it is dropped as out of date. now_us: CLOCK_MONOTONIC. */
bool event_rate_take(struct event_rate *rate, const struct event *event, int64_t now_us);

/* The next event that may go out now: true with *event. Call it until it is false. */
bool event_rate_next(struct event_rate *rate, int64_t now_us, struct event *event);

/* When the next one may go out; INT64_MAX: none waits. */
int64_t event_rate_due(const struct event_rate *rate);

/* The event of this submission that went out last, or NULL. */
const struct event *event_rate_last(const struct event_rate *rate, const char *id);

#endif
