/*
 * interact_bench.c - an exchange between two programs in the sandbox, as a case of an interactive problem runs, beside the same
 * two programs joined by pipes with no sandbox.
 *
 * In each round both, in turns which comes first, on one core. Runs as root on a box at rest. A measurement, no test: a goal
 * that is missed is printed as OVER and is no failure; it exits 2 where something could not be run at all.
 *
 *     interact_bench [--quick]
 */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>

#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"
#include "tests/bench/bench.h"

#include "common/banned.h"

enum { EXCHANGES = 100000, ROUNDS = 9, QUICK_ROUNDS = 3 };

static const char *const policy_names[2] = {"c", "checker"};

static const struct sandbox_limits limits = {
    .cpu_us = 20000000,
    .wall_us = 60000000,
    .mem_kib = 256 * 1024,
    .out_bytes = 128 << 20,
    .stack_kib = 8192,
    .processes = 1,
    .open_files = 64,
};

struct bench {
    struct sandbox *sandbox;
    struct policy policies[2];
    char programs[PATH_MAX]; /* the folder */
    bool quick;
    int over;
};

/* Of one exchange: real time, and processor time of both programs. */
struct figures {
    double elapsed_us, cpu_us;
};

static const char *const sides[2][2] = {{"ask", "program"}, {"answer", "interactor"}};

static int make_pipes(int up[2], int down[2], struct err *e)
{
    return pipe2(up, O_CLOEXEC) == 0 && pipe2(down, O_CLOEXEC) == 0 ? 0 : err_sys(e, errno, "make a pipe");
}

/* As interact_run.c's specs. */
static int run_ours_pair(const struct bench *bench, const char *how, const char *count, struct figures *figures,
                         struct err *e)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
    const char *argv[2][5] = {{SANDBOX_PROGRAM_FOLDER "/rounds", "ask", how, count, NULL},
                              {SANDBOX_PROGRAM_FOLDER "/rounds", "answer", how, count, NULL}};
    const struct sandbox_hooks hooks = {.stop_fd = -1};
    struct sandbox_spec specs[2];
    struct sandbox_result results[2];
    int up[2], down[2];
    double start = bench_now_us();
    if (make_pipes(up, down, e) != 0)
        return -1;
    for (size_t k = 0; k < 2; k++)
        specs[k] = (struct sandbox_spec){
            .argv = argv[k],
            .env = env,
            .fd = {k == 0 ? down[0] : up[0], k == 0 ? up[1] : down[1], -1},
            .sink = {-1, -1, -1},
            .policy = &bench->policies[k],
            .limits = limits,
            .last_words = true,
            .waits_for = k == 0 ? 2 : 0,
            .written_bytes = 1 << 30,
        };
    if (sandbox_run(bench->sandbox, specs, results, 2, &hooks, e) != 0)
        return -1;
    figures->elapsed_us = bench_now_us() - start;
    figures->cpu_us = (double)(results[0].cpu_us + results[1].cpu_us);
    for (size_t k = 0; k < 2; k++) {
        if (results[k].exit_code != 0)
            return err_set(e, "the %s: exit %d signal %d limit %s refused %s", sides[k][1], results[k].exit_code,
                           results[k].signal, sandbox_limit_name(results[k].limit),
                           results[k].refused ? results[k].refused_name : "nothing");
    }
    return 0;
}

static double children_us(void)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_CHILDREN, &usage); /* fails for no valid argument */
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int run_bare_pair(const struct bench *bench, const char *how, const char *count, struct figures *figures,
                         struct err *e)
{
    char path[PATH_MAX], words[2][4][16];
    char *argv[2][5];
    int up[2], down[2];
    pid_t pids[2];
    for (size_t k = 0; k < 2; k++) {
        const char *const texts[] = {"rounds", sides[k][0], how, count};
        for (size_t i = 0; i < 4; i++) {
            (void)str_copy(words[k][i], sizeof words[k][i], texts[i]); /* they fit */
            argv[k][i] = words[k][i];
        }
        argv[k][4] = NULL;
    }
    if (str_format(path, sizeof path, "%s/rounds", bench->programs) != 0)
        return err_set(e, "path too long");
    double before_us = children_us();
    double start = bench_now_us();
    if (make_pipes(up, down, e) != 0)
        return -1;
    pids[0] = bench_spawn(path, argv[0], down[0], up[1]);
    pids[1] = bench_spawn(path, argv[1], up[0], down[1]);
    for (size_t i = 0; i < 2; i++) {
        (void)close(up[i]);   /* the programs have their own */
        (void)close(down[i]); /* as above */
    }
    int first = bench_wait(pids[0], path, e);
    int second = bench_wait(pids[1], path, e);
    figures->elapsed_us = bench_now_us() - start;
    figures->cpu_us = children_us() - before_us;
    return first != 0 || second != 0 ? -1 : 0;
}

