/*
 * event_publish.h - the lines on their way to Redis, and the thread that brings them there.
 *
 * A list of bounded length between two threads: while Redis is gone the oldest lines make room, and what is out of date by the time it
 * is back is left out, but for final ones. Nobody waits for it.
 */
#ifndef JUDGE_EVENT_PUBLISH_H
#define JUDGE_EVENT_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/settings.h"
#include "judge_node/board.h"

struct event_publish;

/* NULL: no memory, or no descriptor. */
struct event_publish *event_publish_new(const struct settings *settings, struct board *board);
void event_publish_free(struct event_publish *publish);

/* From the events thread: a line of the submission id, with its newline. Where no Redis is configured it is forgotten. */
void event_publish_add(struct event_publish *publish, const char *id, const char *line, bool finish);

/* The thread, with a struct event_publish: until the board says stop. */
void *event_publish_run(void *argument);

#endif
