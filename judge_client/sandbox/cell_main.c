/*
 * cell_main.c - judge_cell: the init of a prepared sandbox.
 *
 * Root (with few capabilities), pid 1 of its own pid, mount, net, ipc and uts namespaces, started by judge_client with a
 * socket as descriptor 0. It serves one request after the other: clone a child that becomes the user's program, wait
 * for its end, kill everything else in the namespace, put the folders back. It is small because what spawns a program
 * is the start of the program's memory figure. It must never hold anything of one run in the next, and never outlive
 * its worker: the kernel kills it when the worker dies, and the end of the socket ends it.
 *
 * Its second role, `judge_cell janitor ...`, is cell_janitor.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/sandbox/cell_inner.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { CELL_STACK = 32 * 1024, CELL_STRINGS = 8192 };

int cell_fail(struct cell_state *cell, enum cell_step step, const char *detail)
{
    cell->fault->error = errno;
    cell->fault->step = (int32_t)step;
    (void)str_copy(cell->fault->detail, sizeof cell->fault->detail, detail == NULL ? "" : detail); /* cut is fine */
    return -1;
}

/* A message as received, with its descriptors. */
struct cell_message {
    union {
        char bytes[CELL_MESSAGE_SIZE];
        struct cell_setup setup;
        struct cell_request request;
    } u;
    size_t length;
    int fds[CELL_FDS];
    int fd_count;
    char *strings[CELL_STRINGS];
};

/* Returns 1 with a message, 0 at the end of the socket, -1 with the fault recorded. */
static int receive(struct cell_state *cell, struct cell_message *message)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CELL_FDS)];
    } control;
    struct iovec part = {message->u.bytes, sizeof message->u.bytes};
    struct msghdr header;
    ssize_t count;
    do { /* one byte: the word to go on, for a child that was killed before it could read it */
        header = (struct msghdr){
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
        count = recvmsg(CELL_FD_CONTROL, &header, MSG_CMSG_CLOEXEC);
    } while (count == 1);
    if (count == 0)
        return 0;
    if (count < 0 || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return cell_fail(cell, CELL_STEP_PROTOCOL, "receive");
    message->length = (size_t)count;
    message->fd_count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        message->fd_count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(message->fds, CMSG_DATA(c), sizeof(int) * (size_t)message->fd_count);
    }
    return 1;
}

static int reply(struct cell_state *cell, struct cell_reply *answer, const int *fds, int fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 2)];
    } control;
    answer->step = cell->fault->step;
    answer->error = cell->fault->error;
    memcpy(answer->detail, cell->fault->detail, sizeof answer->detail);
    struct iovec part = {answer, sizeof *answer};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count);
        struct cmsghdr *c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)fd_count);
    }
    return sendmsg(CELL_FD_CONTROL, &header, MSG_NOSIGNAL) == (ssize_t)sizeof *answer ? 0 : -1;
}

/* Closes what came with the last message and whatever else is not the cell's own. */
static void close_received(const struct cell_message *message)
{
    if (message->fd_count > 0)
        (void)close_range(CELL_FD_FREE, ~0U, 0); /* the kernel has it: sandbox_open asked */
}

/* Splits the strings of a request into message->strings: argc, NULL, envc, NULL (or the mounts' targets). */
static int split(struct cell_state *cell, struct cell_message *message, struct cell_run *run)
{
    const struct cell_request *request = &message->u.request;
    size_t filter_bytes = (size_t)request->filter_length * sizeof(struct sock_filter);
    errno = EPROTO;
    if (message->length != sizeof *request + filter_bytes + request->string_bytes ||
        request->argc + request->envc + request->mount_count + 2 > CELL_STRINGS || request->limit_count > CELL_LIMITS)
        return cell_fail(cell, CELL_STEP_PROTOCOL, "lengths");
    run->request = request;
    run->filter = (const struct sock_filter *)(const void *)(message->u.bytes + sizeof *request);
    run->argv = message->strings;
    run->env = message->strings + request->argc + 1;
    char *next = message->u.bytes + sizeof *request + filter_bytes;
    char *end = next + request->string_bytes;
    size_t first = request->kind == CELL_MOUNTS_SET ? request->mount_count : request->argc;
    size_t at = 0;
    for (size_t i = 0; i < first + request->envc; i++) {
        char *nul = next < end ? memchr(next, '\0', (size_t)(end - next)) : NULL;
        if (nul == NULL)
            return cell_fail(cell, CELL_STEP_PROTOCOL, "strings");
        if (i == first)
            message->strings[at++] = NULL;
        message->strings[at++] = next;
        next = nul + 1;
    }
    if (request->envc == 0)
        message->strings[at++] = NULL;
    message->strings[at] = NULL;
    return 0;
}

