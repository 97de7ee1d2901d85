/*
 * run_result.c - the figures of a run that has ended, and which limit they pass.
 *
 * Runs in judge_client. For one process wait4's figures are the exact ones; for several only the group knows all.
 */
#include <string.h>

#include "judge_client/sandbox/sandbox_parts.h"

#include "common/banned.h"

static int64_t time_us(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void fill_figures(const struct run *run, const struct cgroup_usage *usage)
{
    struct sandbox_result *result = run->result;
    int64_t own_cpu_us = time_us(&run->usage.ru_utime) + time_us(&run->usage.ru_stime);
    int64_t left_kib = (run->left_bytes > run->put_bytes ? run->left_bytes - run->put_bytes : 0) / 1024;
    result->cpu_us = own_cpu_us;
    result->mem_kib = run->usage.ru_maxrss + left_kib;
    if (run->several) {
        /* Children that nobody waited for are in the group's count; without one, in the cell's as far as it saw them. */
        int64_t all_cpu_us = run->children_cpu_us;
        if (usage->cpu_us >= 0)
            all_cpu_us = usage->cpu_us - (run->cell->cgroup.members > 0 ? run->reset_cpu_us : 0);
        result->cpu_us = larger(own_cpu_us, all_cpu_us);
        result->mem_kib = larger(result->mem_kib, usage->peak_kib);
    }
    result->wall_us = run->start_us > 0 && run->end_us > 0 ? run->end_us - run->start_us : 0;
    result->processes = run->peak_tasks;
}

/* The limits that only the final figures show: passed between two looks, or found out by the kernel. */
static enum sandbox_limit limit_passed(const struct run *run, const struct cgroup_usage *usage)
{
    const struct sandbox_limits *limits = &run->spec->limits;
    const struct sandbox_result *result = run->result;
    if (usage->oom_kills > 0 || result->mem_kib > limits->mem_kib)
        return SANDBOX_LIMIT_MEMORY;
    if ((run->signal == SIGXFSZ && run->file_limit) || run->left_bytes - run->put_bytes > limits->out_bytes)
        return SANDBOX_LIMIT_OUTPUT;
    if (result->cpu_us > limits->cpu_us)
        return SANDBOX_LIMIT_CPU;
    if (result->wall_us - run->served_us > limits->wall_us)
        return SANDBOX_LIMIT_WALL;
    if (usage->pids_refused > 0)
        return SANDBOX_LIMIT_PROCESSES;
    return SANDBOX_LIMIT_NONE;
}

/* The cell's own word why it ended, if it had one. */
static int gone_fault(const struct run *run, struct err *e)
{
    run->cell->lost += run->fault.step == CELL_STEP_NONE;
    cell_fault(&run->fault, e);
    return err_add(e, "cell %d ended while a program ran in it", run->cell->k);
}

int run_finish(struct run *run, struct err *e)
{
    struct sandbox_result *result = run->result;
    struct cgroup_usage usage;
    memset(&usage, 0, sizeof usage);
    if (run->gone)
        run->cell->cgroup.members = 0; /* not even the cell is left */
    if (cgroup_run_end(&run->cell->cgroup, &usage, e) != 0)
        return -1;
    fill_figures(run, &usage);
    /* An out-of-memory kill can come first for the cell, or before the program was met at all. */
    if (run->gone && usage.oom_kills == 0)
        return gone_fault(run, e);
    if (run->main == 0 && usage.oom_kills == 0)
        return err_set(e, "the program's process ended before it began");
    if (run->end == RUN_END_NONE)
        run_set_end(run, RUN_END_LIMIT, limit_passed(run, &usage));
    /* Where next to nothing is free the kernel takes pages away and brings them back, which is the program's time. */
    if ((result->limit == SANDBOX_LIMIT_CPU || result->limit == SANDBOX_LIMIT_WALL) &&
        result->mem_kib > run->spec->limits.mem_kib)
        result->limit = SANDBOX_LIMIT_MEMORY;
    result->stopped = run->end == RUN_END_STOPPED;
    result->cancelled = run->end == RUN_END_CANCELLED;
    result->dismissed = run->end == RUN_END_DISMISSED;
    result->exit_code = -1;
    if (run->end == RUN_END_NONE && result->not_executed == 0)
        result->exit_code = run->exit_code;
    if (run->end == RUN_END_NONE || run->end == RUN_END_REFUSED)
        result->signal = run->signal;
    return 0;
}
