/*
 * live.c - see live.h.
 */
#include "judgectl/live.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judgectl/shown.h"
#include "store/store.h"

#include "common/banned.h"

bool live_open(struct live *live, const char *home)
{
    live->length = 0;
    live->fd = events_watch(home);
    return live->fd >= 0;
}

void live_close(struct live *live)
{
    file_close(&live->fd);
}

void live_want(struct live *live, const char *id)
{
    char line[EVENTS_ID_SIZE + 2];
    if (live->fd < 0 || str_format(line, sizeof line, "%s\n", id) != 0)
        return;
    if (send(live->fd, line, strlen(line), MSG_NOSIGNAL) < 0) /* its end is read next */
        (void)shutdown(live->fd, SHUT_RDWR);
}

/* A line that has come whole: its size, or 0. */
static size_t whole_line(const struct live *live)
{
    const char *end = memchr(live->buffer, '\n', live->length);
    return end == NULL ? 0 : (size_t)(end - live->buffer) + 1;
}

/* Takes a line of that size out of the buffer. True where it is an event. */
static bool take_line(struct live *live, size_t size, char line[EVENTS_JSON_SIZE], struct event *event)
{
    bool fits = size < EVENTS_JSON_SIZE;
    if (fits) {
        memcpy(line, live->buffer, size);
        line[size] = '\0';
    }
    live->length -= size;
    memmove(live->buffer, live->buffer + size, live->length);
    return fits && events_parse(event, line);
}

/* More of the stream: 0, or -1 at its end. */
static int hear(struct live *live)
{
    ssize_t count = recv(live->fd, live->buffer + live->length, sizeof live->buffer - live->length, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (count > 0)
        live->length += (size_t)count;
    if (count > 0 && (live->length < sizeof live->buffer || whole_line(live) > 0))
        return 0;
    live_close(live); /* ended, or no lines of ours */
    return -1;
}

int live_next(struct live *live, int timeout_ms, int stop_fd, char line[EVENTS_JSON_SIZE], struct event *event)
{
    int64_t end_us = clock_now_us() + timeout_ms * INT64_C(1000);
    for (;;) {
        size_t size;
        while ((size = whole_line(live)) > 0) {
            if (take_line(live, size, line, event))
                return 1;
        }
        int64_t left_us = end_us - clock_now_us();
        struct pollfd files[2] = {{.fd = live->fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
        int ready = poll(files, 2, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000));
        if (ready > 0 && files[1].revents != 0)
            return 0;
        if (ready > 0 && files[0].revents != 0) {
            if (hear(live) != 0)
                return -1;
        } else if (left_us <= 0) {
            return 0;
        }
    }
}

void live_text(const struct event *event, char *text, size_t size)
{
    char part[96] = "";
    if (event->finish == 0 && event->case_no > 0) /* it fits, but for a count that nobody has */
        (void)str_format(part, sizeof part, "case %3d of %-3d %-4s", event->case_no, event->case_count,
                         event->case_verdict);
    else if (event->finish != 0 && event->case_count > 0)
        (void)str_format(part, sizeof part, "%3d of %-3d right  ", event->passed, event->case_count);
    if (part[0] == '\0') /* the same here: a cut line is still one */
        (void)str_format(text, size, "%8s  %s", event->id, shown_result(event->state));
    else
        (void)str_format(text, size, "%8s  %-10s %-21s %6lld ms %8lld KiB", event->id, shown_result(event->state), part,
                         (long long)event->time_ms, (long long)event->mem_kib);
}
