/*
 * cell_janitor.c - removes what a worker cannot remove when it is killed: its control groups and its slot's lock.
 *
 * judge_cell in its second role: `janitor LOCK GROUP...`, root, in a session of its own, descriptor 0 a pipe whose
 * other end only the worker holds, descriptor 3 the lock itself. At the end of the pipe, by a close or by the worker's
 * death, it kills what is left in the groups, removes them, removes the lock's file while it still holds the lock,
 * and exits: 0, or 1 after one line on standard error. It must never stop before that, so it ignores what asks it to.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "judge_client/sandbox/cell_inner.h"
#include "judge_client/sandbox/cgroup.h"

#include "common/banned.h"

/* An orphan that has died is in its group until the box's init has reaped it, and some take their time. */
enum { JANITOR_WAIT_MS = 60000 };

int cell_janitor(int argc, char **argv)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        (void)signal(ignored[i], SIG_IGN); /* these signals exist */
    if (argc < 2)
        return 2;
    char byte;
    ssize_t count;
    do {
        count = read(STDIN_FILENO, &byte, 1);
    } while (count > 0 || (count < 0 && errno == EINTR));
    int status = 0;
    for (int i = 2; i < argc; i++) {
        struct err e;
        if (cgroup_remove(argv[i], JANITOR_WAIT_MS, &e) != 0) {
            dprintf(STDERR_FILENO, "judge_cell: janitor: %s\n", e.text);
            status = 1;
        }
    }
    if (unlink(argv[1]) != 0 && errno != ENOENT) {
        dprintf(STDERR_FILENO, "judge_cell: janitor: remove %s: %s\n", argv[1], strerror(errno));
        status = 1;
    }
    return status;
}
