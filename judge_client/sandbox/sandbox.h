/*
 * sandbox.h - runs programs that nobody trusts, under exact limits, and says what happened.
 *
 * Theory of operation. judge_client (root) opens a sandbox for its slot. It holds up to SANDBOX_CELLS cells, made when
 * first needed: each is a process `judge_cell`, pid 1 of its own pid, mount, net, ipc and uts namespaces, chrooted into
 * a run folder that exists in that mount namespace only, with a uid and a cgroup of its own. For a run the cell clones
 * a child; the child gives up everything it has, is seized by judge_client with ptrace, installs the seccomp filter of
 * its policy, and executes the program. The cell then waits for the end, kills whatever is left in its pid namespace,
 * and puts its folders back as they were. judge_client meanwhile enforces the limits, drains the outputs, and names
 * what the filter refused. When judge_client dies, the kernel kills cell and programs, and a janitor removes the groups.
 *
 * Three outcomes never mix: what the program did is a struct sandbox_result; what we could not do is -1 and an err
 * that names the step, after which nothing of the run is left; a broken cell is thrown away and made anew.
 */
#ifndef JUDGE_SANDBOX_H
#define JUDGE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct policy;
struct record;
struct sandbox;

#define SANDBOX_CPU_ANY (-2)
#define SANDBOX_CELLS 16                  /* programs at once in one sandbox; also the uids a slot owns */
#define SANDBOX_RUN_FOLDER "/box"         /* in the cell: the program's current folder, writable, empty at the start */
#define SANDBOX_PROGRAM_FOLDER "/program" /* in the cell: what sandbox_put_program wrote, read-only */

enum sandbox_limit {
    SANDBOX_LIMIT_NONE,
    SANDBOX_LIMIT_CPU,
    SANDBOX_LIMIT_WALL,
    SANDBOX_LIMIT_MEMORY,
    SANDBOX_LIMIT_OUTPUT,
    SANDBOX_LIMIT_PROCESSES,
};

/* The words of `judgectl run`'s JSON: "cpu" "wall" "memory" "output" "processes"; "none" for SANDBOX_LIMIT_NONE. */
const char *sandbox_limit_name(enum sandbox_limit limit);

struct sandbox_limits {
    int64_t cpu_us;    /* of all processes together */
    int64_t wall_us;   /* from the exec of the program to its end */
    int64_t mem_kib;   /* of all processes together, with what they write to the run folder */
    int64_t out_bytes; /* captured outputs together, each file, and the run folder as a whole */
    int64_t stack_kib; /* of the main thread */
    int processes;     /* processes and threads at once */
    int open_files;
};

/* A file that is put into the run folder before the program starts, owned by the program. */
struct sandbox_file {
    const char *name; /* one component */
    int fd;           /* its content is read from offset 0; stays the caller's */
    unsigned mode;    /* permission bits */
};

/* A file or folder of the box that the program sees read-only at target (absolute, made when it is missing). */
struct sandbox_mount {
    const char *source;
    const char *target;
};

struct sandbox_spec {
    const char *const *argv; /* argv[0]: absolute path in the cell, executed as it is; NULL-terminated */
    const char *const *env;  /* NULL-terminated */
    /* Descriptors for 0 1 2. Taken over and closed by sandbox_run in every case. 0: -1 is /dev/null. 1, 2: -1 is a pipe that
     * is drained into sink[] and counted against out_bytes. */
    int fd[3];
    int sink[3]; /* [1], [2]: where a captured output is written (stays the caller's), or -1 to discard it */
    /* Further descriptors, 3 and on, taken over as those are. Pipes belong to the program's uid then: with proc it may open them
     * again, as /proc/self/fd/3. */
    const int *more;
    size_t more_count;
    const struct policy *policy;
    struct sandbox_limits limits;
    bool proc; /* mount /proc, read-only, with the program's own processes only */
    const struct sandbox_file *files;
    size_t file_count;
    const struct sandbox_mount *mounts;
    size_t mount_count;
    /* Of programs that run together: */
    bool last_words; /* hooks->ended hears of it before its descriptors are closed */
    uint32_t
        waits_for; /* bit j: the time in which specs[j] computes, or is ready to, is not counted in this one's wall time; and where all wait in
                            * read and write for a second, nobody computing, this one's wall limit is reached */
    int64_t written_bytes; /* to pipes and files together, by the kernel's count, looked at each 50 ms; 0: no limit */
};

struct sandbox_result {
    int exit_code;            /* 0 to 255, or -1 where it did not exit by itself */
    int signal;               /* that ended it (not ours), or 0 */
    enum sandbox_limit limit; /* reached */
    bool refused;             /* by the policy: */
    int refused_nr;
    char refused_name[40]; /* "socket"; of another architecture "i386:getpid" */
    bool stopped;          /* stopped itself (SIGSTOP and its like) */
    bool cancelled;        /* stop_fd became readable */
    bool dismissed;        /* hooks->ended said so */
    int not_executed;      /* errno with which the kernel refused to execute argv[0], which is there; 0: it ran */
    int64_t cpu_us;        /* user and system */
    int64_t cpu_limit_us;  /* as in the spec */
    int64_t wall_us;
    int64_t mem_kib;       /* peak */
    int64_t out_bytes;     /* captured, with what was cut off */
    int processes;         /* peak, threads counted */
    int64_t written_bytes; /* where the spec has a limit of them: what was seen last */
    bool
        dead_lock; /* with SANDBOX_LIMIT_WALL: all programs waited for each other for a second; the wall limit was not reached */
    char waits_in
        [24];     /* of one that ran together with others, when one of them reached the wall limit: "read"; "": none */
    int waits_fd; /* and its first argument */
};

