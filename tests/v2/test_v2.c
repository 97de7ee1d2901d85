/*
 * test_v2.c - the sandbox on cgroup v2 as boxes have it: at the root, below a group that systemd delegated, in a container.
 *
 * Runs as root in the machine that tests/v2/run boots, where it may do with the hierarchy what it likes; on another box
 * all tests are skipped. Started as `test_v2 program NAME` it is the program that the sandbox runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define MOUNT "/sys/fs/cgroup"
#define GROUP "judge-test.slice"
#define GROUP_PATH MOUNT "/" GROUP

enum { MIB = 1024 * 1024 };

/* ---- what runs in the sandbox */

static int touch_memory(size_t size)
{
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return 3;
    for (size_t i = 0; i < size; i += 4096)
        *(volatile char *)(pages + i) = 1;
    return 0;
}

/* Two processes of 24 MiB at once: only the group sees them together. */
static int touch_in_two(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return 3;
    pid_t child = fork();
    if (child < 0 || touch_memory(24 * MIB) != 0)
        return 4;
    if (child == 0) {
        char byte;
        (void)close(ends[1]);
        return read(ends[0], &byte, 1) == 0 ? 0 : 5; /* held until the parent has done */
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    int status;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 6;
}

static int write_file(void)
{
    static char bytes[MIB];
    int fd = open("left", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || file_write_all(fd, bytes, sizeof bytes) != 0)
        return 3;
    return close(fd);
}

static int program(const char *name)
{
    if (strcmp(name, "nothing") == 0)
        return 0;
    if (strcmp(name, "memory") == 0)
        return touch_memory(200 * MIB);
    if (strcmp(name, "two") == 0)
        return touch_in_two();
    if (strcmp(name, "file") == 0)
        return write_file();
    return 2;
}

/* ---- the stage */

/* False where this is not the machine that is meant, and then the test is skipped. */
static bool is_here(void)
{
    char controllers[1024];
    if (geteuid() == 0 && file_read(AT_FDCWD, MOUNT "/cgroup.controllers", controllers, sizeof controllers, NULL) > 0 &&
        strstr(controllers, "memory") != NULL && getenv("JUDGE_TEST_V2") != NULL)
        return true;
    unit_skip("needs the machine that tests/v2/run boots");
    return false;
}

/* The group of the tests, with what systemd's Delegate=yes gives: the controllers, and no process. 0, or -1 with e. */
static int group_make(struct err *e)
{
    if (cgroup_remove(GROUP_PATH, 5000, e) != 0 ||
        file_write(AT_FDCWD, MOUNT "/cgroup.subtree_control", "+memory +pids +cpu", e) != 0)
        return -1;
    return mkdir(GROUP_PATH, 0755) == 0 ? 0 : err_sys(e, errno, "make " GROUP_PATH);
}

/* How many groups are below path, the dying ones counted too where dying is true; -1: cannot be read. */
static int64_t groups_below(const char *path, bool dying)
{
    char file[256];
    char text[1024];
    (void)str_format(file, sizeof file, "%s/cgroup.stat", path); /* short */
    if (file_read(AT_FDCWD, file, text, sizeof text, NULL) < 0)
        return -1;
    const char *living = strstr(text, "nr_descendants ");
    const char *dead = strstr(text, "nr_dying_descendants ");
    if (living == NULL || dead == NULL)
        return -1;
    int64_t count = strtol(living + strlen("nr_descendants "), NULL, 10);
    return dying ? count + strtol(dead + strlen("nr_dying_descendants "), NULL, 10) : count;
}

static struct sandbox *stage_open(const char *parent, struct err *e)
{
    char cell[PATH_MAX];
    const char *build = getenv("JUDGE_BUILD");
    if (str_format(cell, sizeof cell, "%s/judge_cell", build == NULL ? "build" : build) != 0) {
        err_set(e, "JUDGE_BUILD is too long");
        return NULL;
    }
    const struct sandbox_config config = {
        .slot = -1, .cpu = -1, .tier = -1, .cell_path = cell, .cgroup_parent = parent};
    struct sandbox *sandbox = sandbox_open(&config, e);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (sandbox != NULL && sandbox_put_program(sandbox, 0, "test_v2", fd, e) != 0) {
        sandbox_close(sandbox);
        sandbox = NULL;
    }
    file_close(&fd);
    return sandbox;
}

static int stage_run(struct sandbox *sandbox, const char *name, const struct sandbox_hooks *hooks,
                     struct sandbox_result *result, struct err *e)
{
    static const char *const folders[] = {"syscall_tables/policy", NULL};
    static const char *const env[] = {NULL};
    static struct policy policy;
    const char *const argv[] = {SANDBOX_PROGRAM_FOLDER "/test_v2", "program", name, NULL};
    if (policy_load(&policy, folders, "bash", e) != 0)
        return -1;
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, -1, -1},
        .policy = &policy,
        .limits = {20000000, 60000000, 64 * 1024, 8 * MIB, 8192, 8, 64},
    };
    return sandbox_run(sandbox, &spec, result, 1, hooks, e);
}

