/*
 * slot.h - a slot's place on the box: its lock, its uids, and the janitor that clears up after a killed worker.
 */
#ifndef JUDGE_SLOT_H
#define JUDGE_SLOT_H

#include <limits.h>
#include <sys/types.h>

#include "common/err.h"

#define SLOT_FOLDER "/run/judge"
#define SLOT_LOCAL_FIRST 100 /* slots from here on are for runs from a command line */
#define SLOT_LOCAL_LAST 599
#define SLOT_OTHER_HOME 100000 /* user ids between those of two homes with one first_uid */
#define SLOT_HOMES 20

struct slot {
    int number;
    uid_t uid; /* of cell 0; cell k has uid + k */
    int lock_fd;
    char lock_path[PATH_MAX];
    pid_t janitor;
    int janitor_fd; /* the end of this pipe starts the janitor */
};

/* Takes the lock of slot number, or of the first free local one for -1. The lock is the box's, not a home's: it stands for
 * the uids first_uid + number * 16 and up. Where another home than `home` has these, it is those SLOT_OTHER_HOME further, and so on; a
 * given one that is taken by this home is waited for up to wait_ms. 0, or -1 with e: taken (by which process), or no right. */
int slot_take(struct slot *slot, int number, int first_uid, const char *home, int wait_ms, struct err *e);

/* Starts the janitor (cell_path: the program judge_cell), which removes the groups in paths and the lock when this
 * process closes its end or dies. 0, or -1 with e. */
int slot_start_janitor(struct slot *slot, const char *cell_path, char paths[][PATH_MAX], int path_count, struct err *e);

/* Lets the janitor do its work and waits for it. Without a janitor only the lock goes. */
void slot_release(struct slot *slot);

#endif
