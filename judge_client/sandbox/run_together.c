/*
 * run_together.c - what programs that run at once have to do with each other: who hears of whose end, whose time is not counted,
 * how much goes through their pipes.
 *
 * Runs in judge_client as root, called by run.c's loop. It ends nothing itself but tells what is to be ended.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/sandbox_parts.h"
#include "judge_client/sandbox/syscalls.h"
#include "judge_client/sandbox/tracer.h"

#include "common/banned.h"

enum { LOOK_US = 50000, IDLE_US = 1000000, LEAVING_US = 2000 };

/* How long its main thread was ready to run while others ran: a busy box is not the fault of who waits for it. */
static void look_at_queue(struct run *run)
{
    char path[40];
    char text[128];
    int64_t ns;
    if (run->main == 0 || run->main_ended)
        return;
    (void)str_format(path, sizeof path, "/proc/%d/schedstat", (int)run->main); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return; /* it has ended meanwhile, or this kernel does not tell */
    char *at = strchr(text, ' ');
    if (at == NULL)
        return;
    at++;
    at[strcspn(at, " ")] = '\0';
    if (str_to_int64(at, 0, INT64_MAX, &ns) == 0)
        run->queued_us = ns / 1000;
}

/* Time in which run k computed, or would have, alive or not. */
static int64_t used_us(const struct tracer *tracer, size_t k)
{
    const struct run *run = &tracer->runs[k];
    const struct rusage *usage = &run->usage;
    int64_t own_us = 0;
    if (run->main_ended)
        own_us = (int64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 + usage->ru_utime.tv_usec +
                 usage->ru_stime.tv_usec;
    else
        own_us = tracer_cpu_us(tracer, k, run->several);
    int64_t group_us = run->several ? cgroup_run_cpu_us(&run->cell->cgroup) : 0;
    return (group_us > own_us ? group_us : own_us) + run->queued_us;
}

int64_t run_served_us(const struct tracer *tracer, size_t k)
{
    int64_t sum_us = 0;
    for (size_t j = 0; j < tracer->run_count; j++) {
        if ((tracer->runs[k].spec->waits_for >> j & 1) == 0 || j == k)
            continue;
        look_at_queue(&tracer->runs[j]);
        sum_us += used_us(tracer, j);
    }
    return sum_us;
}

bool run_wrote_too_much(struct run *run, int64_t now_us)
{
    static const char name[] = "wchar: ";
    char path[32];
    char text[512];
    int64_t bytes;
    run->written_check_us = now_us + LOOK_US;
    if (run->spec->written_bytes == 0 || run->main == 0 || run->main_ended)
        return false;
    (void)str_format(path, sizeof path, "/proc/%d/io", (int)run->main); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return false; /* it has ended meanwhile, or this kernel does not count */
    char *at = strstr(text, name);
    if (at == NULL)
        return false;
    at += sizeof name - 1;
    at[strcspn(at, "\n")] = '\0';
    if (str_to_int64(at, 0, INT64_MAX, &bytes) != 0)
        return false;
    run->result->written_bytes = bytes;
    return bytes > run->spec->written_bytes;
}

/* ---- waiting */

/* The system call in which the main thread waits, by this box's own numbers, and its first argument. -1: it runs, or stands
 * elsewhere. */
static int64_t waits_in(const struct run *run, int64_t *argument)
{
    char path[32];
    char text[256];
    int64_t nr;
    if (run->main == 0 || run->main_ended)
        return -1;
    (void)str_format(path, sizeof path, "/proc/%d/syscall", (int)run->main); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return -1; /* it has ended meanwhile, or this kernel does not tell */
    char *blank = strchr(text, ' ');
    if (blank == NULL)
        return -1;
    *blank = '\0';
    *argument = (int64_t)strtoull(blank + 1, NULL, 16); /* the kernel's own form */
    return str_to_int64(text, 0, INT32_MAX, &nr) == 0 ? nr : -1;
}

static bool is_over(const struct run *run)
{
    return run->main_ended || run->end != RUN_END_NONE || run->clean;
}

/* Has it waited since the last look? A program of several processes or threads is taken to compute. */
static void look_at_idle(const struct tracer *tracer, size_t k, int64_t now_us)
{
    struct run *run = &tracer->runs[k];
    int64_t fd;
    int64_t cpu_us = tracer_cpu_us(tracer, k, false);
    int64_t nr = run->tasks == 1 && !run->leaving ? waits_in(run, &fd) : -1;
    if (nr != SYS_read && nr != SYS_write) {
        run->idle_since_us = 0;
    } else if (run->idle_since_us == 0 || cpu_us != run->idle_cpu_us) {
        run->idle_since_us = now_us;
        run->idle_cpu_us = cpu_us;
    }
}

/* What it waits for is a pipe, and no slow disk. */
static bool waits_for_pipe(const struct run *run)
{
    char path[48];
    char target[16] = "";
    int64_t fd = -1;
    if (waits_in(run, &fd) < 0)
        return false;
    (void)str_format(path, sizeof path, "/proc/%d/fd/%lld", (int)run->main, (long long)fd); /* it fits */
    return readlink(path, target, sizeof target - 1) > 0 && str_starts(target, "pipe:");
}

bool run_is_locked(const struct tracer *tracer, int64_t now_us)
{
    bool all = true;
    for (size_t k = 0; k < tracer->run_count; k++) {
        if (is_over(&tracer->runs[k]))
            continue;
        look_at_idle(tracer, k, now_us);
        all = all && tracer->runs[k].idle_since_us > 0 && now_us - tracer->runs[k].idle_since_us >= IDLE_US;
    }
    for (size_t k = 0; k < tracer->run_count && all; k++)
        all = is_over(&tracer->runs[k]) || waits_for_pipe(&tracer->runs[k]);
    return all;
}

void run_note_waiting(const struct tracer *tracer)
{
    const struct syscall_arch *arch = syscall_arch_native();
    for (size_t k = 0; k < tracer->run_count; k++) {
        struct sandbox_result *result = tracer->runs[k].result;
        int64_t argument = -1;
        int64_t nr = waits_in(&tracer->runs[k], &argument);
        const char *name = nr < 0 || arch == NULL ? NULL : syscall_name(arch, nr);
        if (result->waits_in[0] != '\0' || name == NULL)
            continue;
        (void)str_copy(result->waits_in, sizeof result->waits_in, name); /* cut is fine */
        result->waits_fd = argument >= 0 && argument <= INT32_MAX ? (int)argument : -1;
    }
}

/* ---- ends */

static void describe(const struct run *run, struct sandbox_ending *how)
{
    int status = run->leave_status;
    *how = (struct sandbox_ending){.leaving = run->leaving,
                                   .exit_code = run->exit_code,
                                   .signal = run->signal,
                                   .by_us = run->end != RUN_END_NONE,
                                   .limit = run->result->limit};
    if (run->leaving) {
        how->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        how->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    } else if (how->by_us) {
        how->exit_code = -1;
    }
}

/* Does this process or thread end? */
static bool is_exiting(pid_t pid)
{
    enum { FLAGS = 7, EXITING = 4 }; /* the word behind the name; the kernel's PF_EXITING */
    char path[32];
    char text[1024];
    (void)str_format(path, sizeof path, "/proc/%d/stat", (int)pid); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return true; /* it is gone already */
    char *at = strrchr(text, ')');
    for (int word = 0; at != NULL && word < FLAGS; word++)
        at = strchr(at + 1, ' ');
    return at != NULL && (strtoul(at + 1, NULL, 10) & EXITING) != 0; /* the kernel's own form */
}

/* A program that is killed for memory, or has several threads, ends without having said so first: its descriptors are closed before
 * it can be waited for. */
static bool ends_now(const struct tracer *tracer, size_t k)
{
    const struct run *run = &tracer->runs[k];
    if (run->main == 0 || is_over(run) || run->leaving || run->left)
        return false;
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tracees[i].run == (int)k && !is_exiting(tracer->tracees[i].pid))
            return false;
    }
    return true;
}

