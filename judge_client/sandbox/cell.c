/*
 * cell.c - see cell.h. Runs in judge_client as root.
 */
#include "judge_client/sandbox/cell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/sandbox/filter.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

static const char *const cell_step_texts[CELL_STEP_COUNT] = {
#define CELL_STEP_TEXT(name, text) [CELL_STEP_##name] = (text),
    CELL_STEPS(CELL_STEP_TEXT)
#undef CELL_STEP_TEXT
};

int cell_fault(const struct cell_reply *reply, struct err *e)
{
    if (reply->step <= CELL_STEP_NONE || reply->step >= CELL_STEP_COUNT)
        return err_set(e, "the cell ended without a reason");
    const char *text = cell_step_texts[reply->step];
    if (reply->detail[0] != '\0')
        return err_sys(e, reply->error, "%s: %.*s", text, (int)sizeof reply->detail, reply->detail);
    return err_sys(e, reply->error, "%s", text);
}

/* In the cell's process, between clone and exec: three descriptors, no signal blocked, nothing else. */
static void cell_become(const char *cell_path, int control)
{
    char name[] = "judge_cell";
    char *argv[] = {name, NULL};
    char *env[] = {NULL};
    sigset_t none;
    sigemptyset(&none);
    struct cell_reply reply = {.kind = 0, .step = CELL_STEP_EXEC_CELL};
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_fd >= 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0 && dup2(control, STDIN_FILENO) == 0 &&
        dup2(null_fd, STDOUT_FILENO) == 1 && dup2(null_fd, STDERR_FILENO) == 2 && close_range(3, ~0U, 0) == 0)
        execve(cell_path, argv, env);
    reply.error = errno;
    (void)str_copy(reply.detail, sizeof reply.detail, cell_path); /* cut is fine */
    ssize_t count = send(STDIN_FILENO, &reply, sizeof reply, MSG_NOSIGNAL);
    _exit(count < 0 ? 126 : 127);
}

static const struct {
    const char *name;
    uint64_t flag;
} cell_namespaces[] = {
    {"pid", CLONE_NEWPID}, {"mnt", CLONE_NEWNS}, {"net", CLONE_NEWNET}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
};

/* 0, or the errno with which this kernel refuses a new namespace of that kind to this process. */
static int try_namespace(uint64_t flag)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare((int)flag) == 0 ? 0 : errno);
    if (pid < 0)
        return errno;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return errno;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* clone said no: which namespace is it that this kernel, or this box's limits, do not give? */
static int explain_clone(int error, struct err *e)
{
    for (size_t i = 0; i < sizeof cell_namespaces / sizeof *cell_namespaces; i++) {
        int refused = try_namespace(cell_namespaces[i].flag);
        if (refused == ENOSPC)
            return err_set(e,
                           "make a cell: no more %s namespaces are allowed: raise user.max_%s_namespaces with sysctl",
                           cell_namespaces[i].name, cell_namespaces[i].name);
        if (refused != 0)
            return err_sys(e, refused, "make a cell: no new %s namespace on this box (judgectl doctor says more)",
                           cell_namespaces[i].name);
    }
    return err_sys(e, error, "make a cell: clone3 with new pid, mnt, net, ipc and uts namespaces");
}

static int cell_clone_process(struct cell *cell, const struct cell_options *options, struct err *e)
{
    int pair[2];
    int yes = 1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return err_sys(e, errno, "make a cell: socketpair");
    cell->control = pair[0];
    struct clone_args args = {.exit_signal = SIGCHLD};
    for (size_t i = 0; i < sizeof cell_namespaces / sizeof *cell_namespaces; i++)
        args.flags |= cell_namespaces[i].flag;
    long pid = -1;
    int error = 0;
    if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == 0)
        pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        cell_become(options->cell_path, pair[1]);
    error = errno;
    (void)close(pair[1]); /* the cell's end */
    if (pid < 0)
        return explain_clone(error, e);
    cell->pid = (pid_t)pid;
    return 0;
}

/* When memory runs out the kernel shall take what runs in a cell before anything else; programs inherit it. */
static int cell_offer_to_oom(const struct cell *cell, struct err *e)
{
    char path[48];
    (void)str_format(path, sizeof path, "/proc/%d/oom_score_adj", (int)cell->pid); /* it fits */
    return file_write(AT_FDCWD, path, "1000", e);
}

/* Copies the file name from one program folder to another. 0, or -1 with errno. */
static int copy_program(int from_fd, int to_fd, const char *name)
{
    int result = -1;
    int in = openat(from_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int out = openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0555);
    if (in >= 0 && out >= 0 && file_copy(in, out) >= 0 && fchmod(out, 0555) == 0)
        result = 0;
    int error = errno;
    file_close(&in);
    file_close(&out);
    errno = error;
    return result;
}

/* The folder of a cell that has ended is still there as long as its descriptor is open: only the worker writes to it. */
int cell_copy_programs(const struct cell *cell, int old_fd, struct err *e)
{
    int fd = openat(old_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "read the programs of a cell");
    }
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' && (entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0))
            continue;
        if (copy_program(old_fd, cell->program_fd, entry->d_name) != 0)
            result = err_sys(e, errno, "take over the program %s", entry->d_name);
    }
    (void)closedir(folder); /* it was only read */
    return result;
}