/* ---- the tests */

/* Two processes are counted together, a limit is found out by the kernel's own count of kills, and the next run has
 * nothing of either. 0, or -1 with e. */
static int check_figures(struct sandbox *sandbox, struct err *e)
{
    struct sandbox_result result;
    if (strcmp(sandbox_tier_name(sandbox), "v2") != 0)
        return err_set(e, "the tier is %s", sandbox_tier_name(sandbox));
    if (stage_run(sandbox, "two", NULL, &result, e) != 0)
        return -1;
    if (result.exit_code != 0 || result.mem_kib < 48 * 1024 || result.mem_kib >= 56 * 1024 || result.processes != 2)
        return err_set(e, "two: exit %d refused '%s' limit %s memory %ld KiB processes %d", result.exit_code,
                       result.refused_name, sandbox_limit_name(result.limit), (long)result.mem_kib, result.processes);
    if (stage_run(sandbox, "memory", NULL, &result, e) != 0)
        return -1;
    if (result.limit != SANDBOX_LIMIT_MEMORY)
        return err_set(e, "memory: exit %d limit %s", result.exit_code, sandbox_limit_name(result.limit));
    if (stage_run(sandbox, "nothing", NULL, &result, e) != 0)
        return -1;
    if (result.exit_code != 0 || result.mem_kib >= 8 * 1024)
        return err_set(e, "nothing: exit %d memory %ld KiB", result.exit_code, (long)result.mem_kib);
    return 0;
}

/* All that the drivers show in this machine they show for v2 only if that is what the sandbox chose. */
static void test_is_chosen(void)
{
    struct err e = {""};
    if (!is_here())
        return;
    struct sandbox *sandbox = stage_open("", &e);
    if (!UNIT_CHECK(sandbox != NULL, "%s", e.text))
        return;
    UNIT_CHECK(check_figures(sandbox, &e) == 0, "%s", e.text);
    sandbox_close(sandbox);
}

static int note_groups(void *context, size_t k, int box_fd, struct err *e)
{
    (void)k, (void)box_fd, (void)e; /* only the groups are looked at */
    *(int64_t *)context = groups_below(GROUP_PATH, false);
    return 0;
}

/* Everything is made below the group that was named, and nothing is left there. */
static void test_delegated(void)
{
    struct err e = {""};
    struct sandbox_result result;
    int64_t during = -1;
    const struct sandbox_hooks hooks = {.stop_fd = -1, .collect = note_groups, .context = &during};
    if (!is_here())
        return;
    if (!UNIT_CHECK(group_make(&e) == 0, "%s", e.text))
        return;
    struct sandbox *sandbox = stage_open(GROUP, &e);
    if (UNIT_CHECK(sandbox != NULL, "%s", e.text)) {
        UNIT_CHECK(check_figures(sandbox, &e) == 0, "%s", e.text);
        UNIT_CHECK(stage_run(sandbox, "file", &hooks, &result, &e) == 0, "%s", e.text);
        /* the slot's, the cell's, the cell's leaf, the run's */
        UNIT_CHECK(during == 4, "%ld groups below " GROUP " in a run", (long)during);
        sandbox_close(sandbox);
    }
    UNIT_CHECK(groups_below(GROUP_PATH, false) == 0, "groups are left in " GROUP);
    UNIT_CHECK(cgroup_remove(GROUP_PATH, 5000, &e) == 0, "%s", e.text);
}

