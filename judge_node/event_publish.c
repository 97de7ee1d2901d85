/*
 * event_publish.c - see event_publish.h. A thread of judge_node, under its unprivileged user, with a handle of its own: what waits for
 * Redis here holds up nothing else.
 */
#include "judge_node/event_publish.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "common/clock.h"
#include "common/events.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/contact.h"
#include "queue/queue.h"

#include "common/banned.h"

enum { LINES = 512, OLD_US = 2000000, SEEN_MS = 30000 };

struct line {
    char id[EVENTS_ID_SIZE], text[EVENTS_JSON_SIZE];
    bool finish;
    int64_t at_us;
};

struct event_publish {
    const struct settings *settings;
    struct board *board;
    struct queue *queue; /* the thread's */
    struct contact contact;
    uint64_t begun; /* the line that was being sent, and its next channel */
    int channel;
    int wake_fd;
    pthread_mutex_t lock;
    uint64_t first, next; /* under the lock: the numbers of the lines that wait; line n is at n % LINES */
    struct line *lines;   /* NULL: no Redis is configured */
};

struct event_publish *event_publish_new(const struct settings *settings, struct board *board)
{
    struct event_publish *publish = calloc(1, sizeof *publish);
    if (publish == NULL)
        return NULL;
    publish->settings = settings;
    publish->board = board;
    publish->begun = UINT64_MAX;
    contact_init(&publish->contact, NULL, NULL, 0);
    bool wanted = settings_has_redis(settings);
    if (wanted)
        publish->lines = calloc(LINES, sizeof *publish->lines);
    publish->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (publish->wake_fd >= 0 && (publish->lines != NULL || !wanted) && pthread_mutex_init(&publish->lock, NULL) == 0)
        return publish;
    file_close(&publish->wake_fd);
    free(publish->lines);
    free(publish);
    return NULL;
}

void event_publish_free(struct event_publish *publish)
{
    if (publish == NULL)
        return;
    queue_close(publish->queue);
    file_close(&publish->wake_fd);
    (void)pthread_mutex_destroy(&publish->lock); /* nobody holds it */
    free(publish->lines);
    free(publish);
}

void event_publish_add(struct event_publish *publish, const char *id, const char *line, bool finish)
{
    if (publish->lines == NULL)
        return;
    (void)pthread_mutex_lock(&publish->lock); /* fails only for a lock that is none */
    struct line *at = &publish->lines[publish->next++ % LINES];
    (void)str_copy(at->id, sizeof at->id, id); /* these fit */
    (void)str_copy(at->text, sizeof at->text, line);
    at->text[strcspn(at->text, "\n")] = '\0';
    at->finish = finish;
    at->at_us = clock_now_us();
    if (publish->next - publish->first > LINES)
        publish->first++;
    (void)pthread_mutex_unlock(&publish->lock);
    (void)eventfd_write(publish->wake_fd, 1); /* where it is full it is readable */
}

/* The first line that waits: true with its number and a copy. */
static bool peek(struct event_publish *publish, uint64_t *number, struct line *line)
{
    (void)pthread_mutex_lock(&publish->lock);
    bool found = publish->first < publish->next;
    *number = publish->first;
    if (found)
        *line = publish->lines[publish->first % LINES];
    (void)pthread_mutex_unlock(&publish->lock);
    return found;
}

/* Line number is done with, unless it had to make room meanwhile. */
static void drop(struct event_publish *publish, uint64_t number)
{
    (void)pthread_mutex_lock(&publish->lock);
    if (publish->first == number)
        publish->first++;
    (void)pthread_mutex_unlock(&publish->lock);
}

/* Whether a newer line of the same submission waits behind it. */
static bool is_overtaken(struct event_publish *publish, uint64_t number, const struct line *line)
{
    bool found = false;
    (void)pthread_mutex_lock(&publish->lock);
    for (uint64_t i = number + 1; i < publish->next && !found; i++)
        found = strcmp(publish->lines[i % LINES].id, line->id) == 0;
    (void)pthread_mutex_unlock(&publish->lock);
    return found;
}

/* Sends the line to its two channels. 0, or -1 with e: again, from the channel where it failed. */
static int send_line(struct event_publish *publish, const struct line *line, struct err *e)
{
    char name[EVENTS_ID_SIZE + 32];
    if (publish->queue == NULL)
        publish->queue = queue_open(publish->settings, publish->settings->node, e);
    if (publish->queue == NULL)
        return -1;
    (void)str_format(name, sizeof name, "events:submission:%s", line->id); /* it fits */
    for (; publish->channel < 2; publish->channel++) {
        if (queue_publish(publish->queue, publish->channel == 0 ? name : "events:all", line->text, e) < 0)
            return -1;
    }
    return 0;
}

/* All that waits, as far as Redis answers. Returns for how many milliseconds there is nothing to do. */
static int work(struct event_publish *publish)
{
    struct line line;
    struct err e;
    uint64_t number;
    while (!atomic_load(&publish->board->stop) && peek(publish, &number, &line)) {
        int64_t now_us = contact_now_us();
        atomic_store(&publish->board->seen_us[BOARD_PUBLISH], now_us);
        if (!contact_due(&publish->contact, now_us))
            return (int)((publish->contact.retry_us - now_us) / 1000 + 1);
        if (!line.finish && clock_now_us() - line.at_us > OLD_US && is_overtaken(publish, number, &line)) {
            drop(publish, number);
            continue;
        }
        publish->channel = number == publish->begun ? publish->channel : 0;
        publish->begun = number;
        if (send_line(publish, &line, &e) != 0) {
            contact_bad(&publish->contact, contact_now_us(), &e);
            log_debug("event not published submission=%s: %s", line.id, e.text);
            continue;
        }
        (void)contact_good(&publish->contact, contact_now_us()); /* the other threads say that it is back */
        drop(publish, number);
    }
    return SEEN_MS;
}

void *event_publish_run(void *argument)
{
    struct event_publish *publish = argument;
    while (!atomic_load(&publish->board->stop)) {
        eventfd_t count;
        atomic_store(&publish->board->seen_us[BOARD_PUBLISH], contact_now_us());
        (void)eventfd_read(publish->wake_fd, &count); /* EAGAIN: nothing was there */
        int wait_ms = work(publish);
        struct pollfd fds[] = {
            {.fd = publish->board->stop_fd, .events = POLLIN},
            {.fd = publish->contact.up || wait_ms == SEEN_MS ? publish->wake_fd : -1, .events = POLLIN}};
        (void)poll(fds, 2, wait_ms); /* whatever ends it, the loop looks again */
    }
    return NULL;
}
