/*
 * cells.c - the sandbox's calls as their callers use them: several programs at once, their files and descriptors, hooks.
 *
 * Runs as root. The programs are honest ones (programs/tool-*.c); what hostile ones do is hostile.c's subject.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "tests/sandbox/lib/cellrun.h"

#include "common/banned.h"

enum { INPUT_BYTES = 300000, CHAIN = SANDBOX_CELLS, TRIES = 5 };

/* The specs of programs of which each writes into the next one's input. The first reads first_fd, the last writes to
 * cells->sink. */
struct chain {
    char paths[CHAIN][128];
    const char *argv[CHAIN][CELLRUN_ARGV];
    struct sandbox_spec specs[CHAIN];
    struct sandbox_result results[CHAIN];
};

static int chain_make(struct cells *cells, struct chain *chain, const char *const *programs, size_t n, int first_fd,
                      struct err *e)
{
    const struct policy *policy = drive_policy(&cells->drive, "c", e);
    int next_in = first_fd;
    if (policy == NULL || ftruncate(cells->sink, 0) != 0 || lseek(cells->sink, 0, SEEK_SET) != 0)
        return err_add(e, "chain");
    for (size_t k = 0; k < n; k++) {
        int fds[2] = {-1, -1};
        struct sandbox_spec *spec = &chain->specs[k];
        if (cellrun_put(cells, k, programs[k], chain->paths[k], chain->argv[k], NULL, NULL, e) != 0)
            return -1;
        if (k + 1 < n && pipe2(fds, O_CLOEXEC) != 0)
            return err_sys(e, errno, "make a pipe");
        *spec = (struct sandbox_spec){
            .argv = chain->argv[k],
            .env = drive_env,
            .fd = {next_in, fds[1], -1},
            .sink = {-1, k + 1 == n ? cells->sink : -1, -1},
            .policy = policy,
            .limits = drive_limits(&cells->drive),
        };
        next_in = fds[0];
    }
    return 0;
}

static int make_input(char *text)
{
    for (size_t i = 0; i < INPUT_BYTES; i++)
        text[i] = (char)(' ' + i * 7 % 90);
    text[INPUT_BYTES] = '\0';
    return cellrun_file(text);
}

static int echo_through(struct cells *cells, size_t n, struct err *e)
{
    static char text[INPUT_BYTES + 2], got[INPUT_BYTES + 2];
    static struct chain chain;
    const char *programs[CHAIN];
    for (size_t k = 0; k < n; k++)
        programs[k] = "tool-echo";
    if (chain_make(cells, &chain, programs, n, make_input(text), e) != 0 ||
        sandbox_run(cells->sandbox, chain.specs, chain.results, n, NULL, e) != 0)
        return -1;
    for (size_t k = 0; k < n; k++) {
        if (chain.results[k].exit_code != 0)
            return cellrun_wrong("tool-echo", &chain.results[k], e);
    }
    if (drive_read(cells->sink, got, sizeof got) != INPUT_BYTES || strcmp(text, got) != 0)
        return err_set(e, "what came out is not what went in");
    return 0;
}

static int test_two_joined(struct cells *cells, struct err *e)
{
    return echo_through(cells, 2, e);
}

static int test_sixteen_joined(struct cells *cells, struct err *e)
{
    return echo_through(cells, CHAIN, e);
}

/* The writer ends at once: the reader comes to the end of its input. */
static int test_writer_ends_early(struct cells *cells, struct err *e)
{
    static const char *const programs[] = {"tool-show", "tool-echo"};
    static struct chain chain;
    if (chain_make(cells, &chain, programs, 2, -1, e) != 0 ||
        sandbox_run(cells->sandbox, chain.specs, chain.results, 2, NULL, e) != 0)
        return -1;
    return chain.results[0].exit_code == 0 && chain.results[1].exit_code == 0
               ? 0
               : cellrun_wrong("the reader", &chain.results[1], e);
}

/* The reader ends at once: the writer is told as it would be anywhere. */
static int test_reader_ends_early(struct cells *cells, struct err *e)
{
    static const char *const programs[] = {"output-stdout", "tool-show"};
    static struct chain chain;
    if (chain_make(cells, &chain, programs, 2, -1, e) != 0 ||
        sandbox_run(cells->sandbox, chain.specs, chain.results, 2, NULL, e) != 0)
        return -1;
    return chain.results[0].signal == 13 && chain.results[1].exit_code == 0
               ? 0
               : cellrun_wrong("the writer", &chain.results[0], e);
}

