/*
 * watcher.h - the agent's end of judged's POOL_WATCH stream.
 */
#ifndef JUDGE_WATCHER_H
#define JUDGE_WATCHER_H

#include <stdbool.h>

#include "common/pool.h"

struct watcher {
    int fd;      /* -1: not connected */
    bool failed; /* it was said that there is no connection */
};

void watcher_init(struct watcher *watcher);
void watcher_fini(struct watcher *watcher);

/* Connects to POOL_SOCKET below the current folder and asks for the stream, without waiting. True where it is there; what
 * stands in the way is logged once. */
bool watcher_connect(struct watcher *watcher);

/* Asks judged to end the job with this token, without waiting. */
void watcher_cancel(const struct watcher *watcher, const char *token);

/* The next message: 1 with *said, 0 where there is none now, -1 where the stream ended (and fd is -1). A message that is
 * none of judged's ends it. */
int watcher_read(struct watcher *watcher, struct pool_slot *said);

#endif
