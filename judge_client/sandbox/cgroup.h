/*
 * cgroup.h - limits and counts of all processes of a run together, on cgroup v2, v1, or without any.
 *
 * Theory of operation. A box offers a layout, found once. Each sandbox (a worker's slot) has one group in it, each of
 * its cells a group below. On v1 the cell is a member of its group in each hierarchy and its children are born there;
 * before a run the limits are set and the peak is reset. On v2 the cell sits in a leaf of its own, and every run gets
 * a fresh group, into which the cell clones its child (CLONE_INTO_CGROUP): a peak cannot be reset before Linux 6.12.
 * Moving a process between groups (writing cgroup.procs) can take 10 ms, so it happens once a cell, never in a run.
 * Runs as root, in judge_client; nothing here blocks but rmdir's wait for dying processes.
 */
#ifndef JUDGE_CGROUP_H
#define JUDGE_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

enum cgroup_tier { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

#define CGROUP_NAME_SIZE 64

/* Where groups are made; an empty path means that this box cannot count or limit that. On v2 all are one path, cpu is
 * always set, and memory or pids are empty where the kernel keeps that controller from v2. */
struct cgroup_layout {
    enum cgroup_tier tier;
    char memory[PATH_MAX];
    char cpu[PATH_MAX]; /* v1: cpuacct */
    char pids[PATH_MAX];
};

/* A slot's group: one folder a hierarchy (v2: one), at most 3. */
struct cgroup_slot {
    const struct cgroup_layout *layout;
    char name[CGROUP_NAME_SIZE];
    int path_count;
    char paths[3][PATH_MAX]; /* in the order in which they are best removed: pids first, so that nothing can fork */
};

/* A cell's group. Descriptors are -1 where the tier has no such file. */
struct cgroup_cell {
    const struct cgroup_slot *slot;
    int k;
    int dir_memory, dir_cpu, dir_pids; /* v1: the groups; v2: all -1 but dir_cell */
    int dir_cell;                      /* v2: the cell's own folder, which holds `cell` and the runs' groups */
    int dir_run;                       /* v2: the group of the run that is under way */
    int usage_fd;                      /* v1 cpuacct.usage, v2 the run's cpu.stat */
    int peak_fd, oom_fd, pids_fd;      /* v1: memory.max_usage_in_bytes, memory.oom_control, pids.events */
    int memory_fd, tasks_fd;           /* v1: memory.usage_in_bytes, pids.current */
    int kernel_fd;                     /* v1: memory.kmem.usage_in_bytes */
    int64_t kernel_kib;                /* v1: what the kernel keeps in the group for good */
    int members;                       /* v1: 1 once the cell has entered, else 0 */
    int64_t limit_kib;                 /* v1: what is set now, -1 for nothing yet */
    int processes;                     /* v1: what is set now */
    uint64_t run;                      /* v2: number of the run, for its group's name */
    int64_t cpu_base_us, memory_base_kib, oom_base, pids_base; /* read at the start of the run */
};

struct cgroup_usage {
    int64_t cpu_us;       /* -1: cannot be known here */
    int64_t peak_kib;     /* of memory, above what the group held at the start; -1: cannot be known here */
    int64_t oom_kills;    /* in this run */
    int64_t pids_refused; /* forks refused for the limit of processes in this run; 0 where it cannot be known */
};

/* Finds what this box offers. root is "" on a real box, or the folder of a fake tree (with root/proc/self/mountinfo,
 * root/proc/self/cgroup and the mount points below it) in tests. force limits the choice: -1 the best there is, else an
 * enum cgroup_tier. parent is "" or the group below the v2 mount in which groups are to be made (systemd's delegation).
 * Never fails: what is not there is an empty path; e says why the tier is not better (one line), or is untouched. */
void cgroup_find(struct cgroup_layout *layout, const char *root, int force, const char *parent, struct err *e);

/* Makes the group `name` of a slot in each hierarchy, after removing what an earlier owner of that name left behind
 * (processes in it are killed). 0, or -1 with e. Close removes the groups. */
int cgroup_slot_open(struct cgroup_slot *slot, const struct cgroup_layout *layout, const char *name, struct err *e);
int cgroup_slot_close(struct cgroup_slot *slot, struct err *e);

/* Kills what is in the group path and all below it, and removes them, waiting for the dying at most wait_ms.
 * What was not there is no error. Self-contained (no allocation), the janitor uses it too: cgroup_remove.c needs err.c
 * alone. Of a v1 slot's groups the one of pids goes first: it is closed to forks. 0, or -1 with e. */
int cgroup_remove(const char *path, int wait_ms, struct err *e);

/* Makes the group of cell k (with its leaf on v2); enter puts the process pid in it; close removes it. 0, or -1 with e. */
int cgroup_cell_open(struct cgroup_cell *cell, const struct cgroup_slot *slot, int k, struct err *e);
int cgroup_cell_enter(struct cgroup_cell *cell, pid_t pid, struct err *e);
int cgroup_cell_close(struct cgroup_cell *cell, struct err *e);

/* Begins a run: limits set, figures reset. mem_kib and processes are the program's; the margin for the kernel's own
 * memory and for the cell is added here. *into_fd is the descriptor for CLONE_INTO_CGROUP (v2; owned by the cell's
 * struct) or -1. 0, or -1 with e. */
int cgroup_run_begin(struct cgroup_cell *cell, int64_t mem_kib, int processes, int *into_fd, struct err *e);

/* CPU time of the run so far in microseconds; -1 where it cannot be known. On v1 it lags by up to 4 ms. */
int64_t cgroup_run_cpu_us(const struct cgroup_cell *cell);

/* How many processes the kernel has killed in the run so far because memory ran out; 0 where it cannot be known. */
int64_t cgroup_run_oom_kills(const struct cgroup_cell *cell);

/* Reads the figures once all the run's processes are gone, and proves that they are: the run's group is removed (v2)
 * or holds the cell alone (v1). 0, or -1 with e where it does not: then the cell must not be used again. */
int cgroup_run_end(struct cgroup_cell *cell, struct cgroup_usage *usage, struct err *e);

#endif
