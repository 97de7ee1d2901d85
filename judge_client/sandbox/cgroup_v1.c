/*
 * cgroup_v1.c - limits and counts where memory, cpuacct and pids are hierarchies of their own; see cgroup.h.
 *
 * Runs as root in judge_client. The cell sits in its group, the run's processes are born there, so a run begins by
 * resetting the peak and remembering the counts. Between runs only what changes is written, on descriptors that stay
 * open: this is in the way of every run. Must never be used on a group that holds anything but the cell.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "judge_client/sandbox/cgroup_parts.h"

#include "common/banned.h"

enum {
    V1_CACHE_KIB = 8 * 1024, /* page cache of earlier runs that is not worth a reclaim */
    V1_KERNEL_KIB = 1024,    /* kernel memory of earlier runs that the limit's margin has room for */
    V1_SETTLE_MS = 500,
};

/* Opens the cell's group in one hierarchy. An empty path is a hierarchy that this box lacks: -1 stays in *fd. */
static int v1_open_group(const struct cgroup_cell *cell, const char *hierarchy, int *fd, struct err *e)
{
    char path[PATH_MAX];
    if (hierarchy[0] == '\0')
        return 0;
    if (cgroup_cell_path(cell, hierarchy, path, sizeof path, e) != 0)
        return -1;
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd < 0 ? err_sys(e, errno, "open %s", path) : 0;
}

/* Opens a file of the group, where the group is there. */
static int v1_open_file(int dir_fd, const char *name, int flags, int *fd, struct err *e)
{
    if (dir_fd < 0)
        return 0;
    *fd = openat(dir_fd, name, flags | O_CLOEXEC);
    return *fd < 0 ? err_sys(e, errno, "open %s of the cell's cgroup", name) : 0;
}

/* No swap, and the kernel's killer at work even where the group above has switched it off. */
static int v1_prepare_memory(struct cgroup_cell *cell, struct err *e)
{
    if (cell->dir_memory < 0)
        return 0;
    if (cgroup_write_number(cell->dir_memory, "memory.swappiness", 0) != 0 && errno != ENOENT)
        return err_sys(e, errno, "write memory.swappiness of the cell's cgroup");
    if (cgroup_read_number(cell->oom_fd, "oom_kill_disable ") == 1 &&
        cgroup_write_number(cell->dir_memory, "memory.oom_control", 0) != 0)
        return err_sys(e, errno, "write memory.oom_control of the cell's cgroup");
    return 0;
}

static int v1_attach(struct cgroup_cell *cell, struct err *e)
{
    const struct cgroup_layout *layout = cell->slot->layout;
    if (v1_open_group(cell, layout->memory, &cell->dir_memory, e) != 0 ||
        v1_open_group(cell, layout->cpu, &cell->dir_cpu, e) != 0 ||
        v1_open_group(cell, layout->pids, &cell->dir_pids, e) != 0)
        return -1;
    if (v1_open_file(cell->dir_memory, "memory.max_usage_in_bytes", O_RDWR, &cell->peak_fd, e) != 0 ||
        v1_open_file(cell->dir_memory, "memory.usage_in_bytes", O_RDONLY, &cell->memory_fd, e) != 0 ||
        v1_open_file(cell->dir_memory, "memory.oom_control", O_RDONLY, &cell->oom_fd, e) != 0 ||
        v1_open_file(cell->dir_cpu, "cpuacct.usage", O_RDONLY, &cell->usage_fd, e) != 0 ||
        v1_open_file(cell->dir_pids, "pids.events", O_RDONLY, &cell->pids_fd, e) != 0 ||
        v1_open_file(cell->dir_pids, "pids.current", O_RDONLY, &cell->tasks_fd, e) != 0)
        return -1;
    if (cell->dir_memory >= 0) /* not in every kernel: then there is nothing to wait for */
        cell->kernel_fd = openat(cell->dir_memory, "memory.kmem.usage_in_bytes", O_RDONLY | O_CLOEXEC);
    return v1_prepare_memory(cell, e);
}

