/*
 * cgroup.c - a slot's groups and its cells', and which tier does the work; see cgroup.h.
 *
 * Runs as root in judge_client. Owns the folders it makes, and no others: it must never write to a group above the
 * slot's own but to hand controllers down (cgroup.subtree_control of the parent, on v2).
 */
#include "judge_client/sandbox/cgroup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup_parts.h"

#include "common/banned.h"

static const struct cgroup_functions *cgroup_tier_functions(const struct cgroup_cell *cell)
{
    switch (cell->slot->layout->tier) {
    case CGROUP_V1:
        return &cgroup_v1;
    case CGROUP_V2:
        return &cgroup_v2;
    case CGROUP_NONE:
        break;
    }
    return NULL;
}

int64_t cgroup_read_number(int fd, const char *key)
{
    char text[1024];
    if (fd < 0)
        return -1;
    ssize_t count = pread(fd, text, sizeof text - 1, 0);
    if (count <= 0)
        return -1;
    text[count] = '\0';
    size_t length = strlen(key);
    const char *p = text;
    while (strncmp(p, key, length) != 0) {
        p = strchr(p, '\n');
        if (p == NULL)
            return -1;
        p++;
    }
    p += length;
    if (*p < '0' || *p > '9')
        return -1;
    int64_t number = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *p - '0', &number))
            return INT64_MAX;
    }
    return number;
}

int cgroup_write_number(int dir_fd, const char *name, int64_t number)
{
    char text[32];
    (void)str_format(text, sizeof text, "%lld", (long long)number); /* 20 bytes at most */
    int fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t count = write(fd, text, strlen(text));
    int error = errno;
    (void)close(fd); /* the write has told what there is to tell */
    errno = error;
    return count < 0 ? -1 : 0;
}

bool cgroup_wait(int64_t deadline_us, int64_t *pause_us)
{
    if (clock_now_us() >= deadline_us)
        return false;
    *pause_us = *pause_us == 0 ? 20 : *pause_us < 5000 ? *pause_us * 2 : *pause_us;
    (void)nanosleep(&(struct timespec){.tv_nsec = (long)(*pause_us * 1000)}, NULL); /* woken early: looked at earlier */
    return true;
}

/* What the limit must hold besides the program's own pages: the cell (under 600 KiB), what the kernel keeps ahead for
 * each processor (256 KiB), buffers of pipes and files, page tables (1/512 of what is mapped, more where it is sparse),
 * and a kernel stack with its structures for each task. */
int64_t cgroup_limit_kib(int64_t mem_kib, int processes)
{
    int64_t page_kib = sysconf(_SC_PAGESIZE) / 1024;
    int64_t limit_kib = mem_kib + 2048 + mem_kib / 128 + 32 * (int64_t)processes;
    return (limit_kib + page_kib - 1) / page_kib * page_kib;
}

/* Adds the slot's folder in one hierarchy to its paths, unless that is there already (hierarchies mounted together). */
static int cgroup_slot_add(struct cgroup_slot *slot, const char *hierarchy, struct err *e)
{
    char *path = slot->paths[slot->path_count];
    if (hierarchy[0] == '\0')
        return 0;
    if (str_format(path, PATH_MAX, "%s/%s", hierarchy, slot->name) != 0)
        return err_set(e, "cgroup %s/%s: the path is too long", hierarchy, slot->name);
    for (int i = 0; i < slot->path_count; i++) {
        if (strcmp(slot->paths[i], path) == 0)
            return 0;
    }
    slot->path_count++;
    return 0;
}

/* Hands the controllers that a v2 slot needs down from the folder path to those below it. */
static int cgroup_hand_down(const struct cgroup_layout *layout, const char *path, struct err *e)
{
    char file[PATH_MAX];
    if (str_format(file, sizeof file, "%s/cgroup.subtree_control", path) != 0)
        return err_set(e, "cgroup %s: the path is too long", path);
    if (layout->memory[0] != '\0' && file_write(AT_FDCWD, file, "+memory", e) != 0)
        return -1;
    if (layout->pids[0] != '\0' && file_write(AT_FDCWD, file, "+pids", e) != 0)
        return -1;
    return 0;
}

