/*
 * run_start.c - everything between a spec and a cell that runs it.
 *
 * Runs in judge_client as root. What it opens and fails to hand over it closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox_parts.h"

#include "common/banned.h"

static bool is_name(const char *name)
{
    if (name[0] == '\0' || (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))))
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '/')
            return false;
    }
    return true;
}

static int put_file(struct run *run, const struct sandbox_file *file, struct err *e)
{
    if (!is_name(file->name))
        return err_set(e, "working file '%s': not a plain name", file->name);
    if (lseek(file->fd, 0, SEEK_SET) < 0)
        return err_sys(e, errno, "working file %s: read from its start", file->name);
    int fd = openat(run->cell->box_fd, file->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(e, errno, "working file %s: put it into the run folder", file->name);
    int64_t bytes = file_copy(file->fd, fd);
    int result = 0;
    if (bytes < 0)
        result = err_sys(e, errno, "working file %s: write it into the run folder", file->name);
    else if (fchown(fd, run->cell->uid, run->cell->uid) != 0 || fchmod(fd, file->mode & 0777) != 0)
        result = err_sys(e, errno, "working file %s: give it to the program", file->name);
    if (close(fd) != 0 && result == 0)
        result = err_sys(e, errno, "working file %s: close", file->name);
    if (result == 0)
        run->put_bytes += bytes;
    return result;
}

/* A file that anybody may write could be opened again through /proc/self/fd and rewritten for the next run, and one that
 * was opened for writing even without: such an input goes in as a sealed copy. */
static int guard_input(int *fd, struct err *e)
{
    struct stat info;
    char path[32];
    int flags = fcntl(*fd, F_GETFL);
    if (flags < 0 || fstat(*fd, &info) != 0)
        return err_sys(e, errno, "look at the input");
    if (S_ISDIR(info.st_mode))
        return err_set(e, "the input is a folder");
    if (!S_ISREG(info.st_mode) || ((info.st_mode & S_IWOTH) == 0 && (flags & O_ACCMODE) == O_RDONLY))
        return 0;
    int copy = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0)
        return err_sys(e, errno, "copy the input");
    int result = 0;
    int reader = -1;
    if (file_copy(*fd, copy) < 0 || fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
        result = err_sys(e, errno, "copy the input");
    if (result == 0) {
        (void)str_format(path, sizeof path, "/proc/self/fd/%d", copy); /* it fits */
        reader = open(path, O_RDONLY | O_CLOEXEC);
        if (reader < 0)
            result = err_sys(e, errno, "open the copy of the input");
    }
    (void)close(copy); /* only read from now on */
    if (result == 0) {
        (void)close(*fd); /* the copy stands for it */
        *fd = reader;
    }
    return result;
}

/* Whoever shares a pipe cannot open it anew, but for the program that has it as a further descriptor. */
static int own_pipes(const struct run *run, struct err *e)
{
    struct stat info;
    for (size_t i = 0; i < run->spec->more_count; i++) {
        int fd = run->spec->more[i];
        if (fstat(fd, &info) != 0 || (S_ISFIFO(info.st_mode) && fchown(fd, run->cell->uid, run->cell->uid) != 0))
            return err_sys(e, errno, "set up descriptor %zu", i + 3);
    }
    return 0;
}

/* Fills fds: what the spec gives, else /dev/null for 0 and a pipe for 1 and 2, of which our end goes to run->outputs. */
static int make_streams(struct run *run, int fds[3], struct err *e)
{
    if (fds[0] >= 0) {
        if (guard_input(&fds[0], e) != 0)
            return -1;
    } else {
        fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fds[0] < 0)
            return err_sys(e, errno, "open /dev/null");
    }
    for (int i = 1; i < 3; i++) {
        int ends[2];
        if (fds[i] >= 0)
            continue;
        if (pipe2(ends, O_CLOEXEC) != 0)
            return err_sys(e, errno, "make a pipe for output %d", i);
        run->outputs[i] = ends[0];
        fds[i] = ends[1];
        if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
            return err_sys(e, errno, "set up the pipe for output %d", i);
    }
    return 0;
}