static int cell_open(struct cell *cell, const struct cell_options *options, struct err *e)
{
    int old_fd = cell->program_fd;
    cell->control = cell->box_fd = cell->program_fd = -1;
    cell->mounts[0] = '\0';
    if (cgroup_cell_open(&cell->cgroup, options->slot, cell->k, e) != 0) {
        cell->program_fd = old_fd;
        return -1;
    }
    cell->has_group = true;
    if (cell_clone_process(cell, options, e) != 0 || cgroup_cell_enter(&cell->cgroup, cell->pid, e) != 0 ||
        cell_offer_to_oom(cell, e) != 0)
        goto fail;
    struct cell_setup setup = {
        .protocol = CELL_PROTOCOL,
        .size = sizeof(struct cell_request),
        .uid = cell->uid,
        .box_bytes = options->box_bytes,
        .box_files = options->box_files,
    };
    pid_t pid;
    struct cell_reply reply;
    /* A cell that could not even begin says why: read its word even where it no longer listens. */
    ssize_t sent = send(cell->control, &setup, sizeof setup, MSG_NOSIGNAL);
    if (cell_read(cell, true, &pid, &reply) != CELL_NEWS_REPLY || reply.kind != CELL_READY || reply.step != 0) {
        (void)cell_fault(&reply, e);
        goto fail;
    }
    if (sent != (ssize_t)sizeof setup || cell->box_fd < 0 || cell->program_fd < 0) {
        err_set(e, "the cell did not take its set-up");
        goto fail;
    }
    if (old_fd >= 0 && cell_copy_programs(cell, old_fd, e) != 0)
        goto fail;
    file_close(&old_fd);
    return 0;
fail:
    cell_close(cell);
    file_close(&cell->program_fd);
    cell->program_fd = old_fd;
    return err_add(e, "cell %d", cell->k);
}

int cell_ready(struct cell *cell, const struct cell_options *options, struct err *e)
{
    int status;
    if (cell->pid > 0 && waitpid(cell->pid, &status, WNOHANG) == cell->pid) {
        log_warnx("sandbox cell=%d ended while it was idle status=0x%x", cell->k, (unsigned)status);
        cell->pid = 0;
    }
    if (cell->pid > 0)
        return 0;
    cell_close(cell);
    if (cell_open(cell, options, e) == 0)
        return 0;
    cell->lost++;
    return -1;
}

void cell_note_reaped(struct cell *siblings, int sibling_count, pid_t pid)
{
    for (int i = 0; i < sibling_count; i++) {
        if (siblings[i].pid == pid)
            siblings[i].pid = 0;
    }
}

void cell_kill(struct cell *cell)
{
    if (cell->pid > 0 && kill(cell->pid, SIGKILL) != 0)
        log_warn("sandbox cell=%d kill", cell->k);
    /* Programs of the cell may be tracees of this process: the cell's end waits until they have been reaped. */
    while (cell->pid > 0) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
            cell_note_reaped(cell->siblings, cell->sibling_count, pid);
        if (pid < 0 && errno != EINTR)
            break;
    }
    cell->pid = 0;
    file_close(&cell->control);
    file_close(&cell->box_fd);
}

void cell_close(struct cell *cell)
{
    struct err e;
    cell_kill(cell);
    if (cell->has_group && cgroup_cell_close(&cell->cgroup, &e) != 0)
        log_warnx("sandbox cell=%d %s", cell->k, e.text);
    cell->has_group = false;
}

void cell_forget(struct cell *cell)
{
    file_close(&cell->program_fd);
}

/* A message of up to three parts, with descriptors. */
static int cell_send(const struct cell *cell, struct iovec *parts, size_t part_count, const int *fds, size_t fd_count,
                     struct err *e)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CELL_FDS)];
    } control;
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = part_count};
    if (fd_count > 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
    }
    if (sendmsg(cell->control, &header, MSG_NOSIGNAL) < 0)
        return err_sys(e, errno, "ask the cell");
    return 0;
}

/* Appends the strings of list to text, each with its NUL. Returns how many, or -1 where they do not fit. */
static int pack(char *text, size_t size, size_t *length, const char *const *list)
{
    int count = 0;
    for (; list[count] != NULL; count++) {
        size_t more = strlen(list[count]) + 1;
        if (more > size - *length)
            return -1;
        memcpy(text + *length, list[count], more);
        *length += more;
    }
    return count;
}

