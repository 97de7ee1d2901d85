/*
 * cgroup_parts.h - what cgroup.c and the two tiers share. Nobody else includes it but the unit test.
 */
#ifndef JUDGE_CGROUP_PARTS_H
#define JUDGE_CGROUP_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "judge_client/sandbox/cgroup.h"

#define CGROUP_REMOVE_MS 2000 /* how long a removal waits for killed processes to be gone */
#define CGROUP_END_MS 1000    /* how long the end of a run waits for its group to be empty */

/* What a tier does. The groups of the cell are there when attach is called; each may fail with -1 and e. */
struct cgroup_functions {
    int (*attach)(struct cgroup_cell *cell, struct err *e); /* opens the cell's descriptors; on v2 makes the leaf */
    int (*enter)(struct cgroup_cell *cell, pid_t pid, struct err *e);
    int (*begin)(struct cgroup_cell *cell, int64_t limit_kib, int processes, int *into_fd, struct err *e);
    int64_t (*cpu_us)(const struct cgroup_cell *cell);
    int64_t (*oom_kills)(const struct cgroup_cell *cell);
    int (*end)(struct cgroup_cell *cell, struct cgroup_usage *usage, struct err *e);
};

extern const struct cgroup_functions cgroup_v1, cgroup_v2;

/* Sets all descriptors of the cell to -1 and its figures to nothing; closes its descriptors. */
void cgroup_cell_clear(struct cgroup_cell *cell);
void cgroup_cell_fini(struct cgroup_cell *cell);

/* The path of the cell's group below the slot's folder of one hierarchy (layout's memory, cpu or pids). 0, or -1 with e. */
int cgroup_cell_path(const struct cgroup_cell *cell, const char *hierarchy, char *path, size_t size, struct err *e);

/* The number after key at the beginning of a line of the small file fd, read from offset 0; key "" is the file's first
 * number. -1 where fd is -1, cannot be read, or does not say. */
int64_t cgroup_read_number(int fd, const char *key);

/* Writes number in decimal to the file name below dir_fd. 0, or -1 with errno. */
int cgroup_write_number(int dir_fd, const char *name, int64_t number);

/* Sleeps a little, a little longer each time: *pause_us is 0 at first. False once deadline_us (clock.h) has passed. */
bool cgroup_wait(int64_t deadline_us, int64_t *pause_us);

/* The limit that is written for a program that may use mem_kib with so many processes: see cgroup.c. */
int64_t cgroup_limit_kib(int64_t mem_kib, int processes);

#endif