static int v1_enter(struct cgroup_cell *cell, pid_t pid, struct err *e)
{
    const int dirs[3] = {cell->dir_pids, cell->dir_memory, cell->dir_cpu};
    for (int i = 0; i < 3; i++) {
        if (dirs[i] >= 0 && cgroup_write_number(dirs[i], "cgroup.procs", pid) != 0)
            return err_sys(e, errno, "put process %d into the cell's cgroup", (int)pid);
    }
    cell->members = 1;
    return 0;
}

/* Gives back the page cache that earlier runs left in the group. Nobody counts on it: the limit holds all the same. */
static void v1_drop_cache(struct cgroup_cell *cell)
{
    (void)cgroup_write_number(cell->dir_memory, "memory.force_empty", 0);
}

/* Thousands of files, timers or page tables of a run that has ended are freed a while after it (RCU), and until then they
 * are in the group: an honest program that needs all it may have would run out of memory. */
static void v1_settle(struct cgroup_cell *cell)
{
    int64_t kernel_kib = cgroup_read_number(cell->kernel_fd, "") / 1024;
    if (kernel_kib > cell->kernel_kib + V1_KERNEL_KIB) {
        int64_t deadline_us = clock_now_us() + (int64_t)V1_SETTLE_MS * 1000;
        int64_t pause_us = 0;
        v1_drop_cache(cell);
        do {
            kernel_kib = cgroup_read_number(cell->kernel_fd, "") / 1024;
        } while (kernel_kib > cell->kernel_kib + V1_KERNEL_KIB && cgroup_wait(deadline_us, &pause_us));
        cell->kernel_kib = kernel_kib; /* what has not gone by now stays: the next run shall not wait for it again */
    }
    if (kernel_kib < cell->kernel_kib)
        cell->kernel_kib = kernel_kib;
}

/* Writes the limit to one file; where the group holds more than that and the kernel gives up, empties it and waits for
 * what is about to go. */
static int v1_write_limit(struct cgroup_cell *cell, const char *name, int64_t limit_kib)
{
    int64_t deadline_us = clock_now_us() + (int64_t)V1_SETTLE_MS * 1000;
    int64_t pause_us = 0;
    while (cgroup_write_number(cell->dir_memory, name, limit_kib * 1024) != 0) {
        if (errno != EBUSY)
            return -1;
        v1_drop_cache(cell);
        if (!cgroup_wait(deadline_us, &pause_us)) {
            errno = EBUSY;
            return -1;
        }
    }
    return 0;
}

/* Memory alone may never exceed memory and swap together, so the order depends on the direction. A kernel without
 * swap accounting has no memsw file: then swappiness 0 is what there is. */
static int v1_set_memory(struct cgroup_cell *cell, int64_t limit_kib, struct err *e)
{
    static const char memory[] = "memory.limit_in_bytes";
    static const char both[] = "memory.memsw.limit_in_bytes";
    bool raise = cell->limit_kib >= 0 && limit_kib > cell->limit_kib;
    const char *names[2] = {raise ? both : memory, raise ? memory : both};
    cell->limit_kib = -1; /* unknown, should one of the two fail */
    for (int i = 0; i < 2; i++) {
        if (v1_write_limit(cell, names[i], limit_kib) != 0 && !(names[i] == both && errno == ENOENT))
            return err_sys(e, errno, "set %s of the cell's cgroup to %lld KiB", names[i], (long long)limit_kib);
    }
    cell->limit_kib = limit_kib;
    return 0;
}

