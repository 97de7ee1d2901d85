/*
 * event_say.h - what judge_node itself does to a submission, as an event for its own events thread.
 */
#ifndef JUDGE_EVENT_SAY_H
#define JUDGE_EVENT_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "judge_node/board.h"

/* From any thread, without waiting: the row of submission id is in this state by now; finish: it is final. before_us: clock_now_us()
 * before the call that changed it, so that who claims it after that comes after it here. judger: whose claim it ended. */
void event_say(const struct board *board, const char *id, int state, bool finish, const char *judger,
               int64_t before_us);

/* A job was put into its lane: it waits, in state 0, or 1 again. */
void event_say_waits(const struct board *board, const struct queue_entry *entry, int state, int64_t before_us);

#endif