struct child_argument {
    struct cell_state *cell;
    const struct cell_run *run;
};

static int child_start(void *argument)
{
    const struct child_argument *child = argument;
    (void)cell_child(child->cell, child->run); /* it has recorded what failed */
    return 127;
}

/* Kills all in this namespace and waits until there is none. A zombie that is traced shows up once its tracer reaped it. */
static int sweep(struct cell_state *cell)
{
    for (;;) {
        if (kill(-1, SIGKILL) != 0 && errno == ESRCH)
            break;
        pid_t pid;
        do {
            pid = wait4(-1, NULL, __WALL, NULL);
        } while (pid > 0 || (pid < 0 && errno == EINTR));
        if (errno != ECHILD)
            return cell_fail(cell, CELL_STEP_SWEEP, NULL);
    }
    return 0;
}

int64_t cell_cpu_us(int who)
{
    struct rusage usage;
    if (getrusage((__rusage_who_t)who, &usage) != 0)
        return 0;
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* The next process gets number 2 again, so that a program cannot count the runs before it. */
static void reset_pids(const struct cell_state *cell)
{
    if (cell->has_last_pid && pwrite(CELL_FD_LAST_PID, "1", 1, 0) != 1)
        errno = 0; /* set_tid still gives the first process its number */
}

/* execve has refused: is it the file that is to blame, which may be the student's? What only the box can lack, a descriptor
 * or memory, stays a fault. Asked here, as the child is under the filter. */
static void blame_program(struct cell_state *cell, const struct cell_run *run)
{
    static const int of_the_file[] = {ENOENT,  ENOTDIR, ENAMETOOLONG, ELOOP,  EACCES, EPERM,
                                      ENOEXEC, ELIBBAD, EINVAL,       EISDIR, E2BIG,  EIO};
    struct stat info;
    for (size_t i = 0; i < sizeof of_the_file / sizeof *of_the_file && run->argv[0] != NULL; i++) {
        if (cell->fault->step == CELL_STEP_EXEC && cell->fault->error == of_the_file[i] &&
            lstat(run->argv[0], &info) == 0)
            cell->fault->step = CELL_STEP_PROGRAM;
    }
}

static int run_child(struct cell_state *cell, const struct cell_run *run)
{
    static char stack[CELL_STACK] __attribute__((aligned(16)));
    struct child_argument argument = {cell, run};
    int cgroup_fd = run->request->into_cgroup ? run->fds[3] : -1;
    reset_pids(cell);
    pid_t pid = cell_clone(0, cgroup_fd, 2, stack, sizeof stack, child_start, &argument);
    if (pid < 0 && (errno == EPERM || errno == EINVAL))
        pid = cell_clone(0, cgroup_fd, 0, stack, sizeof stack, child_start, &argument);
    if (pid < 0)
        return cell_fail(cell, CELL_STEP_CLONE, NULL);
    (void)close_range(CELL_FD_FREE, ~0U, 0); /* the program has its own; the pipes must end with it */
    /* The others are orphans: each that nobody reaps would keep its place among the processes that are allowed. */
    pid_t ended;
    do {
        ended = wait4(-1, NULL, __WALL, NULL);
    } while (ended != pid && (ended > 0 || errno == EINTR));
    return ended == pid ? 0 : cell_fail(cell, CELL_STEP_SWEEP, NULL);
}

/* Asks for the word to go on after the worker has looked at the run folder. */
static int hold(struct cell_state *cell, struct cell_message *message, struct cell_reply *answer)
{
    answer->kind = CELL_ENDED;
    if (reply(cell, answer, NULL, 0) != 0)
        return -1;
    if (receive(cell, message) <= 0)
        return -1;
    errno = EPROTO;
    return message->u.request.kind == CELL_RESET ? 0 : cell_fail(cell, CELL_STEP_PROTOCOL, "reset");
}

/* One run, from the request to the clean cell. -1: the cell is not to be used again. */
static int serve_run(struct cell_state *cell, struct cell_message *message)
{
    struct cell_reply answer = {.kind = CELL_CLEAN};
    struct cell_run run;
    bool fresh_ipc = (message->u.request.flags & CELL_FRESH_IPC) != 0;
    bool holding = (message->u.request.flags & CELL_HOLD) != 0;
    if (split(cell, message, &run) != 0)
        return -1;
    errno = EPROTO;
    if (message->fd_count != 3 + (run.request->into_cgroup != 0) + (int)run.request->more_fds)
        return cell_fail(cell, CELL_STEP_PROTOCOL, "descriptors");
    memcpy(run.fds, message->fds, sizeof run.fds);
    int64_t cpu_us = cell_cpu_us(RUSAGE_CHILDREN);
    if (cell_mount_proc(cell, (message->u.request.flags & CELL_PROC) != 0) == 0 && cell_box_begin(cell) == 0)
        (void)run_child(cell, &run); /* the fault goes with the answer, after the sweep */
    blame_program(cell, &run);
    close_received(message);
    if (sweep(cell) != 0)
        return -1;
    answer.children_cpu_us = cell_cpu_us(RUSAGE_CHILDREN) - cpu_us;
    answer.left_bytes = cell_box_end(cell);
    if (holding && hold(cell, message, &answer) != 0)
        return -1;
    answer.kind = CELL_CLEAN;
    if (fresh_ipc && unshare(CLONE_NEWIPC) != 0)
        return cell_fail(cell, CELL_STEP_IPC, NULL);
    bool new_box;
    if (cell_box_reset(cell, &new_box, &answer.reset_cpu_us) != 0)
        return -1;
    int box_fd = -1;
    if (new_box) {
        box_fd = open(SANDBOX_RUN_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (box_fd < 0)
            return cell_fail(cell, CELL_STEP_RESET, SANDBOX_RUN_FOLDER);
        answer.flags |= CELL_NEW_BOX;
    }
    int result = reply(cell, &answer, &box_fd, new_box ? 1 : 0);
    if (box_fd >= 0)
        (void)close(box_fd); /* the worker has its own */
    return result;
}

static int serve_mounts(struct cell_state *cell, struct cell_message *message)
{
    struct cell_reply answer = {.kind = CELL_MOUNTS_SET};
    struct cell_run run;
    int count = (int)message->u.request.mount_count;
    if (split(cell, message, &run) != 0)
        return -1;
    errno = EPROTO;
    if (count > CELL_MOUNTS || message->fd_count != count)
        return cell_fail(cell, CELL_STEP_PROTOCOL, "mounts");
    int result = cell_mount_extra(cell, message->strings, message->fds, count);
    close_received(message);
    if (result != 0)
        return -1;
    return reply(cell, &answer, NULL, 0);
}

/* A program has what its run gives it and nothing of whoever started the worker: a shell's `ulimit -v` or `-t`, its umask,
 * a kernel told to lay memory out as it did long ago. Where a hard limit cannot be raised, what there is has to do. */
static int forget_starter(struct cell_state *cell)
{
    static const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } rows[] = {{RLIMIT_AS, RLIM_INFINITY}, {RLIMIT_CPU, RLIM_INFINITY}, {RLIMIT_NICE, 0}, {RLIMIT_RTPRIO, 0}};
    (void)umask(022); /* cannot fail */
    if (personality(PER_LINUX) < 0)
        return cell_fail(cell, CELL_STEP_GUARD, "personality");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rlimit limit = {rows[i].value, rows[i].value};
        if (setrlimit(rows[i].resource, &limit) == 0)
            continue;
        if (errno != EPERM || getrlimit(rows[i].resource, &limit) != 0)
            return cell_fail(cell, CELL_STEP_RLIMIT, NULL);
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(rows[i].resource, &limit) != 0)
            return cell_fail(cell, CELL_STEP_RLIMIT, NULL);
    }
    return 0;
}

