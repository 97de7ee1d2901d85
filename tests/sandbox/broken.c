/*
 * broken.c - cells that break: killed or stopped from outside, idle or in the middle of a run, by a fault of the box or
 * because memory ran out. That is an error or nobody's business, never a verdict, and the next run works.
 *
 * Runs as root. It kills judge_cell by the number of a process that descends from itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/sandbox/lib/cellrun.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

enum { BEGIN_WAIT_MS = 30000 };

/* The cell, which is made first if there is none. A sandbox of its own has one cell only. */
static pid_t find_cell(struct cells *cells, const char *program, struct err *e)
{
    struct err none;
    if (drive_put(&cells->drive, cells->sandbox, 0, program, &none) != 0) {
        err_set(e, "%s cannot be put", program);
        return 0;
    }
    pid_t pid = residue_find_cell(0);
    if (pid == 0)
        err_set(e, "no cell is to be found");
    return pid;
}

/* What was put into the cell is there in the one that replaces it: nobody knows that it was replaced. */
static int test_killed_idle(struct cells *cells, struct err *e)
{
    static const char *const argv[] = {"/program/tool-write", "3", NULL};
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_result result;
    pid_t pid = find_cell(cells, "tool-write", e);
    siginfo_t info;
    if (pid == 0)
        return -1;
    if (kill(pid, SIGKILL) != 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0)
        return err_sys(e, errno, "kill the cell");
    if (cellrun_go(cells, &spec, &result, NULL, e) != 0)
        return err_add(e, "the run after it");
    return result.exit_code == 0 && strcmp(cells->text, "aaa") == 0 ? 0 : cellrun_wrong("tool-write", &result, e);
}

/* Sends the signal to pid once the program at the other end of fd has begun. Runs in a process of its own. */
static void signal_when_begun(int fd, pid_t pid, int number)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    char byte;
    if (poll(&polled, 1, BEGIN_WAIT_MS) <= 0 || read(fd, &byte, 1) != 1)
        _exit(1);
    _exit(kill(pid, number) == 0 ? 0 : 1);
}

/* Starts the program in cell 0 and sends its cell the signal in the middle. What sandbox_run said is in *ran and fault. */
static int break_in_the_middle(struct cells *cells, const char *program, int number, int64_t wall_us, int *ran,
                               struct sandbox_result *result, struct err *fault, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    int fds[2];
    pid_t cell = find_cell(cells, program, e);
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    if (cell == 0 || cellrun_put(cells, 0, program, path, argv, NULL, NULL, e) != 0)
        return -1;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    pid_t helper = fork();
    if (helper == 0)
        signal_when_begun(fds[0], cell, number);
    (void)close(fds[0]); /* the helper's */
    if (helper < 0)
        return err_sys(e, errno, "fork");
    spec.fd[2] = fds[1];
    spec.limits = drive_limits(&cells->drive);
    spec.limits.wall_us = wall_us;
    *ran = cellrun_go(cells, &spec, result, NULL, fault);
    (void)waitpid(helper, NULL, 0); /* the sandbox may have reaped it: then there is none */
    return 0;
}

static int next_run(struct cells *cells, struct err *e)
{
    return cellrun_expect(cells, NULL, "c", "tool-write", "1", NULL, 0, e) == 0 ? 0 : err_add(e, "the next run");
}

static int kill_running(struct cells *cells, const char *program, struct err *e)
{
    struct sandbox_result result;
    struct err fault;
    int ran;
    if (break_in_the_middle(cells, program, SIGKILL, 20000000, &ran, &result, &fault, e) != 0)
        return -1;
    if (ran == 0)
        return cellrun_wrong("it came to a verdict", &result, e);
    return strstr(fault.text, "cell") != NULL ? next_run(cells, e) : err_set(e, "the error says: %s", fault.text);
}

static int test_killed_spinning(struct cells *cells, struct err *e)
{
    return kill_running(cells, "spin", e);
}

static int test_killed_sleeping(struct cells *cells, struct err *e)
{
    return kill_running(cells, "sleep-for-ever", e);
}

static int test_killed_writing(struct cells *cells, struct err *e)
{
    return kill_running(cells, "output-64mib", e);
}

