/*
 * notify.c - see notify.h. In judged.
 */
#include "judged/notify.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

enum { NOTIFY_TRIES = 100, NOTIFY_PAUSE_MS = 10 };

/* An abstract name is the bytes after a NUL, without one at the end. 0, or -1 where it is no address. */
static int notify_address(struct notify *notify, const char *name)
{
    size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof notify->address.sun_path)
        return -1;
    notify->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(notify->address.sun_path, name, length);
    notify->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
    if (name[0] == '@')
        notify->address.sun_path[0] = '\0';
    return 0;
}

static void notify_watchdog(struct notify *notify)
{
    int64_t usec, pid;
    const char *text = getenv("WATCHDOG_USEC");
    const char *who = getenv("WATCHDOG_PID");
    if (text == NULL || str_to_int64(text, 1, INT64_MAX, &usec) != 0)
        return;
    if (who != NULL && (str_to_int64(who, 1, INT32_MAX, &pid) != 0 || pid != getpid()))
        return; /* meant for another process */
    notify->watchdog_us = usec / 2 > 0 ? usec / 2 : 1;
}

void notify_open(struct notify *notify)
{
    *notify = (struct notify){.fd = -1};
    const char *name = getenv("NOTIFY_SOCKET");
    if (name != NULL && name[0] != '\0') {
        if (notify_address(notify, name) != 0)
            log_warnx("NOTIFY_SOCKET=%s is no address of a socket: systemd will not hear of us", name);
        else if ((notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
            log_warn("make a socket for systemd");
        else
            notify_watchdog(notify);
    }
    static const char *const names[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unsetenv(names[i]); /* fails for a wrong name only */
}

static int notify_try(const struct notify *notify, const char *text)
{
    if (notify->fd < 0)
        return 0;
    ssize_t count = sendto(notify->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                           (const struct sockaddr *)&notify->address, notify->length);
    return count < 0 ? -1 : 0;
}

void notify_send(const struct notify *notify, const char *text)
{
    if (notify_try(notify, text) != 0)
        log_debug("tell systemd '%s': %s", text, strerror(errno));
}

void notify_must(const struct notify *notify, const char *text)
{
    for (int i = 0; notify_try(notify, text) != 0; i++) {
        if ((errno != EAGAIN && errno != EINTR && errno != ENOBUFS) || i == NOTIFY_TRIES) {
            log_warn("tell systemd '%s'", text);
            return;
        }
        (void)poll(NULL, 0, NOTIFY_PAUSE_MS); /* a wait */
    }
}

void notify_reloading(const struct notify *notify)
{
    char text[80];
    (void)str_format(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_now_us()); /* it fits */
    notify_must(notify, text);
}

void notify_close(struct notify *notify)
{
    file_close(&notify->fd);
}
