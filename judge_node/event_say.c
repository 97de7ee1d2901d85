/*
 * event_say.c - see event_say.h. In each thread of judge_node.
 */
#include "judge_node/event_say.h"

#include <sys/socket.h>
#include <time.h>

#include "common/events.h"

#include "common/banned.h"

static void event_send(const struct board *board, struct event *event)
{
    struct timespec now = {0};
    if (board->events_fd < 0)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    event->wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    ssize_t sent = send(board->events_fd, event, sizeof *event, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* full: lost, as any event */
}

void event_say(const struct board *board, const char *id, int state, bool finish, const char *judger, int64_t before_us)
{
    struct event event = events_waiting(id, state, 0, -1, judger, before_us);
    event.finish = finish ? 1 : 0;
    event_send(board, &event);
}

void event_say_waits(const struct board *board, const struct queue_entry *entry, int state, int64_t before_us)
{
    struct event event = events_waiting(entry->id, state, entry->problem, entry->language, "", before_us);
    event_send(board, &event);
}
