/*
 * sandbox.c - see sandbox.h: opening and closing, and what goes into a cell besides a run.
 *
 * Runs in judge_client as root. Opening changes this process: it is pinned to one processor, SIGCHLD is blocked, SIGPIPE
 * and SIGXFSZ are ignored, and its soft limits of stack and file size are what the hard ones allow. Closing puts the
 * signals back.
 */
#include "judge_client/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/sandbox/sandbox_parts.h"

#include "common/banned.h"

enum { FIRST_UID = 40000, BOX_FILES = 16384 };
#define BOX_BYTES (INT64_C(512) << 20)

const char *sandbox_limit_name(enum sandbox_limit limit)
{
    static const char *const names[] = {
        [SANDBOX_LIMIT_NONE] = "none",     [SANDBOX_LIMIT_CPU] = "cpu",       [SANDBOX_LIMIT_WALL] = "wall",
        [SANDBOX_LIMIT_MEMORY] = "memory", [SANDBOX_LIMIT_OUTPUT] = "output", [SANDBOX_LIMIT_PROCESSES] = "processes",
    };
    return names[limit];
}

static const char *const tier_names[] = {[CGROUP_NONE] = "none", [CGROUP_V1] = "v1", [CGROUP_V2] = "v2"};

const char *sandbox_tier_name(const struct sandbox *sandbox)
{
    return tier_names[sandbox->layout.tier];
}

int sandbox_tier_of_name(const char *name, struct err *e)
{
    if (name == NULL)
        return -1;
    for (size_t i = 0; i < sizeof tier_names / sizeof *tier_names; i++) {
        if (strcmp(name, tier_names[i]) == 0)
            return (int)i;
    }
    err_set(e, "--cgroup %s: must be v2, v1 or none", name);
    return -2;
}

int sandbox_check_tier(const struct sandbox *sandbox, const char *name, struct err *e)
{
    const char *tier = sandbox_tier_name(sandbox);
    if (name == NULL || strcmp(name, tier) == 0)
        return 0;
    return err_set(e, "--cgroup %s: this box offers %s (judgectl doctor says why)", name, tier);
}

int sandbox_not_executed(const struct sandbox_spec *spec, const struct sandbox_result *result, struct err *e)
{
    bool lacks = result->not_executed == ENOENT || result->not_executed == ENOTDIR;
    return err_sys(e, result->not_executed, "execute %s%s", spec->argv[0],
                   lacks ? ": its interpreter or loader (#! line, PT_INTERP)" : "");
}

int sandbox_slot(const struct sandbox *sandbox)
{
    return sandbox->slot.number;
}

int64_t sandbox_cells_lost(const struct sandbox *sandbox)
{
    int64_t lost = 0;
    for (int i = 0; i < SANDBOX_CELLS; i++)
        lost += sandbox->cells[i].lost;
    return lost;
}

const char *sandbox_home(const struct sandbox *sandbox)
{
    return sandbox->home;
}

