/*
 * cell_proto.h - the messages between judge_client and judge_cell, over one SOCK_SEQPACKET pair, in the box's own byte
 * order: both programs are of one build, and the first message proves it.
 *
 *   judge_client                         judge_cell                      its child
 *   struct cell_setup             ->
 *                                 <-     struct cell_reply (fds: /box, /program)
 *   struct cell_request, MOUNTS   ->                                              (only when they change)
 *                                 <-     struct cell_reply
 *   struct cell_request, RUN      ->     clones                          gives everything up
 *   (fds: 0 1 2 [cgroup] 3...)    <--------------------------------------  one byte, its pid by SCM_CREDENTIALS
 *   seizes, one byte              -------------------------------------->  filter, execve
 *                                        waits, sweeps
 *                                 <-     struct cell_reply, ENDED        (only with CELL_HOLD)
 *   struct cell_request, RESET    ->
 *                                 <-     struct cell_reply, CLEAN (fd: /box, where it was mounted anew)
 */
#ifndef JUDGE_CELL_PROTO_H
#define JUDGE_CELL_PROTO_H

#include <linux/filter.h>
#include <stdint.h>

#define CELL_PROTOCOL 2
#define CELL_MESSAGE_SIZE (128 * 1024)                    /* the largest request: header, filter, strings */
#define CELL_STRINGS_SIZE (CELL_MESSAGE_SIZE - 16 * 1024) /* of it for arguments and environment */
#define CELL_MOUNTS 16                                    /* extra mounts at once */
#define CELL_LIMITS 10                                    /* rlimits */
#define CELL_MORE_FDS 30                                  /* of a program besides 0 1 2 */
#define CELL_FDS (CELL_MORE_FDS + 4)                      /* descriptors with one message */

/* What can fail in the cell or in its child, and the words for it. */
#define CELL_STEPS(STEP)                                                                                               \
    STEP(NONE, "nothing")                                                                                              \
    STEP(PROTOCOL, "understand the request (are judge_client and judge_cell of one build?)")                           \
    STEP(EXEC_CELL, "execute judge_cell")                                                                              \
    STEP(GUARD, "tie the cell to its worker")                                                                          \
    STEP(PRIVATE, "make the mounts private")                                                                           \
    STEP(MOUNT_ROOT, "mount the root folder")                                                                          \
    STEP(MAKE, "make a folder of the root")                                                                            \
    STEP(BIND, "mount read-only")                                                                                      \
    STEP(MOUNT_BOX, "mount the run folder")                                                                            \
    STEP(MOUNT_PROC, "mount /proc with subset=pid")                                                                    \
    STEP(PIVOT, "pivot into the root folder")                                                                          \
    STEP(DROP, "give up privileges")                                                                                   \
    STEP(CLONE, "clone the program's process")                                                                         \
    STEP(SESSION, "start a process group")                                                                             \
    STEP(RLIMIT, "set a resource limit")                                                                               \
    STEP(FDS, "set up descriptors 0 to 2")                                                                             \
    STEP(IDS, "change to the cell's uid")                                                                              \
    STEP(FOLDER, "enter the run folder")                                                                               \
    STEP(HANDSHAKE, "meet the tracer")                                                                                 \
    STEP(FILTER, "install the seccomp filter")                                                                         \
    STEP(EXEC, "execute the program")                                                                                  \
    STEP(PROGRAM, "execute the program, which is there")                                                               \
    STEP(SWEEP, "end all processes")                                                                                   \
    STEP(IPC, "make a fresh ipc namespace")                                                                            \
    STEP(RESET, "empty the run folder")

enum cell_step {
#define CELL_STEP_ENUM(name, text) CELL_STEP_##name,
    CELL_STEPS(CELL_STEP_ENUM)
#undef CELL_STEP_ENUM
        CELL_STEP_COUNT
};

struct cell_setup {
    uint32_t protocol; /* CELL_PROTOCOL */
    uint32_t size;     /* sizeof(struct cell_request): another build differs here */
    uint32_t uid;      /* of the programs; the gid is the same number */
    uint32_t pad;
    int64_t box_bytes;
    int64_t box_files;
};

enum cell_kind { CELL_READY = 1, CELL_MOUNTS_SET, CELL_RUN, CELL_ENDED, CELL_RESET, CELL_CLEAN };

enum cell_flag {
    CELL_HOLD = 1,      /* request: after the end, answer ENDED and wait for RESET */
    CELL_PROC = 2,      /* request: /proc is there */
    CELL_FRESH_IPC = 4, /* request: the policy lets the program make SysV or POSIX ipc objects */
    CELL_NEW_BOX = 8,   /* reply: the run folder was mounted anew, its descriptor comes along */
};

struct cell_limit {
    int32_t resource; /* RLIMIT_* */
    int32_t pad;
    uint64_t value; /* soft and hard */
};

/* Followed by: filter_length struct sock_filter, then argc + envc strings (RUN) or mount_count targets (MOUNTS), each
 * with its NUL. Descriptors: RUN 0 1 2, with into_cgroup the group's, then more_fds that become 3 and on; MOUNTS one detached mount each. */
struct cell_request {
    uint32_t kind;
    uint32_t flags;
    uint32_t argc;
    uint32_t envc;
    uint32_t mount_count;
    uint32_t filter_length;
    uint32_t string_bytes;
    uint32_t into_cgroup;
    uint32_t limit_count;
    uint32_t more_fds;
    struct cell_limit limits[CELL_LIMITS];
};

struct cell_reply {
    uint32_t kind;
    uint32_t flags;
    int32_t step;            /* enum cell_step that failed, or CELL_STEP_NONE */
    int32_t error;           /* errno of that step */
    int64_t children_cpu_us; /* user and system time of what the cell has waited for in this run */
    int64_t left_bytes;      /* what the run folder and /tmp held at the end */
    int64_t reset_cpu_us;    /* the cell's own time, for making the folders anew */
    char detail[96];         /* which file, for some steps */
};

#endif