/* One is ended by a limit, the other one is not touched by it. */
static int test_one_is_killed(struct cells *cells, struct err *e)
{
    static const char *const programs[] = {"spin", "tool-echo"};
    static struct chain chain;
    if (chain_make(cells, &chain, programs, 2, -1, e) != 0)
        return -1;
    chain.specs[0].limits.cpu_us = 100000;
    if (sandbox_run(cells->sandbox, chain.specs, chain.results, 2, NULL, e) != 0)
        return -1;
    if (chain.results[0].limit != SANDBOX_LIMIT_CPU)
        return cellrun_wrong("the first", &chain.results[0], e);
    return chain.results[1].exit_code == 0 ? 0 : cellrun_wrong("the second", &chain.results[1], e);
}

/* What one of two programs uses is not billed to the other. */
static int test_figures_are_apart(struct cells *cells, struct err *e)
{
    static const char *const programs[] = {"spin", "sleep-for-ever"};
    static struct chain chain;
    if (chain_make(cells, &chain, programs, 2, -1, e) != 0)
        return -1;
    int64_t factor = cells->drive.slow ? 4 : 1; /* on an emulated machine its start alone takes 60 ms */
    chain.specs[0].limits.cpu_us = 200000 * factor;
    chain.specs[1].limits.wall_us = 300000 * factor;
    if (sandbox_run(cells->sandbox, chain.specs, chain.results, 2, NULL, e) != 0)
        return -1;
    if (chain.results[0].limit != SANDBOX_LIMIT_CPU || chain.results[1].limit != SANDBOX_LIMIT_WALL)
        return cellrun_wrong("the second", &chain.results[1], e);
    return chain.results[1].cpu_us < 50000 * factor ? 0 : cellrun_wrong("the sleeper was billed", &chain.results[1], e);
}

/* A faulty spec among several: nothing of the others goes on, and all their descriptors are closed. */
static int test_one_cannot_start(struct cells *cells, struct err *e)
{
    static const char *const programs[] = {"sleep-for-ever", "tool-echo"};
    static struct chain chain;
    struct err fault;
    static const char *const none[] = {"/program/none", NULL};
    if (chain_make(cells, &chain, programs, 2, -1, e) != 0)
        return -1;
    chain.specs[1].argv = none;
    int64_t start_us = clock_now_us();
    if (sandbox_run(cells->sandbox, chain.specs, chain.results, 2, NULL, &fault) == 0)
        return err_set(e, "a program that is not there was run");
    if (strstr(fault.text, "/program/none") == NULL)
        return err_set(e, "the error does not name it: %s", fault.text);
    if (clock_now_us() - start_us > 10000000)
        return err_set(e, "the other program was waited for");
    return fcntl(chain.specs[0].fd[1], F_GETFD) < 0 && fcntl(chain.specs[1].fd[0], F_GETFD) < 0
               ? 0
               : err_set(e, "a descriptor of the spec is still open");
}

static int sleep_until_stopped(struct cells *cells, int stop_fd, struct sandbox_result *result, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_hooks hooks = {.stop_fd = stop_fd};
    if (cellrun_put(cells, 0, "sleep-for-ever", path, argv, NULL, NULL, e) != 0 ||
        cellrun_go(cells, &spec, result, &hooks, e) != 0)
        return -1;
    return result->cancelled && result->exit_code == -1 && result->limit == SANDBOX_LIMIT_NONE
               ? 0
               : cellrun_wrong("sleep-for-ever", result, e);
}

static int test_stop_before(struct cells *cells, struct err *e)
{
    struct sandbox_result result;
    int fd = eventfd(1, EFD_CLOEXEC);
    int ran = fd < 0 ? err_sys(e, errno, "eventfd") : sleep_until_stopped(cells, fd, &result, e);
    file_close(&fd);
    return ran;
}

/* Within 50 ms of the moment, in the best of five runs. */
static int test_stop_in_the_middle(struct cells *cells, struct err *e)
{
    int64_t best_us = INT64_MAX;
    for (int i = 0; i < TRIES && best_us > 50000; i++) {
        struct sandbox_result result;
        struct itimerspec when = {.it_value = {.tv_nsec = 100 * 1000 * 1000}};
        int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        int64_t due_us = clock_now_us() + 100000;
        if (fd < 0 || timerfd_settime(fd, 0, &when, NULL) != 0)
            return err_sys(e, errno, "timerfd");
        int ran = sleep_until_stopped(cells, fd, &result, e);
        int64_t late_us = clock_now_us() - due_us;
        file_close(&fd);
        if (ran != 0)
            return -1;
        best_us = late_us < best_us ? late_us : best_us;
    }
    return best_us <= 50000 || cells->drive.slow ? 0 : err_set(e, "it took %lld us", (long long)best_us);
}

static void count_tick(void *context)
{
    int *ticks = context;
    (*ticks)++;
}

