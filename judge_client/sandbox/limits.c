/*
 * limits.c - see limits.h. Runs in judge_client; pure functions but for limits_inherit.
 *
 * The rlimits are the second wall behind the cgroup, and the only one for the stack, the size of a file, open files and
 * locked memory. There is no RLIMIT_CPU: with it the kernel answers clock() and CLOCK_PROCESS_CPUTIME_ID from sums that
 * lag by up to a tick, and programs that look at their own time would act on it.
 */
#include "judge_client/sandbox/limits.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

#define LIMIT_FIELD(field, low, high)                                                                                  \
    {                                                                                                                  \
#field, offsetof(struct sandbox_limits, field), sizeof(((struct sandbox_limits *)0)->field), low, high         \
    }

static const struct {
    const char *name;
    size_t offset, size;
    int64_t low, high;
} limit_rows[] = {
    LIMIT_FIELD(cpu_us, 1000, INT64_C(86400000000)),
    LIMIT_FIELD(wall_us, 1000, INT64_C(86400000000)),
    LIMIT_FIELD(mem_kib, 1024, INT64_C(1) << 30),
    LIMIT_FIELD(out_bytes, 1, INT64_C(1) << 40),
    LIMIT_FIELD(stack_kib, 64, INT64_C(1) << 30),
    LIMIT_FIELD(processes, 1, 16384),
    LIMIT_FIELD(open_files, 4, 65536),
};

int limits_check(const struct sandbox_limits *limits, struct err *e)
{
    for (size_t i = 0; i < sizeof limit_rows / sizeof *limit_rows; i++) {
        const char *at = (const char *)limits + limit_rows[i].offset;
        int64_t value =
            limit_rows[i].size == sizeof(int64_t) ? *(const int64_t *)(const void *)at : *(const int *)(const void *)at;
        if (value < limit_rows[i].low || value > limit_rows[i].high)
            return err_set(e, "limit %s = %lld: must be from %lld to %lld", limit_rows[i].name, (long long)value,
                           (long long)limit_rows[i].low, (long long)limit_rows[i].high);
    }
    return 0;
}

uint32_t limits_fill(const struct sandbox_limits *limits, int has_memory, uint64_t core,
                     struct cell_limit rlimits[CELL_LIMITS])
{
    /* Without a group the peak that was touched decides, and data is what is mapped: runtimes map more than they touch, and
     * give up with an error of their own where they cannot. */
    enum { DATA_MARGIN_KIB = 64 * 1024, LOCKED_BYTES = 64 * 1024, PROCESSES_MARGIN = 16 };
    uint64_t data = has_memory ? RLIM_INFINITY : (uint64_t)(limits->mem_kib + DATA_MARGIN_KIB) * 1024;
    const struct cell_limit rows[] = {
        {RLIMIT_CORE, 0, core},
        {RLIMIT_DATA, 0, data},
        {RLIMIT_FSIZE, 0, (uint64_t)limits->out_bytes},
        {RLIMIT_STACK, 0, (uint64_t)limits->stack_kib * 1024},
        {RLIMIT_NOFILE, 0, (uint64_t)limits->open_files},
        /* The group refuses first, which is seen; or the tracer ends the run. */
        {RLIMIT_NPROC, 0, (uint64_t)limits->processes + PROCESSES_MARGIN},
        {RLIMIT_MEMLOCK, 0, LOCKED_BYTES},
        {RLIMIT_MSGQUEUE, 0, LOCKED_BYTES},
    };
    _Static_assert(sizeof rows / sizeof *rows <= CELL_LIMITS, "a request holds all rlimits");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rlimits[i] = rows[i];
    return sizeof rows / sizeof *rows;
}

/* What a run must have in full. The others are there to be small: a lower one does no harm. */
static const struct {
    int resource;
    const char *name;   /* as in RLIMIT_* and systemd's Limit*= */
    const char *ulimit; /* the shell's letter */
} needed_rows[] = {
    {RLIMIT_FSIZE, "FSIZE", "-f"},   {RLIMIT_STACK, "STACK", "-s"}, {RLIMIT_DATA, "DATA", "-d"},
    {RLIMIT_NOFILE, "NOFILE", "-n"}, {RLIMIT_NPROC, "NPROC", "-u"},
};

/* A low limit of the user's who started this is ours to lift as far as it may be. */
static void lift_own(int resource)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit((__rlimit_resource_t)resource, &limit); /* up to the hard limit anybody may */
}

static bool may_raise(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1U << CAP_SYS_RESOURCE) != 0;
}

int limits_inherit(struct limits_hard *hard, struct err *e)
{
    const uint64_t own_stack = 512 * 1024; /* some functions have a buffer of 100 KiB */
    bool raise = may_raise();
    lift_own(RLIMIT_STACK);
    lift_own(RLIMIT_FSIZE);
    for (size_t i = 0; i < sizeof hard->values / sizeof *hard->values; i++) {
        struct rlimit limit;
        hard->values[i] = UINT64_MAX;
        if (!raise && getrlimit((__rlimit_resource_t)i, &limit) == 0 && limit.rlim_max != RLIM_INFINITY)
            hard->values[i] = limit.rlim_max;
    }
    if (hard->values[RLIMIT_STACK] < own_stack)
        return err_set(e, "the hard limit of the stack is %llu KiB: start the judge with more (ulimit -s unlimited)",
                       (unsigned long long)hard->values[RLIMIT_STACK] / 1024);
    return 0;
}

int limits_afford(const struct limits_hard *hard, const struct cell_limit *rlimits, uint32_t count, struct err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizeof needed_rows / sizeof *needed_rows; j++) {
            int resource = needed_rows[j].resource;
            char wanted[24] = "unlimited";
            if (rlimits[i].resource != resource || rlimits[i].value <= hard->values[resource])
                continue;
            if (rlimits[i].value != RLIM_INFINITY)
                (void)str_format(wanted, sizeof wanted, "%llu", (unsigned long long)rlimits[i].value); /* it fits */
            return err_set(
                e,
                "the hard limit RLIMIT_%s is %llu here, a run needs %s: start the judge with more (ulimit %s, "
                "or Limit%s= of its service)",
                needed_rows[j].name, (unsigned long long)hard->values[resource], wanted, needed_rows[j].ulimit,
                needed_rows[j].name);
        }
    }
    return 0;
}