/* From here on the cell has the descriptors that CELL_FD_* name, default signals, and dies with its worker. */
static int guard(struct cell_state *cell)
{
    /* By the system call: posix_spawn(3), with which make and systemd start programs, leaves the library's own signals 32
     * and 33 ignored, and signal(3) refuses to touch them. The kernel's struct, all zero, is SIG_DFL. */
    static const uint64_t by_default[4] = {0};
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        (void)syscall(SYS_rt_sigaction, signal_number, by_default, NULL,
                      sizeof(uint64_t)); /* SIGKILL, SIGSTOP refuse */
    if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || dup2(STDIN_FILENO, CELL_FD_CONTROL) < 0)
        return cell_fail(cell, CELL_STEP_GUARD, NULL);
    if (fcntl(CELL_FD_CONTROL, F_SETFD, FD_CLOEXEC) != 0 || dup2(STDERR_FILENO, STDIN_FILENO) < 0)
        return cell_fail(cell, CELL_STEP_GUARD, NULL);
    int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
    cell->has_last_pid = fd == CELL_FD_LAST_PID;
    if (fd < 0 && dup2(STDERR_FILENO, CELL_FD_LAST_PID) < 0)
        return cell_fail(cell, CELL_STEP_GUARD, "descriptors");
    return 0;
}

