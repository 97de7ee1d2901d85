/*
 * event_watchers.c - see event_watchers.h. In judge_node's events thread, under its unprivileged user; never blocks.
 */
#include "judge_node/event_watchers.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/events.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

enum { BATCH = 64, LINE = 4096 };

struct watcher_client {
    int fd;    /* -1: its place is free */
    bool some; /* `ids` alone, else all */
    bool many; /* it named more than can be kept: all, for good */
    size_t count;
    char (*ids)[EVENTS_ID_SIZE]; /* malloc'd with the first line */
    size_t length;               /* of `line`: what has come of a line so far */
    char line[LINE];
};

struct event_watchers {
    int listen_fd, epoll_fd;
    size_t most, used, count; /* places; ever used ones; connections */
    bool (*last)(void *context, const char *id, char *line);
    void *context;
    bool full_said;
    struct watcher_client *clients[EVENT_WATCHERS_MOST]; /* malloc'd when first needed */
};

struct event_watchers *event_watchers_new(int listen_fd, size_t most,
                                          bool (*last)(void *context, const char *id, char *line), void *context)
{
    struct event_watchers *watchers = calloc(1, sizeof *watchers);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    if (watchers == NULL)
        return NULL;
    watchers->listen_fd = listen_fd;
    watchers->most = most < EVENT_WATCHERS_MOST ? most : EVENT_WATCHERS_MOST;
    watchers->last = last;
    watchers->context = context;
    watchers->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (watchers->epoll_fd >= 0 &&
        (listen_fd < 0 || epoll_ctl(watchers->epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0))
        return watchers;
    file_close(&watchers->epoll_fd);
    free(watchers);
    return NULL;
}

static void close_client(struct event_watchers *watchers, struct watcher_client *client)
{
    if (client->fd < 0)
        return;
    file_close(&client->fd); /* leaves the epoll set with it */
    free(client->ids);
    client->ids = NULL;
    watchers->count--;
    watchers->full_said = false;
}

void event_watchers_free(struct event_watchers *watchers)
{
    if (watchers == NULL)
        return;
    for (size_t i = 0; i < watchers->used; i++) {
        close_client(watchers, watchers->clients[i]);
        free(watchers->clients[i]);
    }
    file_close(&watchers->epoll_fd);
    free(watchers);
}

int event_watchers_fd(const struct event_watchers *watchers)
{
    return watchers->epoll_fd;
}

size_t event_watchers_count(const struct event_watchers *watchers)
{
    return watchers->count;
}

/* A line goes out whole or the connection ends: half a line would be read as one. */
static void send_line(struct event_watchers *watchers, struct watcher_client *client, const char *line, size_t size)
{
    if (send(client->fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size) {
        log_debug("watcher dropped: it does not read");
        close_client(watchers, client);
    }
}

/* ---- connections */

/* The number of a free place, or `most`. */
static size_t free_place(struct event_watchers *watchers)
{
    size_t i = 0;
    while (i < watchers->used && watchers->clients[i]->fd >= 0)
        i++;
    if (i == watchers->most || i < watchers->used)
        return i;
    watchers->clients[i] = calloc(1, sizeof *watchers->clients[i]);
    if (watchers->clients[i] == NULL)
        return watchers->most;
    watchers->clients[i]->fd = -1;
    watchers->used++;
    return i;
}

static void let_in(struct event_watchers *watchers, int fd)
{
    size_t i = free_place(watchers);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
    const int size = EVENT_WATCHERS_BUFFER;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size); /* the usual size does as well */
    if (i == watchers->most || epoll_ctl(watchers->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        if (!watchers->full_said)
            log_warnx("watchers=%zu: there is no place for more", watchers->count);
        watchers->full_said = true;
        file_close(&fd);
        return;
    }
    *watchers->clients[i] = (struct watcher_client){.fd = fd};
    watchers->count++;
}

static void accept_all(struct event_watchers *watchers)
{
    for (int i = 0; i < BATCH; i++) { /* more of them in the next turn */
        int fd = accept4(watchers->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        let_in(watchers, fd);
    }
}

/* ---- what they want */

static bool wants(const struct watcher_client *client, const char *id)
{
    for (size_t i = 0; i < client->count; i++) {
        if (strcmp(client->ids[i], id) == 0)
            return true;
    }
    return !client->some;
}

static void want(struct watcher_client *client, const char *id)
{
    if (client->ids == NULL)
        client->ids = calloc(EVENT_WATCHERS_IDS, sizeof *client->ids);
    if (client->ids == NULL || client->count == EVENT_WATCHERS_IDS)
        client->many = true;
    else if (str_copy(client->ids[client->count], EVENTS_ID_SIZE, id) == 0) /* no submission has a longer one */
        client->count++;
    client->some = !client->many;
}

static void want_line(struct event_watchers *watchers, struct watcher_client *client, char *line)
{
    char last[EVENTS_JSON_SIZE], *rest = NULL;
    char *word = strtok_r(line, " \t\r", &rest);
    if (word == NULL) {
        client->some = false;
        client->count = 0;
    }
    for (; word != NULL && client->fd >= 0; word = strtok_r(NULL, " \t\r", &rest)) {
        want(client, word);
        if (watchers->last(watchers->context, word, last))
            send_line(watchers, client, last, strlen(last));
    }
}

static void hear(struct event_watchers *watchers, struct watcher_client *client)
{
    ssize_t count = recv(client->fd, client->line + client->length, sizeof client->line - client->length, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0) {
        close_client(watchers, client);
        return;
    }
    client->length += (size_t)count;
    char *end;
    while (client->fd >= 0 && (end = memchr(client->line, '\n', client->length)) != NULL) {
        size_t size = (size_t)(end - client->line) + 1;
        char line[LINE];
        memcpy(line, client->line, size);
        line[size - 1] = '\0';
        client->length -= size;
        memmove(client->line, end + 1, client->length);
        want_line(watchers, client, line);
    }
    if (client->length == sizeof client->line) /* that is no line of ids */
        close_client(watchers, client);
}

void event_watchers_work(struct event_watchers *watchers)
{
    struct epoll_event events[BATCH];
    int count = epoll_wait(watchers->epoll_fd, events, BATCH, 0);
    for (int i = 0; i < count; i++) {
        uint64_t place = events[i].data.u64;
        if (place == UINT64_MAX)
            accept_all(watchers);
        else if (watchers->clients[place]->fd >= 0) /* it may have been closed meanwhile */
            hear(watchers, watchers->clients[place]);
    }
}

void event_watchers_tell(struct event_watchers *watchers, const char *id, const char *line, size_t size)
{
    for (size_t i = 0; i < watchers->used; i++) {
        if (watchers->clients[i]->fd >= 0 && wants(watchers->clients[i], id))
            send_line(watchers, watchers->clients[i], line, size);
    }
}