int cgroup_slot_open(struct cgroup_slot *slot, const struct cgroup_layout *layout, const char *name, struct err *e)
{
    slot->layout = layout;
    slot->path_count = 0;
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
        return err_set(e, "'%s' is no name for a cgroup", name);
    if (str_copy(slot->name, sizeof slot->name, name) != 0)
        return err_set(e, "cgroup %s: the name is longer than %zu bytes", name, sizeof slot->name - 1);
    if (layout->tier == CGROUP_NONE)
        return 0;
    if (cgroup_slot_add(slot, layout->pids, e) != 0 || cgroup_slot_add(slot, layout->memory, e) != 0 ||
        cgroup_slot_add(slot, layout->cpu, e) != 0)
        return -1;
    int made = 0;
    for (; made < slot->path_count; made++) {
        if (cgroup_remove(slot->paths[made], CGROUP_REMOVE_MS, e) != 0)
            goto fail;
        if (mkdir(slot->paths[made], 0755) != 0) {
            (void)err_sys(e, errno, "make cgroup %s", slot->paths[made]);
            goto fail;
        }
    }
    if (layout->tier == CGROUP_V2 &&
        (cgroup_hand_down(layout, layout->cpu, e) != 0 || cgroup_hand_down(layout, slot->paths[0], e) != 0))
        goto fail;
    return 0;
fail:
    while (made-- > 0)
        (void)rmdir(slot->paths[made]); /* it is empty, and the error that counts is the one above */
    slot->path_count = 0;
    return -1;
}

/* Makes the slot's groups again where somebody removed them (cleaners of empty groups, another judge's): else no cell could be made
 * until the worker ends, and each job that it takes would fail. */
static int cgroup_slot_mend(const struct cgroup_slot *slot, struct err *e)
{
    bool made = false;
    for (int i = 0; i < slot->path_count; i++) {
        if (mkdir(slot->paths[i], 0755) == 0)
            made = true;
        else if (errno != EEXIST)
            return err_sys(e, errno, "make cgroup %s", slot->paths[i]);
    }
    if (made)
        log_warnx("cgroup %s was removed by somebody else: made again", slot->name);
    return made && slot->layout->tier == CGROUP_V2 ? cgroup_hand_down(slot->layout, slot->paths[0], e) : 0;
}

int cgroup_slot_close(struct cgroup_slot *slot, struct err *e)
{
    int result = 0;
    for (int i = 0; i < slot->path_count; i++) {
        if (cgroup_remove(slot->paths[i], CGROUP_REMOVE_MS, e) != 0)
            result = -1; /* the others go all the same */
    }
    slot->path_count = 0;
    return result;
}

void cgroup_cell_clear(struct cgroup_cell *cell)
{
    const struct cgroup_slot *slot = cell->slot;
    int k = cell->k;
    *cell = (struct cgroup_cell){
        .slot = slot,
        .k = k,
        .dir_memory = -1,
        .dir_cpu = -1,
        .dir_pids = -1,
        .dir_cell = -1,
        .dir_run = -1,
        .usage_fd = -1,
        .peak_fd = -1,
        .oom_fd = -1,
        .pids_fd = -1,
        .memory_fd = -1,
        .tasks_fd = -1,
        .kernel_fd = -1,
        .limit_kib = -1,
        .processes = -1,
    };
}

