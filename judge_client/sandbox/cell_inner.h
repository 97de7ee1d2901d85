/*
 * cell_inner.h - what the parts of judge_cell share. Not for judge_client.
 */
#ifndef JUDGE_CELL_INNER_H
#define JUDGE_CELL_INNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "judge_client/sandbox/cell_proto.h"

#define CELL_TMP_FOLDER "/tmp" /* the program's other writable folder */

/* The descriptors that the cell itself holds. All are closed in the child before it executes anything. */
enum { CELL_FD_CONTROL = 3, CELL_FD_LAST_PID, CELL_FD_FREE };

/* Where a step failed; both processes of a run write here, so it lies in memory that they share. */
struct cell_fault {
    int32_t step;
    int32_t error;
    char detail[96];
};

struct cell_state {
    struct cell_setup setup;
    struct cell_fault *fault;
    bool has_last_pid; /* CELL_FD_LAST_PID can be written */
    bool proc_mounted;
    int mount_count;
    char mounts[CELL_MOUNTS][128];
    bool mount_made[CELL_MOUNTS];       /* its folder or file was made for it */
    struct timespec box_time, tmp_time; /* of the folders, right before the run */
    bool box_clean, tmp_clean;          /* nothing was made in them */
};

/* Records the step that failed with errno and, where not NULL, what it failed on. Returns -1. */
int cell_fail(struct cell_state *cell, enum cell_step step, const char *detail);

/* cell_mounts.c: the root that programs see. 0, or -1 with the fault recorded. */
int cell_mount_all(struct cell_state *cell);
int cell_mount_writable(struct cell_state *cell, const char *folder);
int cell_mount_proc(struct cell_state *cell, bool wanted);
int cell_mount_extra(struct cell_state *cell, char *const *targets, const int *fds, int count);
int cell_drop(struct cell_state *cell);

/* cell_box.c: the writable folders before and after a run. */
int cell_box_begin(struct cell_state *cell);
int64_t cell_box_end(struct cell_state *cell); /* looks at them once all processes have ended: the bytes in them */
int cell_box_reset(struct cell_state *cell, bool *new_box, int64_t *cpu_us);

/* User and system time so far of RUSAGE_SELF or RUSAGE_CHILDREN. */
int64_t cell_cpu_us(int who);

/* A request as received. */
struct cell_run {
    const struct cell_request *request;
    const struct sock_filter *filter;
    char **argv;
    char **env;
    int fds[CELL_FDS];
};

/* cell_child.c: in the cloned child: gives everything up and executes the program. Returns an exit code on failure. */
int cell_child(struct cell_state *cell, const struct cell_run *run);

/* cell_clone.c: like vfork with clone3's flags: runs function(argument) in a child that shares this memory on the
 * stack given; this process waits until the child has executed a program or has exited. Returns its pid, or -1. */
pid_t cell_clone(uint64_t flags, int cgroup_fd, pid_t want_pid, void *stack, uint64_t stack_size,
                 int (*function)(void *), void *argument);

/* cell_janitor.c: see there. */
int cell_janitor(int argc, char **argv);

#endif