/* A cell that answers nobody: the program's limit still ends it, and then the cell is given up. */
static int test_stopped(struct cells *cells, struct err *e)
{
    struct sandbox_result result;
    struct err fault;
    int ran;
    int64_t start_us = clock_now_us();
    if (break_in_the_middle(cells, "sleep-for-ever", SIGSTOP, 500000, &ran, &result, &fault, e) != 0)
        return -1;
    if (clock_now_us() - start_us > 60000000)
        return err_set(e, "it took a minute");
    if (ran == 0 && result.limit != SANDBOX_LIMIT_WALL)
        return cellrun_wrong("it came to a verdict", &result, e);
    return next_run(cells, e);
}

/* After memory ran out, however it did, the next program finds what was put into the cell before. */
static int run_out_of_memory(struct cells *cells, const char *program, const char *policy, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    if (cellrun_put(cells, 0, program, path, argv, NULL, NULL, e) != 0)
        return -1;
    for (int i = 0; i < 5; i++) {
        struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
        struct sandbox_result result;
        spec.limits = drive_limits(&cells->drive);
        spec.limits.mem_kib = 32 * 1024;
        spec.limits.out_bytes = 512 << 20;
        spec.policy = drive_policy(&cells->drive, policy, e);
        if (spec.policy == NULL || cellrun_go(cells, &spec, &result, NULL, e) != 0)
            return err_add(e, "run %d", i);
        if (result.limit != SANDBOX_LIMIT_MEMORY)
            return cellrun_wrong(program, &result, e);
    }
    return next_run(cells, e);
}

static int test_memory(struct cells *cells, struct err *e)
{
    return run_out_of_memory(cells, "memory-malloc", "c", e);
}

static int test_memory_shared(struct cells *cells, struct err *e)
{
    if (strcmp(sandbox_tier_name(cells->sandbox), "none") == 0) {
        err_set(e, "without cgroups nobody counts the memory of several processes");
        return 1;
    }
    return run_out_of_memory(cells, "memory-shared-children", "everything", e);
}

static int test_memory_files(struct cells *cells, struct err *e)
{
    if (strcmp(sandbox_tier_name(cells->sandbox), "none") == 0) {
        err_set(e, "without cgroups nobody counts files while they are written");
        return 1;
    }
    return run_out_of_memory(cells, "memory-files", "c", e);
}

/* One cell runs out of memory, which may end the cell itself, while the program of the other makes processes all the time:
 * that one is not disturbed. */
static int beside_memory(struct cells *cells, struct sandbox_result *results, struct err *e)
{
    static const char *const programs[] = {"memory-shared-children", "measure-children"};
    static const char *const policies[] = {"everything", "compiler"};
    char paths[2][128];
    const char *argv[2][CELLRUN_ARGV];
    struct sandbox_spec specs[2];
    for (size_t k = 0; k < 2; k++) {
        if (cellrun_put(cells, k, programs[k], paths[k], argv[k], "12", "5", e) != 0)
            return -1;
        specs[k] = (struct sandbox_spec){.argv = argv[k], .env = drive_env, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
        specs[k].policy = drive_policy(&cells->drive, policies[k], e);
        specs[k].limits = drive_limits(&cells->drive);
        specs[k].limits.processes = 32;
        if (specs[k].policy == NULL)
            return -1;
    }
    specs[0].limits.mem_kib = 32 * 1024;
    return sandbox_run(cells->sandbox, specs, results, 2, NULL, e);
}

static int test_memory_beside(struct cells *cells, struct err *e)
{
    if (strcmp(sandbox_tier_name(cells->sandbox), "none") == 0) {
        err_set(e, "without cgroups nobody counts the memory of several processes");
        return 1;
    }
    for (int i = 0; i < 10; i++) {
        struct sandbox_result results[2];
        if (beside_memory(cells, results, e) != 0)
            return err_add(e, "run %d", i);
        if (results[0].limit != SANDBOX_LIMIT_MEMORY)
            return cellrun_wrong("the first", &results[0], e);
        if (results[1].exit_code != 0)
            return cellrun_wrong("the second", &results[1], e);
    }
    return next_run(cells, e);
}

static const struct cells_test tests[] = {
    {"killed-idle", test_killed_idle},
    {"killed-spinning", test_killed_spinning},
    {"killed-sleeping", test_killed_sleeping},
    {"killed-writing", test_killed_writing},
    {"stopped", test_stopped},
    {"memory", test_memory},
    {"memory-shared", test_memory_shared},
    {"memory-files", test_memory_files},
    {"memory-beside", test_memory_beside},
};

int main(int argc, char **argv)
{
    return cells_main("broken", tests, sizeof tests / sizeof *tests, argc, argv);
}