static int v1_begin_memory(struct cgroup_cell *cell, int64_t limit_kib, struct err *e)
{
    int64_t held_kib = cgroup_read_number(cell->memory_fd, "") / 1024;
    if (held_kib > V1_KERNEL_KIB)
        v1_settle(cell);
    if (limit_kib != cell->limit_kib && v1_set_memory(cell, limit_kib, e) != 0)
        return -1;
    if (held_kib > V1_CACHE_KIB && held_kib > limit_kib / 4)
        v1_drop_cache(cell);
    if (held_kib > V1_KERNEL_KIB) /* else nothing was done about it */
        held_kib = cgroup_read_number(cell->memory_fd, "") / 1024;
    if (pwrite(cell->peak_fd, "0", 1, 0) != 1)
        return err_sys(e, errno, "reset memory.max_usage_in_bytes of the cell's cgroup");
    cell->memory_base_kib = held_kib;
    cell->oom_base = cgroup_read_number(cell->oom_fd, "oom_kill ");
    return 0;
}

static int v1_begin(struct cgroup_cell *cell, int64_t limit_kib, int processes, int *into_fd, struct err *e)
{
    *into_fd = -1;
    if (cell->dir_pids >= 0 && processes != cell->processes) {
        /* One for the cell, and one more so that the tracer sees the process that is too many. */
        if (cgroup_write_number(cell->dir_pids, "pids.max", (int64_t)processes + 2) != 0)
            return err_sys(e, errno, "set pids.max of the cell's cgroup to %lld", (long long)processes + 2);
        cell->processes = processes;
    }
    if (cell->dir_memory >= 0 && v1_begin_memory(cell, limit_kib, e) != 0)
        return -1;
    cell->pids_base = cgroup_read_number(cell->pids_fd, "max ");
    cell->cpu_base_us = cgroup_read_number(cell->usage_fd, "") / 1000;
    return 0;
}

static int64_t v1_cpu_us(const struct cgroup_cell *cell)
{
    int64_t used_ns = cgroup_read_number(cell->usage_fd, "");
    return used_ns < 0 ? -1 : used_ns / 1000 - cell->cpu_base_us;
}

static int64_t v1_oom_kills(const struct cgroup_cell *cell)
{
    int64_t oom = cgroup_read_number(cell->oom_fd, "oom_kill ");
    return oom < 0 || cell->oom_base < 0 ? 0 : oom - cell->oom_base;
}

/* Threads and processes in the cell's group, zombies counted; without a pids hierarchy processes alone. -1: unknown. */
static int64_t v1_count(const struct cgroup_cell *cell)
{
    if (cell->tasks_fd >= 0)
        return cgroup_read_number(cell->tasks_fd, "");
    int dir_fd = cell->dir_memory >= 0 ? cell->dir_memory : cell->dir_cpu;
    char text[4096];
    if (file_read(dir_fd, "cgroup.procs", text, sizeof text, NULL) < 0)
        return -1;
    int64_t count = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        count++;
    return count;
}

static int v1_end(struct cgroup_cell *cell, struct cgroup_usage *usage, struct err *e)
{
    int64_t deadline_us = clock_now_us() + (int64_t)CGROUP_END_MS * 1000;
    int64_t pause_us = 0;
    int64_t count;
    while ((count = v1_count(cell)) != cell->members) {
        if (count < 0)
            return err_set(e, "count the processes in the cell's cgroup: not readable");
        if (!cgroup_wait(deadline_us, &pause_us))
            return err_set(e, "the cell's cgroup holds %lld tasks after the run, %d expected", (long long)count,
                           cell->members);
    }
    usage->cpu_us = v1_cpu_us(cell);
    int64_t peak = cgroup_read_number(cell->peak_fd, "");
    int64_t peak_kib = peak / 1024 - cell->memory_base_kib;
    usage->peak_kib = peak < 0 ? -1 : peak_kib < 0 ? 0 : peak_kib;
    usage->oom_kills = v1_oom_kills(cell);
    int64_t refused = cgroup_read_number(cell->pids_fd, "max ");
    usage->pids_refused = refused < 0 || cell->pids_base < 0 ? 0 : refused - cell->pids_base;
    return 0;
}

const struct cgroup_functions cgroup_v1 = {v1_attach, v1_enter, v1_begin, v1_cpu_us, v1_oom_kills, v1_end};