/* A group a run is a promise to the kernel that it can be freed: what a run leaves must not hold it. */
static void test_no_dying_groups(void)
{
    enum { RUNS = 60, HELD = 20 };
    struct err e = {""};
    struct sandbox_result result;
    if (!is_here())
        return;
    if (!UNIT_CHECK(group_make(&e) == 0, "%s", e.text))
        return;
    struct sandbox *sandbox = stage_open(GROUP, &e);
    if (UNIT_CHECK(sandbox != NULL, "%s", e.text)) {
        for (int i = 0; i < RUNS; i++)
            UNIT_CHECK(stage_run(sandbox, "file", NULL, &result, &e) == 0 && result.exit_code == 0,
                       "run %d: exit %d, %s", i, result.exit_code, e.text);
        /* The kernel frees them a while after; the slot's, the cell's and its leaf are there all the time. */
        int64_t deadline_us = clock_now_us() + 20000000;
        while (groups_below(GROUP_PATH, true) > HELD && clock_now_us() < deadline_us)
            (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* woken early: looks earlier */
        UNIT_CHECK(groups_below(GROUP_PATH, true) <= HELD, "%ld groups are held after %d runs",
                   (long)groups_below(GROUP_PATH, true), RUNS);
        sandbox_close(sandbox);
    }
    UNIT_CHECK(cgroup_remove(GROUP_PATH, 5000, &e) == 0, "%s", e.text);
}

/* What a container with a cgroup namespace sees: its own group as the root, with its processes in it. 0, or -1 with e. */
static int container_enter(struct err *e)
{
    if (file_write(AT_FDCWD, GROUP_PATH "/cgroup.procs", "0", e) != 0)
        return -1;
    if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return err_sys(e, errno, "make namespaces");
    if (umount2(MOUNT, MNT_DETACH) != 0 || mount("cgroup2", MOUNT, "cgroup2", 0, NULL) != 0)
        return err_sys(e, errno, "mount cgroup2 anew");
    return 0;
}

/* Before its processes have moved to a leaf no limit can be set: that is told, not found out in a run. */
static int container_try(struct err *e)
{
    static struct cgroup_layout layout;
    struct err why = {""};
    if (container_enter(e) != 0)
        return -1;
    cgroup_find(&layout, "", -1, "", &why);
    if (layout.tier == CGROUP_V2 || strstr(why.text, "holds processes") == NULL)
        return err_set(e, "with processes in the root: tier %d, %s", (int)layout.tier, why.text);
    if (mkdir(MOUNT "/leaf", 0755) != 0)
        return err_sys(e, errno, "make the leaf");
    if (file_write(AT_FDCWD, MOUNT "/leaf/cgroup.procs", "0", e) != 0)
        return -1;
    cgroup_find(&layout, "", -1, "", &why);
    if (layout.tier != CGROUP_V2 || strcmp(layout.memory, MOUNT) != 0)
        return err_set(e, "from the leaf: tier %d at %s, %s", (int)layout.tier, layout.memory, why.text);
    struct sandbox *sandbox = stage_open("", e);
    if (sandbox == NULL)
        return -1;
    int result = check_figures(sandbox, e);
    sandbox_close(sandbox);
    return result;
}

static void test_container(void)
{
    struct err e = {""};
    int ends[2];
    if (!is_here())
        return;
    if (!UNIT_CHECK(group_make(&e) == 0, "%s", e.text))
        return;
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)fflush(stdout); /* or the child writes it again */
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        int result = container_try(&e);
        ssize_t count = result == 0 ? 0 : write(ends[1], e.text, strlen(e.text));
        _exit(result == 0 && count == 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    int status = -1;
    ssize_t count = read(ends[0], e.text, sizeof e.text - 1);
    e.text[count < 0 ? 0 : count] = '\0';
    (void)close(ends[0]);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    UNIT_CHECK(status == 0, "status %#x: %s", (unsigned)status, e.text);
    UNIT_CHECK(groups_below(GROUP_PATH, false) == 1, "%ld groups are left beside the leaf",
               (long)groups_below(GROUP_PATH, false) - 1);
    UNIT_CHECK(cgroup_remove(GROUP_PATH, 5000, &e) == 0, "%s", e.text);
}

static const struct unit_test tests[] = {
    {"is_chosen", test_is_chosen},
    {"delegated", test_delegated},
    {"no_dying_groups", test_no_dying_groups},
    {"container", test_container},
};

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "program") == 0)
        return program(argv[2]);
    return unit_main("sandbox", tests, sizeof tests / sizeof tests[0], argc, argv);
}
