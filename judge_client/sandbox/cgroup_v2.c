/*
 * cgroup_v2.c - limits and counts in the one hierarchy of cgroup v2; see cgroup.h.
 *
 * Runs as root in judge_client. The cell's folder cK holds the leaf `cell`, in which the cell sits, and one group a run,
 * r1 r2 ..., into which the cell clones the child: a fresh group's counts begin at nothing and its peak is the run's.
 * A folder with processes may have no controllers below it, hence the leaf. Removing a run's group is the proof that
 * nothing of it is left, so a run must never end without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup_parts.h"

#include "common/banned.h"

enum { V2_NAME_SIZE = 32 };

static void v2_run_name(const struct cgroup_cell *cell, char name[V2_NAME_SIZE])
{
    (void)str_format(name, V2_NAME_SIZE, "r%llu", (unsigned long long)cell->run); /* 22 bytes at most */
}

static int v2_attach(struct cgroup_cell *cell, struct err *e)
{
    const struct cgroup_layout *layout = cell->slot->layout;
    char path[PATH_MAX];
    if (cgroup_cell_path(cell, layout->cpu, path, sizeof path, e) != 0)
        return -1;
    cell->dir_cell = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cell->dir_cell < 0)
        return err_sys(e, errno, "open %s", path);
    if (layout->memory[0] != '\0' && file_write(cell->dir_cell, "cgroup.subtree_control", "+memory", e) != 0)
        return err_add(e, "cgroup %s", path);
    if (layout->pids[0] != '\0' && file_write(cell->dir_cell, "cgroup.subtree_control", "+pids", e) != 0)
        return err_add(e, "cgroup %s", path);
    if (mkdirat(cell->dir_cell, "cell", 0755) != 0)
        return err_sys(e, errno, "make cgroup %s/cell", path);
    return 0;
}

static int v2_enter(struct cgroup_cell *cell, pid_t pid, struct err *e)
{
    if (cgroup_write_number(cell->dir_cell, "cell/cgroup.procs", pid) != 0)
        return err_sys(e, errno, "put process %d into the cell's cgroup", (int)pid);
    return 0;
}

static int v2_set_limits(const struct cgroup_cell *cell, int64_t limit_kib, int processes, struct err *e)
{
    const struct cgroup_layout *layout = cell->slot->layout;
    if (layout->memory[0] != '\0') {
        if (cgroup_write_number(cell->dir_run, "memory.max", limit_kib * 1024) != 0)
            return err_sys(e, errno, "set memory.max of the run's cgroup to %lld KiB", (long long)limit_kib);
        if (cgroup_write_number(cell->dir_run, "memory.swap.max", 0) != 0 && errno != ENOENT)
            return err_sys(e, errno, "set memory.swap.max of the run's cgroup to 0");
    }
    /* One more than the program may have, so that the tracer sees the one that is too many. */
    if (layout->pids[0] != '\0' && cgroup_write_number(cell->dir_run, "pids.max", (int64_t)processes + 1) != 0)
        return err_sys(e, errno, "set pids.max of the run's cgroup to %lld", (long long)processes + 1);
    return 0;
}

/* Removes the run's group, waiting for its last processes. 0, or -1 with errno. */
static int v2_remove_run(struct cgroup_cell *cell)
{
    char name[V2_NAME_SIZE];
    v2_run_name(cell, name);
    int64_t deadline_us = clock_now_us() + (int64_t)CGROUP_END_MS * 1000;
    int64_t pause_us = 0;
    while (unlinkat(cell->dir_cell, name, AT_REMOVEDIR) != 0) {
        if (errno != EBUSY || !cgroup_wait(deadline_us, &pause_us))
            return -1;
    }
    return 0;
}

static int v2_begin(struct cgroup_cell *cell, int64_t limit_kib, int processes, int *into_fd, struct err *e)
{
    char name[V2_NAME_SIZE];
    cell->run++;
    v2_run_name(cell, name);
    if (mkdirat(cell->dir_cell, name, 0755) != 0)
        return err_sys(e, errno, "make the run's cgroup %s", name);
    cell->dir_run = openat(cell->dir_cell, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cell->dir_run < 0) {
        (void)err_sys(e, errno, "open the run's cgroup %s", name);
        goto fail;
    }
    cell->usage_fd = openat(cell->dir_run, "cpu.stat", O_RDONLY | O_CLOEXEC);
    if (cell->usage_fd < 0) {
        (void)err_sys(e, errno, "open cpu.stat of the run's cgroup");
        goto fail;
    }
    if (v2_set_limits(cell, limit_kib, processes, e) != 0)
        goto fail;
    *into_fd = cell->dir_run;
    return 0;
fail:
    file_close(&cell->usage_fd);
    file_close(&cell->dir_run);
    (void)v2_remove_run(cell); /* the error above is the one that is told; the cell's end removes it as well */
    return -1;
}

static int64_t v2_cpu_us(const struct cgroup_cell *cell)
{
    return cgroup_read_number(cell->usage_fd, "usage_usec ");
}

/* The number after key in the file name of the run's group, or otherwise where it is not there. */
static int64_t v2_read(const struct cgroup_cell *cell, const char *name, const char *key, int64_t otherwise)
{
    int fd = openat(cell->dir_run, name, O_RDONLY | O_CLOEXEC);
    int64_t number = cgroup_read_number(fd, key);
    file_close(&fd);
    return number < 0 ? otherwise : number;
}

static int64_t v2_oom_kills(const struct cgroup_cell *cell)
{
    return v2_read(cell, "memory.events", "oom_kill ", 0);
}

static int v2_end(struct cgroup_cell *cell, struct cgroup_usage *usage, struct err *e)
{
    int64_t deadline_us = clock_now_us() + (int64_t)CGROUP_END_MS * 1000;
    int64_t pause_us = 0;
    /* The figures are final when nobody is there any more, so they are read after that and before the removal. */
    while (v2_read(cell, "cgroup.events", "populated ", 0) != 0) {
        if (!cgroup_wait(deadline_us, &pause_us))
            return err_set(e, "the run's cgroup still holds processes after the run");
    }
    usage->cpu_us = v2_cpu_us(cell);
    int64_t peak = v2_read(cell, "memory.peak", "", -1); /* since Linux 5.19 */
    usage->peak_kib = peak < 0 ? -1 : peak / 1024;
    usage->oom_kills = v2_oom_kills(cell);
    usage->pids_refused = v2_read(cell, "pids.events", "max ", 0);
    file_close(&cell->usage_fd);
    file_close(&cell->dir_run);
    if (v2_remove_run(cell) != 0)
        return err_sys(e, errno, "remove the run's cgroup r%llu", (unsigned long long)cell->run);
    return 0;
}

const struct cgroup_functions cgroup_v2 = {v2_attach, v2_enter, v2_begin, v2_cpu_us, v2_oom_kills, v2_end};