static bool another_exits(const struct tracer *tracer, size_t k)
{
    for (size_t j = 0; j < tracer->run_count; j++) {
        if (j != k && ends_now(tracer, j))
            return true;
    }
    return false;
}

uint32_t run_tell_ended(struct tracer *tracer, const struct sandbox_hooks *hooks)
{
    uint32_t end = 0;
    int64_t now_us = clock_now_us();
    /* What has ended first: whoever leaves is still there, so it did not end because of that. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t k = 0; k < tracer->run_count; k++) {
            struct run *run = &tracer->runs[k];
            struct sandbox_ending how;
            bool leaving = pass == 1 && run->leaving;
            if (run->told || !(pass == 0 ? is_over(run) : leaving) || (leaving && another_exits(tracer, k)))
                continue; /* what is over is waited for soon */
            run->told = true;
            for (size_t j = 0; j < tracer->run_count; j++)
                (void)run_wrote_too_much(&tracer->runs[j], now_us); /* the next look ends it, where nothing else does */
            describe(run, &how);
            for (size_t j = 0; j < tracer->run_count; j++)
                how.held = how.held || (j != k && tracer->runs[j].leaving && tracer->runs[j].told);
            if (hooks->ended != NULL && (end >> k & 1) == 0)
                end |= hooks->ended(hooks->context, k, &how);
            run->let_go_us = now_us + how.hold_us;
        }
    }
    for (size_t k = 0; k < tracer->run_count; k++) {
        struct run *run = &tracer->runs[k];
        if (run->main_ended && !run->served) {
            run->served = true;
            run->served_us = run_served_us(tracer, k);
        }
        if ((end >> k & 1) != 0)
            run->told = true;
    }
    return end;
}

int64_t run_check_leaving(const struct tracer *tracer, size_t k, int64_t now_us)
{
    const struct run *run = &tracer->runs[k];
    int64_t argument;
    bool others = false;
    if (!run->told)
        return INT64_MAX; /* somebody else ends first */
    for (size_t j = 0; j < tracer->run_count; j++) {
        const struct run *other = &tracer->runs[j];
        others =
            others || (j != k && !is_over(other) && !other->leaving && !other->left && waits_in(other, &argument) < 0);
    }
    if (others && now_us < run->let_go_us)
        return now_us + LEAVING_US < run->let_go_us ? now_us + LEAVING_US : run->let_go_us;
    tracer_let_go(tracer, k);
    return INT64_MAX;
}
