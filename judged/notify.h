/*
 * notify.h - systemd's notification protocol, sd_notify(3), by hand: one datagram a message, no library.
 */
#ifndef JUDGED_NOTIFY_H
#define JUDGED_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t length;
    int64_t watchdog_us; /* a WATCHDOG=1 is due at least that often (half of what systemd allows); 0: never */
};

/* Takes NOTIFY_SOCKET (a path, or "@name" for an abstract socket), WATCHDOG_USEC and WATCHDOG_PID from the environment and
 * removes them, so that no child speaks for us. Where there is none, or it is wrong (a warning), the rest does nothing. */
void notify_open(struct notify *notify);

/* Sends "READY=1", "STOPPING=1", "STATUS=...": lines of NAME=value. Never blocks; a message that finds the queue full is
 * tried again for at most a second in notify_must, lost in notify_send. */
void notify_send(const struct notify *notify, const char *text);
void notify_must(const struct notify *notify, const char *text);

/* RELOADING=1 with the clock's time that Type=notify-reload wants. READY=1 ends it. */
void notify_reloading(const struct notify *notify);

void notify_close(struct notify *notify);

#endif