int cell_send_run(const struct cell *cell, const struct sandbox_spec *spec, const struct cell_launch *launch,
                  struct err *e)
{
    size_t length = 0;
    int argc = pack(launch->strings, CELL_STRINGS_SIZE, &length, spec->argv);
    int envc = argc < 0 ? -1 : pack(launch->strings, CELL_STRINGS_SIZE, &length, spec->env);
    if (envc < 0 || argc + envc > 8000)
        return err_set(e, "arguments and environment are larger than %d bytes or 8000 strings", CELL_STRINGS_SIZE);
    int fds[CELL_FDS];
    size_t fd_count = launch->fds[3] >= 0 ? 4 : 3;
    if (spec->more_count > CELL_MORE_FDS)
        return err_set(e, "more than %d further descriptors", CELL_MORE_FDS);
    memcpy(fds, launch->fds, sizeof launch->fds);
    for (size_t i = 0; i < spec->more_count; i++)
        fds[fd_count + i] = spec->more[i];
    struct cell_request request = {
        .kind = CELL_RUN,
        .flags = launch->flags,
        .argc = (uint32_t)argc,
        .envc = (uint32_t)envc,
        .filter_length = launch->filter->length,
        .string_bytes = (uint32_t)length,
        .into_cgroup = launch->fds[3] >= 0,
        .limit_count = launch->limit_count,
        .more_fds = (uint32_t)spec->more_count,
    };
    memcpy(request.limits, launch->limits, sizeof request.limits);
    struct iovec parts[3] = {
        {&request, sizeof request},
        {(void *)(uintptr_t)launch->filter->code, sizeof launch->filter->code[0] * launch->filter->length},
        {launch->strings, length},
    };
    return cell_send(cell, parts, 3, fds, fd_count + spec->more_count, e);
}

int cell_send_reset(const struct cell *cell, struct err *e)
{
    struct cell_request request = {.kind = CELL_RESET};
    struct iovec part = {&request, sizeof request};
    return cell_send(cell, &part, 1, NULL, 0, e);
}

int cell_send_go(const struct cell *cell, struct err *e)
{
    char byte = 'g';
    struct iovec part = {&byte, 1};
    return cell_send(cell, &part, 1, NULL, 0, e);
}

enum cell_news cell_read(struct cell *cell, bool wait, pid_t *pid, struct cell_reply *reply)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 2) + CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = {reply, sizeof *reply};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    memset(reply, 0, sizeof *reply);
    ssize_t count = recvmsg(cell->control, &header, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return CELL_NEWS_NONE;
    if (count <= 0)
        return CELL_NEWS_GONE;
    int fds[2];
    size_t fd_count = 0;
    struct ucred who = {0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
            memcpy(&who, CMSG_DATA(c), sizeof who);
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            fd_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(fds, CMSG_DATA(c), sizeof(int) * fd_count);
        }
    }
    if (fd_count > 0) {
        file_close(&cell->box_fd);
        cell->box_fd = fds[0];
    }
    if (fd_count > 1) {
        file_close(&cell->program_fd);
        cell->program_fd = fds[1];
    }
    if (count == 1) {
        *pid = who.pid;
        return who.uid == cell->uid && who.pid > 0 ? CELL_NEWS_MET : CELL_NEWS_GONE;
    }
    return count == (ssize_t)sizeof *reply && reply->kind != 0 ? CELL_NEWS_REPLY : CELL_NEWS_GONE;
}

int cell_set_mounts(struct cell *cell, const struct sandbox_spec *spec, struct err *e)
{
    char key[CELL_KEY_SIZE];
    char targets[CELL_KEY_SIZE];
    size_t key_length = 0;
    size_t target_length = 0;
    if (spec->mount_count > CELL_MOUNTS)
        return err_set(e, "more than %d extra mounts", CELL_MOUNTS);
    key[0] = '\0';
    for (size_t i = 0; i < spec->mount_count; i++) {
        const struct sandbox_mount *m = &spec->mounts[i];
        const char *const target[] = {m->target, NULL};
        if (str_format(key + key_length, sizeof key - key_length, "%s\n%s\n", m->source, m->target) != 0 ||
            pack(targets, sizeof targets, &target_length, target) < 0)
            return err_set(e, "the names of the extra mounts are longer than %zu bytes", sizeof key);
        key_length += strlen(key + key_length);
    }
    if (strcmp(key, cell->mounts) == 0)
        return 0;
    int fds[CELL_MOUNTS];
    size_t opened = 0;
    int result = 0;
    for (; opened < spec->mount_count && result == 0; opened++) {
        fds[opened] =
            (int)syscall(SYS_open_tree, AT_FDCWD, spec->mounts[opened].source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        if (fds[opened] < 0)
            result = err_sys(e, errno, "extra mount of %s", spec->mounts[opened].source);
    }
    struct cell_request request = {
        .kind = CELL_MOUNTS_SET, .mount_count = (uint32_t)opened, .string_bytes = (uint32_t)target_length};
    struct iovec parts[2] = {{&request, sizeof request}, {targets, target_length}};
    pid_t pid;
    struct cell_reply reply;
    if (result == 0)
        result = cell_send(cell, parts, 2, fds, opened, e);
    if (result == 0 && (cell_read(cell, true, &pid, &reply) != CELL_NEWS_REPLY || reply.kind != CELL_MOUNTS_SET))
        result = cell_fault(&reply, e);
    for (size_t i = 0; i < opened; i++)
        file_close(&fds[i]);
    if (result == 0)
        memcpy(cell->mounts, key, sizeof key);
    return result;
}
