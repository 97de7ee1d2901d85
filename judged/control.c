/*
 * control.c - see control.h. In judged, root. Never waits for a client, never allocates.
 */
#include "judged/control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

#define CONTROL_NAME (strrchr(POOL_SOCKET, '/') + 1)

enum { CONTROL_BACKLOG = 64, CONTROL_TURNS = 16, CONTROL_SEND_BYTES = 1 << 20 };

/* A path of any length: through the descriptor of its folder. */
static void control_address(int run_fd, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)str_format(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", run_fd,
                     CONTROL_NAME); /* it fits */
}

/* Listens, under the socket's name, whatever has that name now. */
static int control_listen(struct control *control, struct err *e)
{
    struct sockaddr_un address;
    struct stat info;
    if (unlinkat(control->run_fd, CONTROL_NAME, 0) != 0 && errno != ENOENT)
        return err_sys(e, errno, "remove the old " POOL_SOCKET);
    control->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->fd < 0)
        return err_sys(e, errno, "make a socket");
    control_address(control->run_fd, &address);
    /* Nobody but us until it has its group: from birth, not from a chmod on. */
    mode_t mask = umask(0177);
    int bound = bind(control->fd, (const struct sockaddr *)&address, sizeof address);
    int error = errno;
    (void)umask(mask); /* cannot fail */
    if (bound != 0) {
        file_close(&control->fd);
        return err_sys(e, error, "bind " POOL_SOCKET);
    }
    if (fchownat(control->run_fd, CONTROL_NAME, (uid_t)-1, control->gid, 0) != 0 ||
        fchmodat(control->run_fd, CONTROL_NAME, 0660, 0) != 0 || listen(control->fd, CONTROL_BACKLOG) != 0 ||
        fstatat(control->run_fd, CONTROL_NAME, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        error = errno;
        file_close(&control->fd);
        (void)unlinkat(control->run_fd, CONTROL_NAME, 0); /* one that stays is replaced */
        return err_sys(e, error, "prepare " POOL_SOCKET);
    }
    control->device = info.st_dev;
    control->inode = info.st_ino;
    return 0;
}

int control_open(struct control *control, int run_fd, gid_t gid, control_answer *answer, void *context, struct err *e)
{
    *control = (struct control){.fd = -1, .run_fd = run_fd, .gid = gid, .answer = answer, .context = context};
    for (int i = 0; i < CONTROL_CLIENTS; i++)
        control->clients[i].fd = -1;
    return control_listen(control, e);
}

int control_mend(struct control *control, struct err *e)
{
    struct stat info;
    if (control->fd >= 0 && fstatat(control->run_fd, CONTROL_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        info.st_dev == control->device && info.st_ino == control->inode)
        return 0;
    file_close(&control->fd); /* what waits in its backlog is refused, and asks again */
    return control_listen(control, e) == 0 ? 1 : -1;
}

static void control_drop(struct control *control, struct control_client *client)
{
    file_close(&client->fd);
    *client = (struct control_client){.fd = -1};
    control->count--;
}

size_t control_poll(const struct control *control, struct pollfd *fds, int64_t now_us)
{
    size_t count = 0;
    fds[count++] = (struct pollfd){.fd = control->fd, .events = now_us < control->deaf_us ? 0 : POLLIN};
    for (int i = 0; i < CONTROL_CLIENTS; i++) {
        if (control->clients[i].fd >= 0)
            fds[count++] = (struct pollfd){.fd = control->clients[i].fd, .events = POLLIN};
    }
    return count;
}

static void control_accept(struct control *control, int64_t now_us)
{
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            control->deaf_us = now_us + CONTROL_DEAF_MS * INT64_C(1000); /* it waits in the backlog */
        return;
    }
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size); /* else it is nobody */
    bool may_change = peer.uid == 0 || peer.uid == geteuid();
    struct control_client *free = NULL;
    for (int i = 0; i < CONTROL_CLIENTS && free == NULL; i++) {
        if (control->clients[i].fd < 0)
            free = &control->clients[i];
    }
    if (free == NULL || (!may_change && control->count >= CONTROL_CLIENTS - CONTROL_RESERVED)) {
        struct pool_answer answer = {.magic = POOL_MAGIC, .error = EBUSY, .text = "judged: too many connections"};
        (void)send(fd, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL); /* it is closed in any case */
        (void)close(fd);                                                     /* nothing was written that matters */
        return;
    }
    /* The whole table of slots must fit, with what follows while its reader is busy. Where it may not be raised: less. */
    int bytes = CONTROL_SEND_BYTES;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); /* else the usual 208 KiB */
    *free = (struct control_client){.fd = fd, .may_change = may_change, .heard_us = now_us};
    control->count++;
}

