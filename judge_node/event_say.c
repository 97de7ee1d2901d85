/*
 * event_say.c - see event_say.h. In each thread of judge_node.
 */
#include "judge_node/event_say.h"

#include <sys/socket.h>
#include <time.h>

#include "common/events.h"
#include "common/str.h"

#include "common/banned.h"

void event_say(const struct board *board, const char *id, int state, bool finish, const char *judger, int64_t before_us)
{
    struct timespec now = {0};
    struct event event = {
        .magic = EVENTS_MAGIC, .state = state, .finish = finish ? 1 : 0, .language = -1, .claimed_us = before_us};
    if (board->events_fd < 0 || str_copy(event.id, sizeof event.id, id) != 0)
        return;
    (void)str_copy(event.judger, sizeof event.judger, judger); /* a token fits */
    (void)clock_gettime(CLOCK_REALTIME, &now);                 /* fails only for a clock that does not exist */
    event.wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    ssize_t sent = send(board->events_fd, &event, sizeof event, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* full: lost, as any event */
}