static int test_tick(struct cells *cells, struct err *e)
{
    char path[128];
    int ticks = 0;
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_hooks hooks = {.stop_fd = -1, .tick = count_tick, .context = &ticks};
    struct sandbox_result result;
    spec.limits = drive_limits(&cells->drive);
    spec.limits.wall_us = 3200000;
    if (cellrun_put(cells, 0, "sleep-for-ever", path, argv, NULL, NULL, e) != 0 ||
        cellrun_go(cells, &spec, &result, &hooks, e) != 0)
        return -1;
    if (result.limit != SANDBOX_LIMIT_WALL)
        return cellrun_wrong("sleep-for-ever", &result, e);
    return ticks >= 3 && ticks <= 20 ? 0 : err_set(e, "called %d times in 3.2 s", ticks);
}

/* In the collect hook: what may be opened of what the program left. box_fd is the folder as the program left it. */
static int open_all_kinds(void *context, size_t k, int box_fd, struct err *e)
{
    static const char *const refused[] = {
        "link",       "loop",    "outside", "fifo",     "folder",      "socket",
        "none",       "",        ".",       "..",       "/",           "folder/inner",
        "loop/plain", "./plain", "device",  "../plain", "/etc/passwd", "folder/../plain",
        "/box/plain"};
    char text[16];
    int *calls = context;
    (*calls)++;
    /* The program could not make one; root can. */
    if (mknodat(box_fd, "device", S_IFCHR | 0666, makedev(1, 3)) != 0)
        return err_sys(e, errno, "make a device");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct err why;
        int fd = sandbox_open_left(box_fd, refused[i], &why);
        if (fd >= 0) {
            (void)close(fd); /* nothing was written */
            return err_set(e, "'%s' was opened", refused[i]);
        }
    }
    int fd = sandbox_open_left(box_fd, "plain", e);
    if (fd < 0)
        return -1;
    int64_t length = drive_read(fd, text, sizeof text);
    int flags = fcntl(fd, F_GETFD);
    (void)close(fd); /* it was only read */
    if (length != 4 || strcmp(text, "more") != 0)
        return err_set(e, "plain holds '%s'", text);
    return k == 0 && (flags & FD_CLOEXEC) != 0 ? 0 : err_set(e, "program %zu, descriptor flags %d", k, flags);
}

static int test_collect(struct cells *cells, struct err *e)
{
    char path[128];
    int calls = 0;
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_hooks hooks = {.stop_fd = -1, .collect = open_all_kinds, .context = &calls};
    struct sandbox_result result;
    spec.policy = drive_policy(&cells->drive, "everything", e);
    if (spec.policy == NULL || cellrun_put(cells, 0, "tool-file", path, argv, "leave", "x", e) != 0 ||
        cellrun_go(cells, &spec, &result, &hooks, e) != 0)
        return -1;
    if (result.exit_code != 0 || calls != 1)
        return cellrun_wrong("tool-file", &result, e);
    if (cellrun_expect(cells, NULL, "c", "tool-file", "list", "/box", 0, e) != 0)
        return -1;
    return cells->text[0] == '\0' ? 0 : err_set(e, "the next run finds %s", cells->text);
}

static int fail_to_collect(void *context, size_t k, int box_fd, struct err *e)
{
    (void)context;
    (void)box_fd;
    return err_set(e, "collect says no to %zu", k);
}

/* A hook that fails makes the whole call fail, with its own words; the next call is not touched by it. */
static int test_collect_fails(struct cells *cells, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_hooks hooks = {.stop_fd = -1, .collect = fail_to_collect};
    struct sandbox_result result;
    struct err fault;
    if (cellrun_put(cells, 0, "tool-write", path, argv, "1", NULL, e) != 0)
        return -1;
    if (cellrun_go(cells, &spec, &result, &hooks, &fault) == 0)
        return err_set(e, "the run succeeded");
    if (strstr(fault.text, "collect says no to 0") == NULL)
        return err_set(e, "the error says: %s", fault.text);
    return cellrun_expect(cells, NULL, "c", "tool-write", "1", NULL, 0, e);
}

static const struct cells_test tests[] = {
    {"two-joined", test_two_joined},
    {"sixteen-joined", test_sixteen_joined},
    {"writer-ends-early", test_writer_ends_early},
    {"reader-ends-early", test_reader_ends_early},
    {"one-is-killed", test_one_is_killed},
    {"figures-are-apart", test_figures_are_apart},
    {"one-cannot-start", test_one_cannot_start},
    {"stop-before", test_stop_before},
    {"stop-in-the-middle", test_stop_in_the_middle},
    {"tick", test_tick},
    {"collect", test_collect},
    {"collect-fails", test_collect_fails},
};

int main(int argc, char **argv)
{
    return cells_main("cells", tests, sizeof tests / sizeof *tests, argc, argv);
}