static bool allows_ipc(const struct policy *policy)
{
    static const char *const calls[] = {"shmget", "semget", "msgget", "mq_open", "ipc"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (policy_allows(policy, calls[i]))
            return true;
    }
    return false;
}

/* Beyond the one execve that starts it. */
static bool execs_more(const struct policy *policy)
{
    static const char *const calls[] = {"execve", "execveat"};
    for (int a = 0; a < policy->arch_count; a++) {
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
            int row = syscall_index_by_name(policy->arches[a].arch, calls[i]);
            if (row < 0)
                continue;
            const struct policy_rule *rule = &policy->arches[a].rules[row];
            if (rule->action == POLICY_ALLOW || (rule->action == POLICY_LIMIT && rule->value > 1))
                return true;
        }
    }
    return false;
}

/* Building a filter takes 10 us, and one policy is used again and again. NULL with e. */
static const struct prepared *prepare(struct sandbox *sandbox, const struct policy *policy, struct err *e)
{
    for (size_t i = 0; i < SANDBOX_PREPARED; i++) {
        if (sandbox->prepared[i].hash == policy->hash && policy->hash != 0)
            return &sandbox->prepared[i];
    }
    struct prepared *prepared = &sandbox->prepared[sandbox->next_prepared];
    prepared->hash = 0;
    if (filter_build(&prepared->filter, policy, e) != 0)
        return NULL;
    prepared->hash = policy->hash;
    prepared->ipc = allows_ipc(policy);
    prepared->execs = execs_more(policy);
    sandbox->next_prepared = (sandbox->next_prepared + 1) % SANDBOX_PREPARED;
    return prepared;
}

static int launch(struct sandbox *sandbox, struct run *run, const struct prepared *prepared, const int fds[3],
                  bool hold, struct err *e)
{
    const struct sandbox_spec *spec = run->spec;
    struct cell_launch launch = {.filter = &prepared->filter, .strings = sandbox->strings};
    if (hold)
        launch.flags |= CELL_HOLD;
    if (spec->proc)
        launch.flags |= CELL_PROC;
    if (prepared->ipc)
        launch.flags |= CELL_FRESH_IPC;
    launch.limit_count = limits_fill(&spec->limits, sandbox->layout.memory[0] != '\0', sandbox->core, launch.limits);
    if (limits_afford(&sandbox->hard, launch.limits, launch.limit_count, e) != 0)
        return -1;
    for (int i = 0; i < 3; i++)
        launch.fds[i] = fds[i];
    launch.fds[3] = -1;
    if (cgroup_run_begin(&run->cell->cgroup, spec->limits.mem_kib, spec->limits.processes, &launch.fds[3], e) != 0)
        return -1;
    run->sent = true;
    run->since_us = clock_now_us();
    return cell_send_run(run->cell, spec, &launch, e);
}

void run_close_more(const struct sandbox_spec *spec, bool *closed)
{
    for (size_t i = 0; i < spec->more_count && !*closed; i++)
        (void)close(spec->more[i]); /* the cell has it, or nobody needs it */
    *closed = true;
}

int run_start(struct sandbox *sandbox, struct run *run, int fds[3], bool hold, struct err *e)
{
    const struct sandbox_spec *spec = run->spec;
    struct cell *cell = run->cell;
    if (limits_check(&spec->limits, e) != 0)
        return -1;
    const struct prepared *prepared = prepare(sandbox, spec->policy, e);
    if (prepared == NULL)
        return -1;
    run->execs = prepared->execs;
    if (cell_ready(cell, &sandbox->cell_options, e) != 0)
        return -1;
    if (own_pipes(run, e) != 0 || make_streams(run, fds, e) != 0)
        return -1;
    /* From here on the cell is changed: a failure must throw it away. */
    int result = cell_set_mounts(cell, spec, e);
    for (size_t i = 0; i < spec->file_count && result == 0; i++)
        result = put_file(run, &spec->files[i], e);
    if (result == 0)
        result = launch(sandbox, run, prepared, fds, hold, e);
    run->sent = true;
    for (int i = 0; i < 3; i++)
        file_close(&fds[i]); /* the cell has them now; a pipe must end with the program */
    run_close_more(spec, &run->more_closed);
    return result;
}
