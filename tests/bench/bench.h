/*
 * bench.h - what a benchmark needs: a bare process to compare with, a median, and the lines of the table.
 *
 * A line compares two figures of one run on one core. Its ratio is the median of the ratios of the rounds, in each of
 * which both sides took part; `best` compares the smallest figure of each side. For a figure that has to be right
 * instead of fast, `ours` is how far it is off, `baseline` how far it may be, and the goal is 1.
 */
#ifndef JUDGE_BENCH_H
#define JUDGE_BENCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/str.h"

enum bench_unit { BENCH_US, BENCH_KIB };

struct bench_line {
    const char *what;
    enum bench_unit unit;
    double ours, baseline; /* below 0: there is none */
    double ratio, best;    /* below 0: there is none */
    double goal;           /* 0: for information */
};

static inline double bench_now_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for a clock that does not exist */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorts values, and returns the one in the middle. */
static inline double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, bench_compare);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static inline void bench_print_value(double value, enum bench_unit unit)
{
    if (value < 0)
        printf(" %12s", "");
    else if (unit == BENCH_KIB)
        printf(" %8.0f KiB", value);
    else if (value < 10000)
        printf(" %9.1f us", value);
    else
        printf(" %9.2f ms", value / 1e3);
}

static inline void bench_print_head(void)
{
    printf("%-58s %12s %12s %7s %7s %6s  %s\n", "what", "ours", "baseline", "ratio", "best", "goal", "verdict");
}

/* Prints the line as soon as it is known. Returns 1 where the goal is missed, else 0. */
static inline int bench_print(const struct bench_line *line)
{
    printf("%-58s", line->what);
    bench_print_value(line->ours, line->unit);
    bench_print_value(line->baseline, line->unit);
    for (int i = 0; i < 2; i++) {
        double ratio = i == 0 ? line->ratio : line->best;
        if (ratio < 0)
            printf(" %7s", "");
        else
            printf(" %7.3f", ratio);
    }
    int over = line->goal > 0 && line->ratio > line->goal;
    if (line->goal > 0)
        printf(" %6.2f  %s", line->goal, over ? "OVER" : "ok");
    printf("\n");
    (void)fflush(stdout); /* nothing to be done about a table that nobody reads */
    return over;
}

/* Starts the program path the cheapest way there is. in_fd and out_fd become 0 and 1, -1 leaves them. Returns its pid,
 * or -1 with errno. */
static __attribute__((noinline)) pid_t bench_spawn(const char *path, char *const *argv, int in_fd, int out_fd)
{
    static char *const env[] = {NULL};
    pid_t pid = vfork();
    if (pid == 0) {
        if ((in_fd >= 0 && dup2(in_fd, STDIN_FILENO) < 0) || (out_fd >= 0 && dup2(out_fd, STDOUT_FILENO) < 0))
            _exit(126);
        execve(path, argv, env);
        _exit(127);
    }
    return pid;
}

/* Waits for it. 0, or -1 with e where it did not exit with 0. */
static inline int bench_wait(pid_t pid, const char *path, struct err *e)
{
    int status = 0;
    struct rusage usage;
    if (pid < 0)
        return err_sys(e, errno, "start %s", path);
    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return err_sys(e, errno, "wait for %s", path);
    }
    return status == 0 ? 0 : err_set(e, "%s ended with status 0x%x", path, (unsigned)status);
}

#endif
