/*
 * events.c - see events.h. Sockets as root, in main; then a thread of judge_node under its unprivileged user, which waits for nobody.
 */
#include "judge_node/events.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/contact.h"
#include "judge_node/event_rate.h"
#include "judge_node/event_watchers.h"

#include "common/banned.h"

enum {
    BACKLOG = 512,
    BATCH = 256,       /* datagrams a turn */
    OTHER_FILES = 128, /* descriptors that are not for watchers */
    WANTED_FILES = EVENT_WATCHERS_MOST + OTHER_FILES,
    SEEN_MS = 30000, /* the longest wait */
};

struct node_events {
    struct board *board;
    struct event_publish *publish;
    int socket_fd, listen_fd; /* -1: could not be made */
    int own_fd;               /* connected with socket_fd, for the board; -1 */
    struct event_rate *rate;
    struct event_watchers *watchers;
};

/* ---- as root */

/* A socket at the path, of this mode and group, in the place of what a judge_node before has left there. -1 with a line. */
static int make_socket(const char *path, int type, mode_t mode, gid_t group)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)str_copy(address.sun_path, sizeof address.sun_path, path); /* both are short */
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        log_warn("events: make a socket");
        return -1;
    }
    mode_t before = umask(0177);
    bool made = (unlink(path) == 0 || errno == ENOENT) &&
                bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                (group == (gid_t)-1 || lchown(path, (uid_t)-1, group) == 0) && chmod(path, mode) == 0;
    if (!made)
        log_warn("events: make %s below the home: nobody can watch submissions", path);
    (void)umask(before);
    if (!made)
        file_close(&fd);
    return fd;
}

/* So that judge_node can speak to its own socket when it has no right to it any more. */
static int connect_own(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = EVENTS_SOCKET};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        file_close(&fd);
    return fd;
}

/* A place for each watcher. */
static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= WANTED_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < WANTED_FILES ? limit.rlim_max : WANTED_FILES;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* then there are fewer places */
}

struct node_events *node_events_open(const char *user, struct err *e)
{
    struct node_events *events = calloc(1, sizeof *events);
    if (events == NULL) {
        (void)err_set(e, "no memory");
        return NULL;
    }
    const struct passwd *entry = getpwnam(user); /* NOLINT(concurrency-mt-unsafe): there is one thread yet */
    events->socket_fd = make_socket(EVENTS_SOCKET, SOCK_DGRAM, 0600, (gid_t)-1);
    events->listen_fd = make_socket(EVENTS_WATCH, SOCK_STREAM, entry == NULL || geteuid() != 0 ? 0600 : 0660,
                                    entry == NULL || geteuid() != 0 ? (gid_t)-1 : entry->pw_gid);
    if (events->listen_fd >= 0 && listen(events->listen_fd, BACKLOG) != 0) {
        log_warn("events: listen at %s", EVENTS_WATCH);
        file_close(&events->listen_fd);
    }
    events->own_fd = events->socket_fd >= 0 ? connect_own() : -1;
    raise_files();
    return events;
}

void node_events_close(struct node_events *events)
{
    if (events == NULL)
        return;
    event_watchers_free(events->watchers);
    event_rate_free(events->rate);
    file_close(&events->own_fd);
    file_close(&events->socket_fd);
    file_close(&events->listen_fd);
    free(events);
}

/* ---- the thread */

static bool last_line(void *context, const char *id, char *line)
{
    const struct node_events *events = context;
    const struct event *event = event_rate_last(events->rate, id);
    if (event != NULL)
        (void)events_json(event, line); /* its length is not needed */
    return event != NULL;
}

int node_events_start(struct node_events *events, struct board *board, struct event_publish *publish, struct err *e)
{
    board->events_fd = events->own_fd;
    events->board = board;
    struct rlimit limit = {.rlim_cur = 1024};
    (void)getrlimit(RLIMIT_NOFILE, &limit); /* fails only for a limit that does not exist */
    size_t most = limit.rlim_cur <= OTHER_FILES ? 1 : (size_t)limit.rlim_cur - OTHER_FILES;
    events->publish = publish;
    events->rate = event_rate_new();
    events->watchers = event_watchers_new(events->listen_fd, most, last_line, events);
    return events->rate == NULL || events->watchers == NULL ? err_set(e, "no memory for events") : 0;
}

static void pass_on(struct node_events *events)
{
    char line[EVENTS_JSON_SIZE];
    struct event event;
    while (event_rate_next(events->rate, clock_now_us(), &event)) {
        size_t size = events_json(&event, line);
        event_publish_add(events->publish, event.id, line, event.finish != 0);
        event_watchers_tell(events->watchers, event.id, line, size);
    }
}

/* What has come. */
static void take_in(struct node_events *events)
{
    for (int i = 0; i < BATCH; i++) {
        char bytes[sizeof(struct event) + 1];
        struct event event;
        ssize_t size = recv(events->socket_fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size < 0)
            return;
        if (!events_read(&event, bytes, (size_t)size))
            log_debug("event of another version: %zd bytes", size);
        else if (!event_rate_take(events->rate, &event, clock_now_us()))
            log_debug("event out of date submission=%s state=%d judger=%s", event.id, event.state, event.judger);
        else
            pass_on(events); /* before the next, which may be of the same submission and take its place */
    }
}

void *node_events_run(void *argument)
{
    struct node_events *events = argument;
    struct board *board = events->board;
    while (!atomic_load(&board->stop)) {
        atomic_store(&board->seen_us[BOARD_EVENTS], contact_now_us());
        int64_t due_us = event_rate_due(events->rate), now_us = clock_now_us();
        int wait_ms = due_us <= now_us                     ? 0
                      : due_us - now_us < SEEN_MS * 1000LL ? (int)((due_us - now_us + 999) / 1000)
                                                           : SEEN_MS;
        struct pollfd fds[] = {{.fd = board->stop_fd, .events = POLLIN},
                               {.fd = events->socket_fd, .events = POLLIN},
                               {.fd = event_watchers_fd(events->watchers), .events = POLLIN}};
        (void)poll(fds, 3, wait_ms); /* whatever ends it, the loop looks again */
        if (fds[1].revents != 0)
            take_in(events);
        pass_on(events);
        if (fds[2].revents != 0)
            event_watchers_work(events->watchers);
    }
    return NULL;
}