/* The requests that have come, but only so many: others wait as well. */
static void control_read(struct control *control, struct control_client *client, int64_t now_us)
{
    for (int i = 0; i < CONTROL_TURNS && client->fd >= 0; i++) {
        struct pool_request request;
        ssize_t count = recv(client->fd, &request, sizeof request, MSG_DONTWAIT | MSG_TRUNC);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count != (ssize_t)sizeof request || request.magic != POOL_MAGIC) {
            if (count > 0)
                log_debug("control: a message of %zd bytes that is none of ours", count);
            control_drop(control, client);
            return;
        }
        client->heard_us = now_us;
        control->answer(control->context, client, &request);
    }
}

void control_ready(struct control *control, const struct pollfd *fds, size_t count, int64_t now_us)
{
    /* An answer may drop other clients, and a descriptor be used again only by accept, which comes last. */
    for (size_t i = 1; i < count; i++) {
        for (int k = 0; fds[i].revents != 0 && k < CONTROL_CLIENTS; k++) {
            if (control->clients[k].fd == fds[i].fd) {
                control_read(control, &control->clients[k], now_us);
                break;
            }
        }
    }
    if (count > 0 && fds[0].revents != 0)
        control_accept(control, now_us);
}

int64_t control_next(const struct control *control)
{
    int64_t next_us = control->deaf_us > 0 ? control->deaf_us : INT64_MAX;
    for (int i = 0; i < CONTROL_CLIENTS; i++) {
        const struct control_client *client = &control->clients[i];
        int64_t when_us = client->heard_us + CONTROL_IDLE_MS * INT64_C(1000);
        if (client->fd >= 0 && !client->watches && when_us < next_us)
            next_us = when_us;
    }
    return next_us;
}

void control_expire(struct control *control, int64_t now_us)
{
    if (control->deaf_us <= now_us)
        control->deaf_us = 0;
    for (int i = 0; i < CONTROL_CLIENTS; i++) {
        struct control_client *client = &control->clients[i];
        if (client->fd >= 0 && !client->watches && client->heard_us + CONTROL_IDLE_MS * INT64_C(1000) <= now_us)
            control_drop(control, client);
    }
}

void control_send(struct control *control, struct control_client *client, const void *message, size_t size)
{
    if (client->fd < 0)
        return; /* dropped by an earlier message of the same answer */
    if (send(client->fd, message, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size) {
        log_debug("control: a client that does not read is dropped: %s", strerror(errno));
        control_drop(control, client);
    }
}

void control_tell(struct control *control, const void *message, size_t size)
{
    for (int i = 0; i < CONTROL_CLIENTS; i++) {
        if (control->clients[i].fd >= 0 && control->clients[i].watches)
            control_send(control, &control->clients[i], message, size);
    }
}

void control_close(struct control *control)
{
    for (int i = 0; i < CONTROL_CLIENTS && control->count > 0; i++) {
        if (control->clients[i].fd >= 0)
            control_drop(control, &control->clients[i]);
    }
    if (control->fd < 0)
        return;
    file_close(&control->fd);
    (void)unlinkat(control->run_fd, CONTROL_NAME, 0); /* one that stays is replaced */
}