static int set_up(struct cell_state *cell, struct cell_message *message)
{
    if (guard(cell) != 0 || forget_starter(cell) != 0 || receive(cell, message) <= 0)
        return -1;
    errno = EPROTO;
    if (message->length != sizeof message->u.setup || message->u.setup.protocol != CELL_PROTOCOL ||
        message->u.setup.size != sizeof(struct cell_request))
        return cell_fail(cell, CELL_STEP_PROTOCOL, "set-up");
    cell->setup = message->u.setup;
    int fds[2] = {-1, cell_mount_all(cell)};
    if (fds[1] < 0 || cell_drop(cell) != 0)
        return -1;
    fds[0] = open(SANDBOX_RUN_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fds[0] < 0)
        return cell_fail(cell, CELL_STEP_MOUNT_BOX, NULL);
    struct cell_reply answer = {.kind = CELL_READY};
    int result = reply(cell, &answer, fds, 2);
    (void)close_range(CELL_FD_FREE, ~0U, 0); /* the worker has its own */
    return result;
}

int main(int argc, char **argv)
{
    static struct cell_message message;
    struct cell_state cell = {0};
    if (argc > 1 && strcmp(argv[1], "janitor") == 0)
        return cell_janitor(argc - 1, argv + 1);
    cell.fault = mmap(NULL, sizeof *cell.fault, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cell.fault == MAP_FAILED)
        return 1;
    int result = set_up(&cell, &message);
    while (result == 0) {
        memset(cell.fault, 0, sizeof *cell.fault);
        if (receive(&cell, &message) <= 0)
            return 0;
        errno = EPROTO;
        if (message.length < sizeof message.u.request)
            result = cell_fail(&cell, CELL_STEP_PROTOCOL, "request");
        else if (message.u.request.kind == CELL_RUN)
            result = serve_run(&cell, &message);
        else if (message.u.request.kind == CELL_MOUNTS_SET)
            result = serve_mounts(&cell, &message);
        else
            result = cell_fail(&cell, CELL_STEP_PROTOCOL, "kind");
    }
    /* A cell in doubt ends: its worker makes another. */
    struct cell_reply last = {.kind = 0};
    (void)reply(&cell, &last, NULL, 0); /* nobody may be there to hear it */
    return 1;
}
