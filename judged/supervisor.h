/*
 * supervisor.h - the pool: workers and judge_node, kept running, told to end, asked after.
 *
 * Theory of operation. One process, one loop around poll(2), no thread. What wakes it: a signal (signalfd), a report on a
 * slot's pipe, a request on the control socket, or the next time by the clock (a start that is due, a slot that has been
 * silent for too long). Each becomes an event of a slot; slot_table says what follows. It opens no database and no queue,
 * reads judge.conf and messages of fixed size, and allocates nothing after its start: there is nothing that could hang or
 * corrupt it. A worker holds the truth about its job; what is lost with a worker, the queue delivers again.
 */
#ifndef JUDGED_SUPERVISOR_H
#define JUDGED_SUPERVISOR_H

#include <stdbool.h>

#include "common/err.h"
#include "common/settings.h"
#include "judged/notify.h"
#include "judged/slot.h"

enum { SUPERVISOR_SLOTS = 100 }; /* the box's slots from here on are for runs from a command line */

struct supervisor_config {
    const char *home;          /* OJ_HOME, absolute */
    const char *client, *node; /* the programs judge_client and judge_node */
    const char *cgroup_parent; /* "" or the group for the workers' groups */
    const struct slot_times *times;
    const struct notify *notify;
    struct daemon *daemon; /* which holds the home's lock */
    bool debug;
    bool once; /* workers judge what waits, then all end */
};

struct supervisor;

/* Settings as judged needs them: without the passwords, which are its children's business. 0, or -1 with e. */
int supervisor_read_settings(struct settings *settings, const char *home, struct err *e);

/* Listens on the control socket, takes over SIGTERM, SIGINT, SIGHUP and SIGCHLD, becomes the reaper of orphans; starts no
 * child yet. What config points to must outlive it; settings is copied. NULL with e. */
struct supervisor *supervisor_new(const struct supervisor_config *config, const struct settings *settings,
                                  struct err *e);

/* Runs the pool until SIGTERM or SIGINT has drained it (workers are killed after the grace time or at the second signal,
 * judge_node 10 s after them or at the third), or until `once` is done. Returns the exit code: 0; 1 where a process could not be ended, or `once` could not be done. */
int supervisor_run(struct supervisor *supervisor);

void supervisor_free(struct supervisor *supervisor);

#endif
