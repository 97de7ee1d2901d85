/*
 * live.h - following submissions as they are judged: the lines of judge_node's watch socket, and what a person reads of them.
 */
#ifndef JUDGECTL_LIVE_H
#define JUDGECTL_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/events.h"

struct live {
    int fd; /* -1: not connected */
    size_t length;
    char buffer[16 << 10];
};

/* Connects. False where there is nobody to connect to: then live_next waits without hearing anything. */
bool live_open(struct live *live, const char *home);
void live_close(struct live *live);

/* Asks for the events of this submission alone; call it for each. All are sent to who asks for none. */
void live_want(struct live *live, const char *id);

/* The next line, waiting up to timeout_ms, or until stop_fd (or -1) is readable. 1 with the line (and its newline) and its event; 0
 * none, -1 the connection has ended. */
int live_next(struct live *live, int timeout_ms, int stop_fd, char line[EVENTS_JSON_SIZE], struct event *event);

/* "1001  running    case  3 of 10  AC      12 ms    1024 KiB", without a newline. */
void live_text(const struct event *event, char *text, size_t size);

#endif
