/*
 * events.c - see events.h: sending. In judge_client as root, and in judge_node; never waits.
 */
#include "common/events.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

/* A socket's address holds 107 bytes, OJ_HOME may be longer: the name goes by the open folder. */
static void address_of(struct sockaddr_un *address, int folder, const char *socket_name)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)str_format(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", folder,
                     strrchr(socket_name, '/') + 1); /* it fits */
}

/* OJ_HOME/run, or -1 with errno. */
static int open_folder(const char *home)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/run", home) != 0) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void events_open(struct events_sender *sender, const char *home)
{
    *sender = (struct events_sender){.fd = -1, .folder = open_folder(home)};
    if (sender->folder >= 0)
        sender->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void events_close(struct events_sender *sender)
{
    file_close(&sender->fd);
    file_close(&sender->folder);
}

struct event events_waiting(const char *id, int state, int64_t problem, int language, const char *judger,
                            int64_t before_us)
{
    struct event event = {
        .magic = EVENTS_MAGIC, .state = state, .problem = problem, .language = language, .claimed_us = before_us};
    (void)str_copy(event.id, sizeof event.id, id); /* both fit */
    (void)str_copy(event.judger, sizeof event.judger, judger);
    return event;
}

/* False where the reader is there, and full. */
static bool send_now(const struct events_sender *sender, const struct event *event)
{
    struct sockaddr_un address;
    address_of(&address, sender->folder, EVENTS_SOCKET);
    return sendto(sender->fd, event, sizeof *event, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&address,
                  sizeof address) >= 0 ||
           (errno != EAGAIN && errno != ENOBUFS);
}

void events_send(struct events_sender *sender, const struct event *event)
{
    struct timespec now = {0};
    struct event out = *event;
    if (sender->fd < 0)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    out.magic = EVENTS_MAGIC;
    out.wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    events_retry(sender);
    if (!send_now(sender, &out) && out.finish != 0) {
        sender->late = true;
        sender->kept = out;
    }
}

void events_retry(struct events_sender *sender)
{
    if (sender->late)
        (void)send_now(sender, &sender->kept); /* this is the second time: it is lost */
    sender->late = false;
}

bool events_read(struct event *event, const void *bytes, size_t size)
{
    if (size != sizeof *event)
        return false;
    memcpy(event, bytes, size);
    event->id[sizeof event->id - 1] = '\0';
    event->judger[sizeof event->judger - 1] = '\0';
    event->case_verdict[sizeof event->case_verdict - 1] = '\0';
    event->case_name[sizeof event->case_name - 1] = '\0';
    return event->magic == EVENTS_MAGIC && event->id[0] != '\0' && event->case_no >= 0 && event->pass_rate >= 0 &&
           event->pass_rate <= 1000;
}

int events_watch(const char *home)
{
    struct sockaddr_un address;
    int folder = open_folder(home);
    if (folder < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_of(&address, folder, EVENTS_WATCH);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        file_close(&fd);
        errno = error;
    }
    int error = errno;
    file_close(&folder);
    errno = error;
    return fd;
}
