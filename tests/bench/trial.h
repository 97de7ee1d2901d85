/*
 * trial.h - one program, run once: in the sandbox, or bare from this process.
 *
 * Both get the same input and print to the same kind of file, and both are timed from before the first of their
 * descriptors is opened until the program's end is known.
 */
#ifndef JUDGE_BENCH_TRIAL_H
#define JUDGE_BENCH_TRIAL_H

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>

#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"
#include "tests/bench/bench.h"

enum { PIPE_BYTES = 1 << 20 };

enum { POLICY_BASE, POLICY_C, POLICY_THREADS, POLICY_COMPILER, POLICY_COUNT };
static const char *const policy_names[POLICY_COUNT] = {"base", "c", "threads", "compiler"};

struct bench {
    struct sandbox *sandbox;
    struct sandbox_config config;
    struct policy policies[POLICY_COUNT];
    char programs[PATH_MAX]; /* the folder */
    char cell_path[PATH_MAX];
    char policy_folder[PATH_MAX];
    char folder[64]; /* where bare programs run; empty before it is made */
    const char *only;
    bool quick;
    int over;
    int sink;     /* what programs print: a file in memory */
    char *buffer; /* PIPE_BYTES */
    long second;  /* rounds of `work spin` in a second */
};

/* One line that compares a program in the sandbox with the same program started bare. */
struct trial {
    const char *what;
    int policy;
    const char *argv[3]; /* program, mode, number */
    const char *input;   /* NULL: /dev/null */
    size_t at_once;      /* programs; bare: one after the other */
    int rounds, per_round;
    double goal;
    int64_t mem_kib; /* limit; 0: the usual one */
    bool proc, put_file, drain;
};

static const struct sandbox_limits usual_limits = {
    .cpu_us = 20000000,
    .wall_us = 60000000,
    .mem_kib = 256 * 1024,
    .out_bytes = 128 << 20,
    .stack_kib = 8192,
    .processes = 32,
    .open_files = 64,
};

static bool wanted(const struct bench *bench, const char *what)
{
    return bench->only == NULL || strstr(what, bench->only) != NULL;
}

/* A program in the sandbox. 0 with *result and *elapsed_us, or -1 with e. */
static int run_ours(const struct bench *bench, const struct trial *trial, const struct sandbox_limits *limits,
                    struct sandbox_result *result, double *elapsed_us, struct err *e)
{
    char paths[64];
    const char *argv[] = {paths, trial->argv[1], trial->argv[2], NULL};
    const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
    const struct sandbox_hooks hooks = {.stop_fd = -1};
    struct sandbox_file file = {.name = "data.in", .fd = bench->sink, .mode = 0644};
    struct sandbox_spec specs[2];
    struct sandbox_result results[2];
    *result = (struct sandbox_result){.exit_code = -1};
    if (str_format(paths, sizeof paths, SANDBOX_PROGRAM_FOLDER "/%s", trial->argv[0]) != 0)
        return err_set(e, "%s: name too long", trial->argv[0]);
    size_t count = trial->at_once == 0 ? 1 : trial->at_once;
    double start = bench_now_us();
    for (size_t i = 0; i < count; i++) {
        specs[i] = (struct sandbox_spec){
            .argv = argv,
            .env = env,
            .fd = {-1, -1, -1},
            .sink = {-1, -1, -1},
            .policy = &bench->policies[trial->policy],
            .limits = *limits,
            .proc = trial->proc,
            .files = &file,
            .file_count = trial->put_file ? 1 : 0,
        };
        if (!trial->drain && !trial->put_file)
            specs[i].sink[1] = bench->sink;
        if (trial->input != NULL && (specs[i].fd[0] = open(trial->input, O_RDONLY | O_CLOEXEC)) < 0)
            return err_sys(e, errno, "open %s", trial->input);
    }
    if (sandbox_run(bench->sandbox, specs, results, count, &hooks, e) != 0)
        return -1;
    *elapsed_us = bench_now_us() - start;
    *result = results[0];
    return 0;
}

static int run_ours_to_end(const struct bench *bench, const struct trial *trial, struct sandbox_result *result,
                           double *elapsed_us, struct err *e)
{
    struct sandbox_limits limits = usual_limits;
    if (trial->mem_kib > 0)
        limits.mem_kib = trial->mem_kib;
    if (run_ours(bench, trial, &limits, result, elapsed_us, e) != 0)
        return -1;
    if (result->exit_code != 0)
        return err_set(e, "%s %s %s: exit %d signal %d limit %s refused %s", trial->argv[0], trial->argv[1],
                       trial->argv[2], result->exit_code, result->signal, sandbox_limit_name(result->limit),
                       result->refused ? result->refused_name : "nothing");
    return 0;
}

/* The same program, bare. With drain its output goes through a pipe as it does in the sandbox. */
static int run_bare_once(const struct bench *bench, const struct trial *trial, int out_fd, struct err *e)
{
    char path[PATH_MAX], words[3][32];
    char *argv[] = {words[0], trial->argv[1] == NULL ? NULL : words[1], words[2], NULL};
    int in_fd = -1, ends[2] = {-1, -1}, result = -1;
    for (int i = 0; i < 3 && trial->argv[i] != NULL; i++) {
        if (str_copy(words[i], sizeof words[i], trial->argv[i]) != 0)
            return err_set(e, "%s: too long", trial->argv[i]);
    }
    if (str_format(path, sizeof path, "%s/%s", bench->programs, trial->argv[0]) != 0)
        return err_set(e, "%s: path too long", trial->argv[0]);
    if (trial->input != NULL && (in_fd = open(trial->input, O_RDONLY | O_CLOEXEC)) < 0)
        return err_sys(e, errno, "open %s", trial->input);
    if (trial->drain && (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES) < 0)) {
        err_sys(e, errno, "make a pipe");
        goto out;
    }
    pid_t pid = bench_spawn(path, argv, in_fd, trial->drain ? ends[1] : out_fd);
    if (trial->drain) {
        (void)close(ends[1]); /* the program has its own */
        ends[1] = -1;
        while (pid > 0 && read(ends[0], bench->buffer, PIPE_BYTES) > 0)
            continue;
    }
    result = bench_wait(pid, path, e);
out:
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0)
            (void)close(ends[i]); /* a pipe holds nothing to be lost */
    }
    if (in_fd >= 0)
        (void)close(in_fd); /* only read */
    return result;
}

static int run_bare(const struct bench *bench, const struct trial *trial, double *elapsed_us, struct err *e)
{
    double start = bench_now_us();
    for (size_t i = 0; i < trial->at_once || i == 0; i++) {
        /* Only what prints a report gets a file to print it to: no work for a descriptor that nothing uses. */
        if (run_bare_once(bench, trial, trial->argv[1] == NULL ? -1 : bench->sink, e) != 0)
            return -1;
    }
    *elapsed_us = bench_now_us() - start;
    return 0;
}

#endif
