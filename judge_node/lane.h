/*
 * lane.h - which lane a submission waits in.
 */
#ifndef JUDGE_LANE_H
#define JUDGE_LANE_H

#include "common/settings.h"
#include "queue/queue.h"
#include "store/store.h"

/* The lane of a row as store_read and store_waiting give it. The first rule of the table that fits decides. */
enum queue_lane lane_of(const struct settings *settings, const struct store_submission *row);

#endif
