/*
 * daemon.h - being a service: the one instance of a home, its pid file, and leaving the terminal.
 */
#ifndef JUDGED_DAEMON_H
#define JUDGED_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

struct daemon {
    int home_fd;  /* OJ_HOME, locked as well: the pid file may be removed */
    int run_fd;   /* OJ_HOME/run */
    int pid_fd;   /* run/judged.pid, locked */
    int ready_fd; /* whom the parent waits for, or -1 */
    bool killed;  /* the judged before this one left its pid file: it was killed, or the box went down */
};

/* Leaves the terminal: forks; the child goes on in a session of its own, with 0 from /dev/null and 1 and 2 appended to
 * home/log/judged.log. Returns 0 in the child; in the parent, once the child has said daemon_ready or is gone, 1 and *code
 * (what to exit with; the reason has been printed by then); -1 with e where nothing was forked. */
int daemon_leave(struct daemon *daemon, const char *home, int *code, struct err *e);

/* Makes home/run and home/log where they are missing, locks the pid file (fcntl: the kernel tells the holder and drops the
 * lock with the process, so a stale file is no obstacle) and writes our pid. 0, or -1 with e, which names the pid of the
 * judged that has it. The lock is this process': a fork does not have it. */
int daemon_lock(struct daemon *daemon, const char *home, struct err *e);

/* Where somebody removed the pid file or the whole of home/run since, makes and locks them again; run_fd keeps its number. 1 where
 * it did, 0, or -1 with e. */
int daemon_mend(struct daemon *daemon, const char *home, struct err *e);

/* Lets a waiting parent exit with 0, or with 1 after printing why. */
void daemon_ready(struct daemon *daemon);
void daemon_failed(struct daemon *daemon, const char *why);

/* Removes the pid file and gives the lock back. */
void daemon_unlock(struct daemon *daemon);

#endif