/* A line of the table; the figures are sorted by it. */
static void print_line(struct bench *bench, const char *what, double *ours, double *bare, double *ratios, size_t rounds)
{
    struct bench_line line = {.what = what,
                              .ours = bench_median(ours, rounds),
                              .baseline = bench_median(bare, rounds),
                              .ratio = bench_median(ratios, rounds),
                              .goal = 1.3};
    line.best = ours[0] / bare[0];
    bench->over += bench_print(&line);
}

static int measure(struct bench *bench, const char *what, const char *how, struct err *e)
{
    double values[2][3][ROUNDS]; /* real and processor time: ours, bare, the ratio */
    char count[16], text[64];
    size_t rounds = bench->quick ? QUICK_ROUNDS : ROUNDS;
    (void)str_format(count, sizeof count, "%d", EXCHANGES); /* it fits */
    for (size_t i = 0; i < rounds; i++) {
        struct figures figures[2];
        for (size_t turn = 0; turn < 2; turn++) {
            size_t side = (i + turn) % 2;
            if (side == 0 ? run_ours_pair(bench, how, count, &figures[0], e) != 0
                          : run_bare_pair(bench, how, count, &figures[1], e) != 0)
                return -1;
            values[0][side][i] = figures[side].elapsed_us;
            values[1][side][i] = figures[side].cpu_us;
        }
        for (size_t v = 0; v < 2; v++)
            values[v][2][i] = values[v][0][i] / values[v][1][i];
    }
    for (size_t v = 0; v < 2; v++) {
        (void)str_format(text, sizeof text, "%s%s", what, v == 0 ? "" : ", CPU"); /* it fits */
        print_line(bench, text, values[v][0], values[v][1], values[v][2], rounds);
    }
    return 0;
}

static int open_all(struct bench *bench, struct err *e)
{
    char folder[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (length < 0)
        return err_sys(e, errno, "find this program's folder");
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    char cell_path[PATH_MAX];
    if (str_format(bench->programs, sizeof bench->programs, "%s/programs", folder) != 0 ||
        str_format(cell_path, sizeof cell_path, "%s/../../judge_cell", folder) != 0)
        return err_set(e, "path too long");
    const char *const policies[] = {"syscall_tables/policy", NULL};
    for (int i = 0; i < 2; i++) {
        if (policy_load(&bench->policies[i], policies, policy_names[i], e) != 0)
            return -1;
    }
    const struct sandbox_config config = {.slot = -1, .cpu = -1, .tier = -1, .cell_path = cell_path};
    bench->sandbox = sandbox_open(&config, e);
    if (bench->sandbox == NULL)
        return -1;
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/rounds", bench->programs) != 0)
        return err_set(e, "path too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? err_sys(e, errno, "open %s", path) : 0;
    for (size_t k = 0; k < 2 && result == 0; k++)
        result = sandbox_put_program(bench->sandbox, k, "rounds", fd, e);
    if (fd >= 0)
        (void)close(fd); /* only read */
    return result;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct err e = {""};
    bench.quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    if (argc > 1 && !bench.quick) {
        fprintf(stderr, "usage: interact_bench [--quick]\n");
        return 2;
    }
    /* As in sandbox_bench: other work on the box then disturbs both sides less. */
    (void)setpriority(PRIO_PROCESS, 0, -20);
    bench_print_head();
    int result = open_all(&bench, &e);
    if (result == 0)
        result = measure(&bench, "100,000 exchanges / the same with bare pipes", "raw", &e);
    if (result == 0)
        result = measure(&bench, "100,000 exchanges by stdio / bare", "lines", &e);
    if (result == 0)
        printf("%d over\n", bench.over);
    else
        fprintf(stderr, "interact_bench: %s\n", e.text);
    sandbox_close(bench.sandbox);
    return result == 0 ? 0 : 2;
}