void cgroup_cell_fini(struct cgroup_cell *cell)
{
    int *const fds[] = {&cell->dir_memory, &cell->dir_cpu,   &cell->dir_pids, &cell->dir_cell,
                        &cell->dir_run,    &cell->usage_fd,  &cell->peak_fd,  &cell->oom_fd,
                        &cell->pids_fd,    &cell->memory_fd, &cell->tasks_fd, &cell->kernel_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        file_close(fds[i]);
}

int cgroup_cell_path(const struct cgroup_cell *cell, const char *hierarchy, char *path, size_t size, struct err *e)
{
    if (str_format(path, size, "%s/%s/c%d", hierarchy, cell->slot->name, cell->k) != 0)
        return err_set(e, "cgroup %s/%s/c%d: the path is too long", hierarchy, cell->slot->name, cell->k);
    return 0;
}

/* Removes the cell's group in every hierarchy, all of them even where one fails. */
static int cgroup_cell_remove(const struct cgroup_cell *cell, struct err *e)
{
    char path[PATH_MAX];
    int result = 0;
    for (int i = 0; i < cell->slot->path_count; i++) {
        if (str_format(path, sizeof path, "%s/c%d", cell->slot->paths[i], cell->k) != 0)
            result = err_set(e, "cgroup %s/c%d: the path is too long", cell->slot->paths[i], cell->k);
        else if (cgroup_remove(path, CGROUP_REMOVE_MS, e) != 0)
            result = -1;
    }
    return result;
}

int cgroup_cell_open(struct cgroup_cell *cell, const struct cgroup_slot *slot, int k, struct err *e)
{
    cell->slot = slot;
    cell->k = k;
    cgroup_cell_clear(cell);
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    if (tier == NULL)
        return 0;
    if (cgroup_cell_remove(cell, e) != 0 || cgroup_slot_mend(slot, e) != 0)
        return -1;
    char path[PATH_MAX];
    for (int i = 0; i < slot->path_count; i++) {
        if (str_format(path, sizeof path, "%s/c%d", slot->paths[i], k) != 0) {
            (void)err_set(e, "cgroup %s/c%d: the path is too long", slot->paths[i], k);
            goto fail;
        }
        if (mkdir(path, 0755) != 0) {
            (void)err_sys(e, errno, "make cgroup %s", path);
            goto fail;
        }
    }
    if (tier->attach(cell, e) == 0)
        return 0;
fail:
    cgroup_cell_fini(cell);
    (void)cgroup_cell_remove(cell, NULL); /* the error that counts is the one above */
    return -1;
}

int cgroup_cell_enter(struct cgroup_cell *cell, pid_t pid, struct err *e)
{
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    return tier == NULL ? 0 : tier->enter(cell, pid, e);
}

int cgroup_cell_close(struct cgroup_cell *cell, struct err *e)
{
    cgroup_cell_fini(cell);
    return cgroup_cell_remove(cell, e);
}

int cgroup_run_begin(struct cgroup_cell *cell, int64_t mem_kib, int processes, int *into_fd, struct err *e)
{
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    *into_fd = -1;
    if (mem_kib < 1 || mem_kib > INT64_MAX / 1024 / 4)
        return err_set(e, "a memory limit of %lld KiB is not possible", (long long)mem_kib);
    if (processes < 1)
        return err_set(e, "a limit of %d processes is not possible", processes);
    assert(cell->dir_run < 0); /* the last run has ended */
    return tier == NULL ? 0 : tier->begin(cell, cgroup_limit_kib(mem_kib, processes), processes, into_fd, e);
}

int64_t cgroup_run_cpu_us(const struct cgroup_cell *cell)
{
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    return tier == NULL ? -1 : tier->cpu_us(cell);
}

int64_t cgroup_run_oom_kills(const struct cgroup_cell *cell)
{
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    return tier == NULL ? 0 : tier->oom_kills(cell);
}

int cgroup_run_end(struct cgroup_cell *cell, struct cgroup_usage *usage, struct err *e)
{
    const struct cgroup_functions *tier = cgroup_tier_functions(cell);
    *usage = (struct cgroup_usage){.cpu_us = -1, .peak_kib = -1};
    return tier == NULL ? 0 : tier->end(cell, usage, e);
}
