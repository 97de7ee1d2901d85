/*
 * hint.h - the site's datagrams: "look now". What they hold is never read.
 */
#ifndef JUDGE_HINT_H
#define JUDGE_HINT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/settings.h"

struct hint {
    const struct settings *settings;
    int epoll_fd;     /* in which fd stands while hints are wanted */
    int fd;           /* -1: not bound */
    bool failed;      /* it was said that it cannot be bound */
    bool listening;   /* a datagram makes epoll_fd readable */
    int64_t retry_us; /* when to bind again, or to listen again */
};

void hint_init(struct hint *hint, const struct settings *settings, int epoll_fd);
void hint_fini(struct hint *hint);

/* To be called in each turn. True where a hint came, at most ten times a second whatever is sent. A port that is taken is
 * said once and tried again every five seconds. */
bool hint_came(struct hint *hint, int64_t now_us);

#endif
