/*
 * test_cgroup.c - runs counted and limited by real groups, on each tier that this box has.
 *
 * Needs root and a writable cgroup tree; what is not there is skipped. A process of the test plays the cell: it enters
 * the cell's group and is told to start runs, which it forks (v1) or clones into the run's group (v2). The runs spend
 * known amounts, under limits, and never more than 64 MiB and a few processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { MIB = 1024 * 1024 };

/* What the test, the cell and the runs tell each other. */
struct shared {
    int forked; /* children that a run could make */
    pid_t left; /* a process that a run left behind */
};

struct order {
    void (*run)(struct shared *shared);
    int into_fd; /* of the test process */
    bool leave;  /* do not wait for what the run left */
};

struct stage {
    struct cgroup_layout layout;
    struct cgroup_slot slot;
    struct cgroup_cell cell;
    struct shared *shared;
    pid_t cell_pid;
    int order_fd, status_fd; /* to and from the cell */
};

/* ---- the runs */

static void run_nothing(struct shared *shared)
{
    (void)shared; /* nothing to tell */
}

static void touch(size_t size)
{
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        _exit(3);
    for (size_t i = 0; i < size; i += 4096)
        *(volatile char *)(pages + i) = 1;
}

static void run_32_mib(struct shared *shared)
{
    (void)shared; /* nothing to tell */
    touch(32 * MIB);
}

static void run_64_mib(struct shared *shared)
{
    (void)shared; /* nothing to tell */
    touch(64 * MIB);
}

/* Spends 100 ms of CPU time. */
static void spin(void)
{
    struct timespec now = {0};
    do {
        if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
            _exit(3);
    } while (now.tv_sec == 0 && now.tv_nsec < 100000000);
}

/* 100 ms by itself, and 100 ms by a child that it does not wait for. */
static void run_200_ms(struct shared *shared)
{
    int ends[2];
    if (pipe(ends) != 0)
        _exit(3);
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        spin();
        _exit(0);
    }
    shared->left = child;
    (void)close(ends[1]);
    spin();
    char byte;
    if (read(ends[0], &byte, 1) != 0) /* the end of the file: the child has exited, or nearly */
        _exit(3);
}

/* As many children at once as it gets, 20 at most. */
static void run_forks(struct shared *shared)
{
    pid_t children[20];
    int count = 0;
    for (; count < 20; count++) {
        children[count] = fork();
        if (children[count] < 0)
            break;
        if (children[count] == 0) {
            (void)pause();
            _exit(0);
        }
    }
    shared->forked = count;
    for (int i = 0; i < count; i++) {
        (void)kill(children[i], SIGKILL);
        (void)waitpid(children[i], NULL, 0);
    }
}

static void run_leaves_a_process(struct shared *shared)
{
    pid_t child = fork();
    if (child == 0) {
        (void)setsid();
        (void)signal(SIGTERM, SIG_IGN);
        for (;;)
            (void)pause();
    }
    shared->left = child;
}

/* ---- the cell */

static pid_t cell_clone(int into_fd, pid_t test)
{
    if (into_fd < 0)
        return fork();
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)test, into_fd);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (__u64)fd};
    pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    (void)close(fd);
    return child;
}

/* Starts a run for each order, waits for the end of all its processes, and tells its wait status; ends with the order
 * pipe. It inherits orphans as the real cell does. */