/* How one of several programs ended. */
struct sandbox_ending {
    bool
        leaving; /* it ends by itself, and its descriptors are still open: what the others do now is not due to its end */
    int exit_code; /* or -1: a signal, or one of ours: */
    int signal;    /* that ended it, or 0 */
    bool by_us;    /* a limit, a refused call, or it stopped itself */
    enum sandbox_limit limit;
    bool held; /* another one left before and is held: this end is not due to that one */
    int64_t
        hold_us; /* out, of one that is leaving: it goes after that time, or when all others have ended or wait in a call */
};

/* Any member may be 0 (stop_fd: -1). */
struct sandbox_hooks {
    int stop_fd;                 /* readable: the runs end, cancelled */
    void (*tick)(void *context); /* at least each second while programs run; must not block */
    /* After the end of program k, all its processes dead, its run folder as they left it: box_fd is that folder.
     * Open what is wanted with sandbox_open_left; everything is removed afterwards. 0, or -1 with e (sandbox_run then fails). */
    int (*collect)(void *context, size_t k, int box_fd, struct err *e);
    /* Program k of several has ended, or is leaving: once for each, in the order of it. Returns which are to be ended now, bit j
     * for program j; those are not told of. */
    uint32_t (*ended)(void *context, size_t k, struct sandbox_ending *how);
    void *context;
    size_t first_cell; /* specs[0] runs in this cell, specs[k] in the k-th after it */
};

struct sandbox_config {
    int lock_wait_ms; /* how long a slot that is still in use is waited for (its last owner's janitor at work) */
    int slot;         /* 0..; -1: the first from 100 up that is free */
    int first_uid;    /* cell k runs programs as first_uid + slot * 16 + k; 0: 40000 */
    int cpu; /* processor that worker, cells and programs are pinned to; -1: the last that is allowed; SANDBOX_CPU_ANY: none */
    int tier;                  /* enum cgroup_tier, or -1 for the best there is */
    const char *home;          /* OJ_HOME: two homes get different groups */
    const char *cell_path;     /* the program judge_cell; NULL: beside this program, else where it was installed */
    const char *cgroup_parent; /* "" or the group that systemd delegated */
    int64_t box_bytes;         /* size of the run folder; 0: 512 MiB */
    int64_t box_files;         /* files in it; 0: 16384 */
};

/* Opens a sandbox: takes the slot's lock, finds the cgroup tier, starts the janitor, pins this process. Needs root.
 * Returns it, or NULL with e: slot taken, not root, a namespace or system call that the kernel lacks. */
struct sandbox *sandbox_open(const struct sandbox_config *config, struct err *e);

/* Ends cells and janitor, removes groups and lock. NULL is fine. */
void sandbox_close(struct sandbox *sandbox);

/* Puts the file name with fd's content (from offset 0) and mode 0555 into cell k's program folder / empties that folder.
 * 0 or -1 with e. fd stays the caller's. */
int sandbox_put_program(struct sandbox *sandbox, size_t k, const char *name, int fd, struct err *e);
int sandbox_clear_program(struct sandbox *sandbox, size_t k, struct err *e);

/* Empties cell `to`'s program folder and puts there what is in cell `from`'s. 0 or -1 with e. */
int sandbox_share_programs(struct sandbox *sandbox, size_t from, size_t to, struct err *e);

/* Runs n programs at once, specs[k] in cell k (after hooks->first_cell), and waits until all have ended. 0 with results[k] filled, or -1 with e: a
 * fault of ours (set-up step, disk full on a sink, argv[0] is not there); then none of them runs any more. A file that is
 * there and that the kernel does not execute (not a program, no such interpreter or loader) is a result, not_executed:
 * whose fault that is depends on who made the file. */
int sandbox_run(struct sandbox *sandbox, const struct sandbox_spec *specs, struct sandbox_result *results, size_t n,
                const struct sandbox_hooks *hooks, struct err *e);

/* Record mode (record.h): from now on each run is as open as its record says and counts in it, until this is called with NULL. */
void sandbox_record(struct sandbox *sandbox, struct record *record);

/* Whether a filter can be made of the policy: 0, or -1 with e. */
int sandbox_check_policy(const struct policy *policy, struct err *e);

/* Sets e to why the program of a result with not_executed was not executed: for callers whose own file it was. Returns -1. */
int sandbox_not_executed(const struct sandbox_spec *spec, const struct sandbox_result *result, struct err *e);

/* Opens the regular file name below box_fd for reading: no symbolic link on the way, no other file system, no fifo or
 * device. The descriptor, or -1 with e. */
int sandbox_open_left(int box_fd, const char *name, struct err *e);

/* What the sandbox counts with: "v2", "v1" or "none"; and its slot. */
const char *sandbox_tier_name(const struct sandbox *sandbox);

/* For --cgroup: the config's tier of that name (NULL: -1, the best there is), or -2 with e / 0 where the open sandbox has
 * the tier that was asked for, or -1 with e: this box offers less. */
int sandbox_tier_of_name(const char *name, struct err *e);
int sandbox_check_tier(const struct sandbox *sandbox, const char *name, struct err *e);
int sandbox_slot(const struct sandbox *sandbox);

/* How often a cell has ended under a run with no word of why, and not for want of memory (somebody has killed it), or could not be
 * made. The run's fault is none of what ran, and the next run has a new cell. */
int64_t sandbox_cells_lost(const struct sandbox *sandbox);

/* The config's OJ_HOME. */
const char *sandbox_home(const struct sandbox *sandbox);

#endif
