/*
 * cell_child.c - the last steps of a process that becomes the user's program.
 *
 * Runs in the cell's child, which shares the cell's memory: it may write to nothing but cell->fault, allocates nothing
 * and calls plain system calls only. It begins as root in the cell and holds nothing by the time it executes the
 * program: not a privilege, a group, a descriptor that its run does not give it, nor a limit it could raise.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "judge_client/sandbox/cell_inner.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

/* Without CAP_SYS_RESOURCE a hard limit cannot be raised: then what there is has to do (judgectl doctor says so). */
static int child_limit(const struct cell_limit *limit)
{
    struct rlimit value = {limit->value, limit->value};
    if (setrlimit((__rlimit_resource_t)limit->resource, &value) == 0)
        return 0;
    struct rlimit now;
    if (errno != EPERM || getrlimit((__rlimit_resource_t)limit->resource, &now) != 0)
        return -1;
    if (now.rlim_max >= value.rlim_max) {
        errno = EPERM;
        return -1;
    }
    now.rlim_cur = now.rlim_max;
    return setrlimit((__rlimit_resource_t)limit->resource, &now);
}

static int child_ids(uid_t id)
{
    /* Plain system calls: the library's functions would try to tell the other threads of a process. */
    if (syscall(SYS_setresgid, id, id, id) != 0)
        return -1;
    return (int)syscall(SYS_setresuid, id, id, id);
}

/* The tracer learns this process's pid from the byte's credentials, seizes it, and answers. */
static int child_meet_tracer(void)
{
    char byte = 's';
    if (send(CELL_FD_CONTROL, &byte, 1, MSG_NOSIGNAL) != 1)
        return -1;
    ssize_t count = recv(CELL_FD_CONTROL, &byte, 1, 0);
    if (count == 0)
        errno = EPIPE;
    return count == 1 ? 0 : -1;
}

/* What the spec gives besides becomes 3 and on, as it came: each has a larger number now than it gets. Nothing else stays. */
static int child_descriptors(const struct cell_run *run)
{
    const int *from = run->fds + (run->request->into_cgroup != 0 ? 4 : 3);
    int to = 3;
    for (uint32_t i = 0; i < run->request->more_fds; i++, to++) {
        errno = EPROTO;
        if (from[i] <= to || dup2(from[i], to) < 0)
            return -1;
    }
    return close_range((unsigned)to, ~0U, 0);
}

int cell_child(struct cell_state *cell, const struct cell_run *run)
{
    const struct cell_request *request = run->request;
    if (setpgid(0, 0) != 0) /* a session is the cell's: a new one costs 4 us */
        return cell_fail(cell, CELL_STEP_SESSION, NULL);
    for (uint32_t i = 0; i < request->limit_count; i++) {
        if (child_limit(&request->limits[i]) != 0)
            return cell_fail(cell, CELL_STEP_RLIMIT, NULL);
    }
    for (int fd = 0; fd < 3; fd++) {
        if (dup2(run->fds[fd], fd) < 0)
            return cell_fail(cell, CELL_STEP_FDS, NULL);
    }
    if (chdir(SANDBOX_RUN_FOLDER) != 0)
        return cell_fail(cell, CELL_STEP_FOLDER, NULL);
    if (child_ids(cell->setup.uid) != 0)
        return cell_fail(cell, CELL_STEP_IDS, NULL);
    if (child_meet_tracer() != 0)
        return cell_fail(cell, CELL_STEP_HANDSHAKE, NULL);
    if (child_descriptors(run) != 0)
        return cell_fail(cell, CELL_STEP_FDS, NULL);
    struct sock_fprog program = {
        .len = (unsigned short)request->filter_length,
        .filter = (struct sock_filter *)(uintptr_t)run->filter, /* the kernel only reads it */
    };
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != 0)
        return cell_fail(cell, CELL_STEP_FILTER, NULL);
    (void)execve(run->argv[0], run->argv, run->env); /* returns only when it fails */
    return cell_fail(cell, CELL_STEP_EXEC, run->argv[0]);
}