static void cell_main(struct shared *shared, int order_fd, int status_fd, pid_t test)
{
    struct order order;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* cannot fail */
    while (read(order_fd, &order, sizeof order) == (ssize_t)sizeof order) {
        int status = -1;
        pid_t child = cell_clone(order.into_fd, test);
        if (child == 0) {
            order.run(shared);
            _exit(0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            status = -1;
        while (!order.leave && waitpid(-1, NULL, 0) > 0) {
        }
        if (write(status_fd, &status, sizeof status) != (ssize_t)sizeof status)
            break;
    }
    _exit(0);
}

static bool cell_start(struct stage *stage)
{
    int orders[2];
    int statuses[2];
    if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(statuses, O_CLOEXEC) != 0)
        return false;
    stage->shared = mmap(NULL, sizeof *stage->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t test = getpid();
    stage->cell_pid = fork();
    if (stage->cell_pid == 0) {
        (void)close(orders[1]);
        cell_main(stage->shared, orders[0], statuses[1], test);
    }
    (void)close(orders[0]);
    (void)close(statuses[1]);
    stage->order_fd = orders[1];
    stage->status_fd = statuses[0];
    return stage->cell_pid > 0 && stage->shared != MAP_FAILED;
}

/* ---- the stage */

/* Opens slot and cell on the tier. False where the test cannot go on (and then it has failed or is skipped). */
static bool stage_open(struct stage *stage, enum cgroup_tier tier)
{
    struct err e = {"nothing found"};
    char name[CGROUP_NAME_SIZE];
    if (geteuid() != 0) {
        unit_skip("groups can be made by root alone");
        return false;
    }
    cgroup_find(&stage->layout, "", (int)tier, "", &e);
    if (stage->layout.tier != tier) {
        static char why[sizeof e.text];
        memcpy(why, e.text, sizeof why);
        unit_skip(why);
        return false;
    }
    (void)str_format(name, sizeof name, "judge-test-%d", (int)getpid()); /* 22 bytes at most */
    if (!UNIT_CHECK(cgroup_slot_open(&stage->slot, &stage->layout, name, &e) == 0, "slot: %s", e.text) ||
        !UNIT_CHECK(cgroup_cell_open(&stage->cell, &stage->slot, 3, &e) == 0, "cell: %s", e.text) ||
        !UNIT_CHECK(cell_start(stage), "start a cell: %s", strerror(errno)) ||
        !UNIT_CHECK(cgroup_cell_enter(&stage->cell, stage->cell_pid, &e) == 0, "enter: %s", e.text)) {
        (void)cgroup_slot_close(&stage->slot, NULL); /* the failure above is the one that counts */
        return false;
    }
    return true;
}

static void stage_close(struct stage *stage)
{
    struct err e = {""};
    UNIT_CHECK(cgroup_cell_close(&stage->cell, &e) == 0, "close the cell: %s", e.text);
    UNIT_CHECK(cgroup_slot_close(&stage->slot, &e) == 0, "close the slot: %s", e.text);
    (void)close(stage->order_fd);
    (void)close(stage->status_fd);
    (void)kill(stage->cell_pid, SIGKILL); /* it was killed with its group, or that is what failed */
    (void)waitpid(stage->cell_pid, NULL, 0);
    (void)munmap(stage->shared, sizeof *stage->shared);
    for (int i = 0; i < 3; i++) {
        const char *places[3] = {stage->layout.memory, stage->layout.cpu, stage->layout.pids};
        char path[PATH_MAX];
        struct stat info;
        if (places[i][0] == '\0' || str_format(path, sizeof path, "%s/%s", places[i], stage->slot.name) != 0)
            continue;
        UNIT_CHECK(stat(path, &info) != 0 && errno == ENOENT, "%s is left", path);
    }
}

/* One run; its wait status, or -1 where it could not be done (then the test has failed). */
static int stage_run(struct stage *stage, void (*run)(struct shared *), int64_t mem_kib, int processes,
                     struct cgroup_usage *usage)
{
    struct err e = {""};
    struct order order = {.run = run};
    int status = -1;
    *usage = (struct cgroup_usage){0};
    *stage->shared = (struct shared){0};
    if (!UNIT_CHECK(cgroup_run_begin(&stage->cell, mem_kib, processes, &order.into_fd, &e) == 0, "begin: %s", e.text))
        return -1;
    CU_ASSERT_EQUAL(order.into_fd >= 0, stage->layout.tier == CGROUP_V2);
    if (!UNIT_CHECK(write(stage->order_fd, &order, sizeof order) == (ssize_t)sizeof order, "order: %s",
                    strerror(errno)) ||
        !UNIT_CHECK(read(stage->status_fd, &status, sizeof status) == (ssize_t)sizeof status, "no status") ||
        !UNIT_CHECK(status != -1, "the run was not started"))
        return -1;
    int ended = cgroup_run_end(&stage->cell, usage, &e);
    UNIT_CHECK(ended == 0, "end: %s", e.text);
    return ended == 0 ? status : -1;
}

/* ---- the tests, each on v1 and on v2 */

/* The peak is the run's, whatever the run before it used. */
static void check_memory(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct cgroup_usage usage;
    if (UNIT_SANITIZED) {
        unit_skip("the sanitizer's own memory is in the figures");
        return;
    }
    if (!stage_open(&stage, tier))
        return;
    if (stage.layout.memory[0] == '\0') {
        unit_skip("no memory controller on this tier");
        stage_close(&stage);
        return;
    }
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(stage_run(&stage, run_32_mib, 128 * 1024, 4, &usage), 0);
        UNIT_CHECK(usage.peak_kib == -1 || (usage.peak_kib > 32 * 1024 - 512 && usage.peak_kib < 35 * 1024),
                   "32 MiB read as %lld KiB", (long long)usage.peak_kib);
        CU_ASSERT_EQUAL(stage_run(&stage, run_nothing, 128 * 1024, 4, &usage), 0);
        UNIT_CHECK(usage.peak_kib < 3 * 1024, "nothing reads as %lld KiB", (long long)usage.peak_kib);
        CU_ASSERT_EQUAL(usage.oom_kills, 0);
    }
    stage_close(&stage);
}

/* A limit kills, is counted in its run alone, can be raised and lowered, and lets through what it allows. */
static void check_memory_limit(enum cgroup_tier tier)
{
    static const struct {
        int64_t mem_kib;
        bool killed;
    } rows[] = {{16 * 1024, true}, {65 * 1024, false}, {1024, true}, {1024 * 1024, false}, {60 * 1024, true}};
    struct stage stage = {0};
    struct cgroup_usage usage;
    if (!stage_open(&stage, tier))
        return;
    if (stage.layout.memory[0] == '\0') {
        unit_skip("no memory controller on this tier");
        stage_close(&stage);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int status = stage_run(&stage, run_64_mib, rows[i].mem_kib, 4, &usage);
        UNIT_CHECK(status == (rows[i].killed ? SIGKILL : 0), "64 MiB of %lld KiB: status %#x",
                   (long long)rows[i].mem_kib, (unsigned)status);
        UNIT_CHECK((usage.oom_kills > 0) == rows[i].killed, "64 MiB of %lld KiB: %lld kills",
                   (long long)rows[i].mem_kib, (long long)usage.oom_kills);
        UNIT_CHECK(usage.peak_kib < rows[i].mem_kib + 16 * 1024, "64 MiB of %lld KiB: peak %lld KiB",
                   (long long)rows[i].mem_kib, (long long)usage.peak_kib);
    }
    stage_close(&stage);
}

/* CPU time of a child that nobody waited for counts; so does none of the run before. */
static void check_cpu(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct cgroup_usage usage;
    if (!stage_open(&stage, tier))
        return;
    CU_ASSERT_EQUAL(stage_run(&stage, run_200_ms, 65536, 4, &usage), 0);
    UNIT_CHECK(usage.cpu_us >= 196000 && usage.cpu_us < 300000, "200 ms read as %lld us", (long long)usage.cpu_us);
    CU_ASSERT_EQUAL(stage_run(&stage, run_nothing, 65536, 4, &usage), 0);
    UNIT_CHECK(usage.cpu_us >= 0 && usage.cpu_us < 100000, "nothing read as %lld us", (long long)usage.cpu_us);
    stage_close(&stage);
}

/* The figure grows while the run is under way. */
static void check_cpu_while_running(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct err e = {""};
    struct order order = {.run = run_200_ms};
    if (!stage_open(&stage, tier))
        return;
    CU_ASSERT_EQUAL(cgroup_run_begin(&stage.cell, 65536, 4, &order.into_fd, &e), 0);
    UNIT_CHECK(cgroup_run_cpu_us(&stage.cell) < 50000, "%lld us before it runs",
               (long long)cgroup_run_cpu_us(&stage.cell));
    CU_ASSERT_EQUAL(write(stage.order_fd, &order, sizeof order), (ssize_t)sizeof order);
    int64_t deadline_us = clock_now_us() + 30000000;
    while (cgroup_run_cpu_us(&stage.cell) < 100000 && clock_now_us() < deadline_us)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    UNIT_CHECK(cgroup_run_cpu_us(&stage.cell) >= 100000, "%lld us after 30 s",
               (long long)cgroup_run_cpu_us(&stage.cell));
    int status = -1;
    CU_ASSERT_EQUAL(read(stage.status_fd, &status, sizeof status), (ssize_t)sizeof status);
    CU_ASSERT_EQUAL(status, 0);
    struct cgroup_usage usage;
    UNIT_CHECK(cgroup_run_end(&stage.cell, &usage, &e) == 0, "%s", e.text);
    stage_close(&stage);
}

/* processes = 4: the run itself, three children and the one too many that the tracer is to see. */
static void check_processes(enum cgroup_tier tier)
{
    static const int limits[] = {4, 1, 9, 4};
    struct stage stage = {0};
    struct cgroup_usage usage;
    if (!stage_open(&stage, tier))
        return;
    if (stage.layout.pids[0] == '\0') {
        unit_skip("no pids controller on this tier");
        stage_close(&stage);
        return;
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        CU_ASSERT_EQUAL(stage_run(&stage, run_forks, 65536, limits[i], &usage), 0);
        UNIT_CHECK(stage.shared->forked == limits[i], "%d processes: %d children", limits[i], stage.shared->forked);
        UNIT_CHECK(usage.pids_refused == 1, "%d processes: %lld refused", limits[i], (long long)usage.pids_refused);
    }
    CU_ASSERT_EQUAL(stage_run(&stage, run_nothing, 65536, 4, &usage), 0);
    CU_ASSERT_EQUAL(usage.pids_refused, 0);
    stage_close(&stage);
}

/* True where the process has gone, or is dead and not reaped yet: within 10 s. */
static bool dies(pid_t pid)
{
    char path[64];
    char text[512];
    int64_t deadline_us = clock_now_us() + 10000000;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    while (clock_now_us() < deadline_us) {
        if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0 || strstr(text, ") Z ") != NULL)
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

/* A run that is not over cannot be proven over, and the cell's end kills what is left of it. */
static void check_left_process(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct cgroup_usage usage;
    struct err e = {""};
    struct order order = {.run = run_leaves_a_process, .leave = true};
    if (!stage_open(&stage, tier))
        return;
    CU_ASSERT_EQUAL(cgroup_run_begin(&stage.cell, 65536, 4, &order.into_fd, &e), 0);
    CU_ASSERT_EQUAL(write(stage.order_fd, &order, sizeof order), (ssize_t)sizeof order);
    int status = -1;
    CU_ASSERT_EQUAL(read(stage.status_fd, &status, sizeof status), (ssize_t)sizeof status);
    CU_ASSERT_EQUAL(cgroup_run_end(&stage.cell, &usage, &e), -1);
    UNIT_CHECK(strstr(e.text, "after the run") != NULL, "%s", e.text);
    CU_ASSERT_EQUAL(kill(stage.shared->left, 0), 0);
    pid_t left = stage.shared->left;
    stage_close(&stage);
    if (!UNIT_CHECK(dies(left), "process %d is left", (int)left))
        (void)kill(left, SIGKILL); /* the test shall leave nothing either */
}

/* What a slot that was never closed left, processes and all, is removed by the next of that name. */
static void check_taken_over(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct err e = {""};
    int into_fd;
    if (!stage_open(&stage, tier))
        return;
    CU_ASSERT_EQUAL(cgroup_run_begin(&stage.cell, 65536, 4, &into_fd, &e), 0);
    struct cgroup_slot next;
    UNIT_CHECK(cgroup_slot_open(&next, &stage.layout, stage.slot.name, &e) == 0, "%s", e.text);
    CU_ASSERT(dies(stage.cell_pid));
    struct cgroup_cell cell;
    UNIT_CHECK(cgroup_cell_open(&cell, &next, 3, &e) == 0, "%s", e.text);
    UNIT_CHECK(cgroup_cell_open(&cell, &next, 3, &e) == 0, "a cell in the place of one that was not closed: %s",
               e.text);
    UNIT_CHECK(cgroup_cell_close(&cell, &e) == 0, "%s", e.text);
    stage_close(&stage);
}

/* Somebody removes the slot's groups, and the cell with them: the next cell has groups again. */
static void check_slot_removed(enum cgroup_tier tier)
{
    struct stage stage = {0};
    struct cgroup_cell cell;
    struct err e = {""};
    if (!stage_open(&stage, tier))
        return;
    for (int i = 0; i < stage.slot.path_count; i++)
        UNIT_CHECK(cgroup_remove(stage.slot.paths[i], 5000, &e) == 0, "%s", e.text);
    UNIT_CHECK(cgroup_cell_open(&cell, &stage.slot, 3, &e) == 0, "%s", e.text);
    for (int i = 0; i < stage.slot.path_count; i++)
        CU_ASSERT_EQUAL(access(stage.slot.paths[i], F_OK), 0);
    UNIT_CHECK(cgroup_cell_close(&cell, &e) == 0, "%s", e.text);
    stage_close(&stage);
}

#define BOTH_TIERS(name)                                                                                               \
    static void test_v1_##name(void)                                                                                   \
    {                                                                                                                  \
        check_##name(CGROUP_V1);                                                                                       \
    }                                                                                                                  \
    static void test_v2_##name(void)                                                                                   \
    {                                                                                                                  \
        check_##name(CGROUP_V2);                                                                                       \
    }

BOTH_TIERS(memory)
BOTH_TIERS(memory_limit)
BOTH_TIERS(cpu)
BOTH_TIERS(cpu_while_running)
BOTH_TIERS(processes)
BOTH_TIERS(left_process)
BOTH_TIERS(taken_over)
BOTH_TIERS(slot_removed)

/* ---- without groups, and wrong arguments */

static void test_none(void)
{
    struct cgroup_layout layout;
    struct cgroup_slot slot;
    struct cgroup_cell cell;
    struct cgroup_usage usage;
    struct err e = {""};
    int into_fd = 7;
    cgroup_find(&layout, "", CGROUP_NONE, "", &e);
    CU_ASSERT_EQUAL(cgroup_slot_open(&slot, &layout, "judge-test-none", &e), 0);
    CU_ASSERT_EQUAL(cgroup_cell_open(&cell, &slot, 0, &e), 0);
    CU_ASSERT_EQUAL(cgroup_cell_enter(&cell, getpid(), &e), 0);
    CU_ASSERT_EQUAL(cgroup_run_begin(&cell, 65536, 4, &into_fd, &e), 0);
    CU_ASSERT_EQUAL(into_fd, -1);
    CU_ASSERT_EQUAL(cgroup_run_cpu_us(&cell), -1);
    CU_ASSERT_EQUAL(cgroup_run_end(&cell, &usage, &e), 0);
    CU_ASSERT_EQUAL(usage.cpu_us, -1);
    CU_ASSERT_EQUAL(usage.peak_kib, -1);
    CU_ASSERT_EQUAL(usage.oom_kills, 0);
    CU_ASSERT_EQUAL(usage.pids_refused, 0);
    CU_ASSERT_EQUAL(cgroup_cell_close(&cell, &e), 0);
    CU_ASSERT_EQUAL(cgroup_slot_close(&slot, &e), 0);
}

static void test_impossible_limits(void)
{
    static const struct {
        int64_t mem_kib;
        int processes;
    } rows[] = {{0, 1}, {-1, 1}, {INT64_MAX, 1}, {1024, 0}, {1024, -5}};
    struct cgroup_layout layout;
    struct cgroup_slot slot;
    struct cgroup_cell cell;
    int into_fd;
    cgroup_find(&layout, "", CGROUP_NONE, "", NULL);
    CU_ASSERT_EQUAL(cgroup_slot_open(&slot, &layout, "judge-test-none", NULL), 0);
    CU_ASSERT_EQUAL(cgroup_cell_open(&cell, &slot, 0, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {""};
        CU_ASSERT_EQUAL(cgroup_run_begin(&cell, rows[i].mem_kib, rows[i].processes, &into_fd, &e), -1);
        UNIT_CHECK(strstr(e.text, "is not possible") != NULL, "%s", e.text);
    }
}

static void test_bad_names(void)
{
    static const char *const names[] = {
        "", ".", "..", "a/b", "../up", "0123456789012345678901234567890123456789012345678901234567890123456789"};
    struct cgroup_layout layout;
    struct cgroup_slot slot;
    cgroup_find(&layout, "", CGROUP_NONE, "", NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT_EQUAL(cgroup_slot_open(&slot, &layout, names[i], NULL), -1);
}

/* A removal takes groups only: what is not there is no error, a folder with a file in it loses nothing. */
static void test_remove_loses_nothing(void)
{
    char root[] = "/tmp/judge-test-XXXXXX";
    char path[PATH_MAX];
    struct err e = {""};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    (void)str_format(path, sizeof path, "%s/absent", root); /* short */
    CU_ASSERT_EQUAL(cgroup_remove(path, 0, &e), 0);
    (void)str_format(path, sizeof path, "%s/a/b/c", root); /* short */
    CU_ASSERT_EQUAL(file_make_folders(path, 0755, &e), 0);
    (void)str_format(path, sizeof path, "%s/a/file", root); /* short */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    CU_ASSERT(fd >= 0);
    CU_ASSERT_EQUAL(cgroup_remove(root, 0, &e), -1);
    UNIT_CHECK(strstr(e.text, root) != NULL && strstr(e.text, "not empty") != NULL, "%s", e.text);
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL(close(fd), 0);
    CU_ASSERT_EQUAL(cgroup_remove(root, 0, &e), 0);
    CU_ASSERT_EQUAL(access(root, F_OK), -1);
}

#define TIER_ROWS(name)                                                                                                \
    {"v1_" #name, test_v1_##name},                                                                                     \
    {                                                                                                                  \
        "v2_" #name, test_v2_##name                                                                                    \
    }

static const struct unit_test tests[] = {
    TIER_ROWS(memory),
    TIER_ROWS(memory_limit),
    TIER_ROWS(cpu),
    TIER_ROWS(cpu_while_running),
    TIER_ROWS(processes),
    TIER_ROWS(left_process),
    TIER_ROWS(taken_over),
    TIER_ROWS(slot_removed),
    {"none", test_none},
    {"impossible_limits", test_impossible_limits},
    {"bad_names", test_bad_names},
    {"remove_loses_nothing", test_remove_loses_nothing},
};

UNIT_MAIN("cgroup", tests)