/* judge_cell lies beside this program, or where `make install` put it. */
static int find_cell_program(const struct sandbox_config *config, char *path, size_t size, struct err *e)
{
    if (config->cell_path != NULL) {
        if (str_copy(path, size, config->cell_path) != 0)
            return err_set(e, "the path of judge_cell is longer than %zu bytes", size - 1);
    } else {
        char self[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
        self[length < 0 ? 0 : length] = '\0';
        char *slash = strrchr(self, '/');
        if (slash != NULL)
            *slash = '\0';
        if (slash == NULL || str_format(path, size, "%s/judge_cell", self) != 0 || access(path, X_OK) != 0)
            (void)str_copy(path, size, JUDGE_PREFIX "/bin/judge_cell"); /* it fits */
    }
    if (access(path, X_OK) != 0)
        return err_sys(e, errno, "%s (make install puts it there)", path);
    return 0;
}

/* Programs inherit the pin: the same program shall have the same time, and a worker its own core. */
static int pin(int cpu, struct err *e)
{
    cpu_set_t set;
    if (cpu == SANDBOX_CPU_ANY)
        return 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return err_sys(e, errno, "find the processors");
    if (cpu < 0) {
        for (size_t i = 0; i < CPU_SETSIZE; i++) {
            if (CPU_ISSET(i, &set))
                cpu = (int)i;
        }
    }
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        return err_sys(e, errno, "pin to processor %d", cpu);
    return 0;
}

/* Where the kernel hands core dumps to a program, only a limit of 1 keeps it from starting that program, core(5). */
static uint64_t core_limit(void)
{
    char pattern[256];
    if (file_read(AT_FDCWD, "/proc/sys/kernel/core_pattern", pattern, sizeof pattern, NULL) < 0)
        return 0;
    return pattern[0] == '|' ? 1 : 0;
}

static int take_signals(struct sandbox *sandbox, struct err *e)
{
    sigset_t child;
    struct sigaction action = {.sa_handler = SIG_DFL}; /* ignored, there would be no children to wait for */
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sandbox->child_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (sandbox->child_fd < 0)
        return err_sys(e, errno, "wait for children with signalfd");
    (void)sigprocmask(SIG_BLOCK, &child, &sandbox->old_mask); /* fails for a wrong first argument only */
    sandbox->wait_mask = sandbox->old_mask;
    sigaddset(&sandbox->wait_mask, SIGCHLD);
    (void)sigaction(SIGCHLD, &action, &sandbox->old_child); /* fails for a signal that does not exist only */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with a name, not our end */
    return 0;
}

/* The group's name holds a hash of the home (FNV-1a), and the first user id, which is what the slot's lock is for: two homes on
 * one box must not meet, nor what is left of a home and the same home with another first_uid. */
static void group_name(char *name, size_t size, const char *home, const struct slot *slot)
{
    uint32_t hash = 2166136261U;
    for (const char *p = home; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619U;
    (void)str_format(name, size, "judge-%08x-s%d-u%u", (unsigned)hash, slot->number, (unsigned)slot->uid); /* it fits */
}

static int open_groups(struct sandbox *sandbox, const struct sandbox_config *config, struct err *e)
{
    char name[64];
    struct err why;
    const char *home = config->home == NULL ? JUDGE_HOME : config->home;
    const char *parent = config->cgroup_parent == NULL ? "" : config->cgroup_parent;
    group_name(name, sizeof name, home, &sandbox->slot);
    cgroup_find(&sandbox->layout, "", config->tier, parent, &why); /* a lesser tier is doctor's to explain */
    if (cgroup_slot_open(&sandbox->groups, &sandbox->layout, name, e) != 0)
        return -1;
    if (slot_start_janitor(&sandbox->slot, sandbox->cell_path, sandbox->groups.paths, sandbox->groups.path_count, e) ==
        0)
        return 0;
    (void)cgroup_slot_close(&sandbox->groups, NULL); /* the error that counts is the one above */
    return -1;
}

struct sandbox *sandbox_open(const struct sandbox_config *config, struct err *e)
{
    if (geteuid() != 0) {
        err_set(e, "the sandbox needs root: run it as root (sudo)");
        return NULL;
    }
    struct sandbox *sandbox = calloc(1, sizeof *sandbox);
    if (sandbox == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    sandbox->slot.lock_fd = sandbox->slot.janitor_fd = -1;
    /* A path that does not fit is no place for files. */
    (void)str_copy(sandbox->home, sizeof sandbox->home, config->home == NULL ? JUDGE_HOME : config->home);
    int first_uid = config->first_uid > 0 ? config->first_uid : FIRST_UID;
    if (limits_inherit(&sandbox->hard, e) != 0)
        goto fail;
    if (find_cell_program(config, sandbox->cell_path, sizeof sandbox->cell_path, e) != 0 || pin(config->cpu, e) != 0)
        goto fail;
    if (slot_take(&sandbox->slot, config->slot, first_uid, sandbox->home, config->lock_wait_ms, e) != 0)
        goto fail;
    if (config->slot >= 0 && sandbox->slot.uid != (uid_t)(first_uid + config->slot * SANDBOX_CELLS))
        log_info("sandbox slot=%d uids=%u: another home on this box has first_uid = %d too", config->slot,
                 (unsigned)sandbox->slot.uid, first_uid);
    if (open_groups(sandbox, config, e) != 0)
        goto fail;
    sandbox->cell_options = (struct cell_options){
        .cell_path = sandbox->cell_path,
        .slot = &sandbox->groups,
        .box_bytes = config->box_bytes > 0 ? config->box_bytes : BOX_BYTES,
        .box_files = config->box_files > 0 ? config->box_files : BOX_FILES,
    };
    for (int k = 0; k < SANDBOX_CELLS; k++) {
        sandbox->cells[k] = (struct cell){.k = k,
                                          .uid = sandbox->slot.uid + (uid_t)k,
                                          .siblings = sandbox->cells,
                                          .sibling_count = SANDBOX_CELLS,
                                          .control = -1,
                                          .box_fd = -1,
                                          .program_fd = -1};
    }
    sandbox->core = core_limit();
    if (take_signals(sandbox, e) == 0)
        return sandbox;
    (void)cgroup_slot_close(&sandbox->groups, NULL); /* the error that counts is the one above */
fail:
    if (sandbox->slot.lock_fd >= 0)
        slot_release(&sandbox->slot);
    free(sandbox);
    return NULL;
}

void sandbox_close(struct sandbox *sandbox)
{
    struct err e;
    if (sandbox == NULL)
        return;
    for (int k = 0; k < SANDBOX_CELLS; k++) {
        cell_close(&sandbox->cells[k]);
        cell_forget(&sandbox->cells[k]);
    }
    /* The janitor would remove them; but it may have been killed. */
    if (cgroup_slot_close(&sandbox->groups, &e) != 0)
        log_warnx("sandbox slot=%d %s", sandbox->slot.number, e.text);
    slot_release(&sandbox->slot);
    file_close(&sandbox->child_fd);
    (void)sigaction(SIGCHLD, &sandbox->old_child, NULL);      /* as in take_signals */
    (void)sigprocmask(SIG_SETMASK, &sandbox->old_mask, NULL); /* as in take_signals */
    free(sandbox);
}

/* The cell k, made when there is none. */
static struct cell *ready_cell(struct sandbox *sandbox, size_t k, struct err *e)
{
    if (k >= SANDBOX_CELLS) {
        err_set(e, "cell %zu: there are %d", k, SANDBOX_CELLS);
        return NULL;
    }
    struct cell *cell = &sandbox->cells[k];
    return cell_ready(cell, &sandbox->cell_options, e) == 0 ? cell : NULL;
}

int sandbox_put_program(struct sandbox *sandbox, size_t k, const char *name, int fd, struct err *e)
{
    struct cell *cell = ready_cell(sandbox, k, e);
    if (cell == NULL)
        return -1;
    if (strchr(name, '/') != NULL || name[0] == '\0' || lseek(fd, 0, SEEK_SET) < 0)
        return err_set(e, "put program %s: not a plain name, or not a file", name);
    if (unlinkat(cell->program_fd, name, 0) != 0 && errno != ENOENT)
        return err_sys(e, errno, "put program %s: replace the old one", name);
    int out = openat(cell->program_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0555);
    if (out < 0)
        return err_sys(e, errno, "put program %s", name);
    int result = 0;
    if (file_copy(fd, out) < 0 || fchmod(out, 0555) != 0)
        result = err_sys(e, errno, "put program %s", name);
    if (close(out) != 0 && result == 0)
        result = err_sys(e, errno, "put program %s", name);
    return result;
}

int sandbox_clear_program(struct sandbox *sandbox, size_t k, struct err *e)
{
    /* Only this process writes there, plain files in one folder: the cell cannot. */
    struct cell *cell = ready_cell(sandbox, k, e);
    if (cell == NULL)
        return -1;
    return file_empty_folder(cell->program_fd, e);
}

void sandbox_record(struct sandbox *sandbox, struct record *record)
{
    sandbox->record = record;
}

int sandbox_check_policy(const struct policy *policy, struct err *e)
{
    struct filter filter = {.length = 0};
    return filter_build(&filter, policy, e);
}

int sandbox_share_programs(struct sandbox *sandbox, size_t from, size_t to, struct err *e)
{
    if (ready_cell(sandbox, from, e) == NULL || sandbox_clear_program(sandbox, to, e) != 0)
        return -1;
    return cell_copy_programs(&sandbox->cells[to], sandbox->cells[from].program_fd, e);
}

int sandbox_open_left(int box_fd, const char *name, struct err *e)
{
    struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    struct stat info;
    if (name[0] == '\0' || strchr(name, '/') != NULL)
        return err_set(e, "%s: not a plain name", name);
    int fd = (int)syscall(SYS_openat2, box_fd, name, &how, sizeof how);
    if (fd < 0)
        return err_sys(e, errno, "%s", name);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(fd); /* it was only looked at */
        return err_set(e, "%s: not a regular file", name);
    }
    if (fcntl(fd, F_SETFL, 0) != 0) {
        int error = errno;
        (void)close(fd); /* as above */
        return err_sys(e, error, "%s", name);
    }
    return fd;
}
