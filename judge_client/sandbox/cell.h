/*
 * cell.h - a cell as its worker holds it: the process judge_cell, its socket, its folders, its group.
 */
#ifndef JUDGE_CELL_H
#define JUDGE_CELL_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"
#include "judge_client/sandbox/cell_proto.h"
#include "judge_client/sandbox/cgroup.h"

struct filter;
struct sandbox_spec;

#define CELL_KEY_SIZE 2048

struct cell {
    int k;
    uid_t uid;
    struct cell *siblings; /* all cells of the sandbox, this one among them: whoever reaps one notes it there */
    int sibling_count;
    pid_t pid;      /* 0: there is no cell; it is made when it is needed */
    int control;    /* the socket */
    int box_fd;     /* its /box; changes when the cell mounts a fresh one */
    int program_fd; /* its /program; stays when the cell ends, for the next one */
    int64_t lost;   /* how often one ended under a run without a word, or could not be made: see sandbox_cells_lost */
    bool has_group;
    struct cgroup_cell cgroup;
    char mounts[CELL_KEY_SIZE]; /* the extra mounts that it has, as "source\ntarget\n..." */
};

struct cell_options {
    const char *cell_path;
    const struct cgroup_slot *slot;
    int64_t box_bytes, box_files;
};

/* Makes cell k (cell->k and cell->uid are set, program_fd is -1 at first) where there is none, or where it has ended while
 * it was idle: then the new one has its programs. 0, or -1 with e naming the step; then there is no cell. */
int cell_ready(struct cell *cell, const struct cell_options *options, struct err *e);

/* Kills the cell with all in it and waits for its end; its group stays, to be read. Fine where there is none. */
void cell_kill(struct cell *cell);

/* cell_kill, and removes the group. What was put into /program is kept until cell_forget. */
void cell_close(struct cell *cell);
void cell_forget(struct cell *cell);

/* Copies the files of another cell's program folder into this one's. 0, or -1 with e. */
int cell_copy_programs(const struct cell *cell, int old_fd, struct err *e);

/* Notes that the process pid has ended and was reaped: a cell of that pid has no process any more. */
void cell_note_reaped(struct cell *siblings, int sibling_count, pid_t pid);

/* Gives the cell the spec's extra mounts, where they differ from those it has. 0, or -1 with e (then close the cell). */
int cell_set_mounts(struct cell *cell, const struct sandbox_spec *spec, struct err *e);

/* What cell_send_run sends besides the spec's argv and env. */
struct cell_launch {
    const struct filter *filter;
    uint32_t flags; /* CELL_HOLD, CELL_PROC, CELL_FRESH_IPC */
    uint32_t limit_count;
    struct cell_limit limits[CELL_LIMITS];
    char *strings; /* room of CELL_STRINGS_SIZE for argv and env as they are sent */
    int fds[4];    /* 0 1 2 and the group's for CLONE_INTO_CGROUP, or -1; the spec's own come behind */
};

/* Starts a run / lets the cell go on after ENDED / lets the met child go on. 0, or -1 with e. */
int cell_send_run(const struct cell *cell, const struct sandbox_spec *spec, const struct cell_launch *launch,
                  struct err *e);
int cell_send_reset(const struct cell *cell, struct err *e);
int cell_send_go(const struct cell *cell, struct err *e);

enum cell_news {
    CELL_NEWS_NONE,  /* nothing to read now */
    CELL_NEWS_MET,   /* the child has given everything up: *pid, in our namespace */
    CELL_NEWS_REPLY, /* *reply */
    CELL_NEWS_GONE,  /* the cell has ended, or is in doubt: *reply.step says where, if it could */
};

/* Reads one message. It waits for it only with wait. A fresh run folder's descriptor is taken into cell->box_fd. */
enum cell_news cell_read(struct cell *cell, bool wait, pid_t *pid, struct cell_reply *reply);

/* Sets e to the step that reply names, its detail and its errno. Always returns -1. */
int cell_fault(const struct cell_reply *reply, struct err *e);

#endif
