/*
 * residue.h - what a sandbox may leave behind, looked for: processes, groups, mounts, descriptors, objects, files, locks.
 *
 * Runs in the drivers, as root. Other sandboxes may be at work on the same box: what is looked for belongs to this one,
 * by its uids, its descent from this process, or the groups its cells were seen in.
 */
#ifndef JUDGE_TEST_RESIDUE_H
#define JUDGE_TEST_RESIDUE_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

#define RESIDUE_GROUPS 32
#define RESIDUE_TEXT 65536

struct residue {
    uid_t first_uid; /* of the slot; 0: not known */
    int fd_count;
    size_t group_count;
    char groups[RESIDUE_GROUPS][PATH_MAX];
    char mounts[RESIDUE_TEXT];
    char objects[RESIDUE_TEXT];
};

/* Notes what is there before the sandbox is. This process adopts orphans from now on. */
int residue_note(struct residue *residue, struct err *e);

/* While a sandbox of this process or of a child is open and holds a cell: notes its slot's uids and the cells' groups. */
int residue_note_sandbox(struct residue *residue, int slot, struct err *e);

/* Once it is closed, or its process dead: waits, at most wait_ms, until nothing is left. Reaps this process's children.
 * 0, or -1 with e: the first thing that is still there. */
int residue_wait(struct residue *residue, int wait_ms, struct err *e);

/* The process id of a judge_cell that descends from this process (not a janitor), the n-th of them; 0 where there is none. */
pid_t residue_find_cell(size_t n);

/* Resident memory of this process in KiB; -1 where it cannot be read. */
long residue_own_rss_kib(void);

/* Open descriptors of this process. */
int residue_own_fds(void);

#endif
