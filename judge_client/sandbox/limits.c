/*
 * limits.c - see limits.h. Runs in judge_client; pure functions.
 *
 * The rlimits are the second wall behind the cgroup, and the only one for the stack, the size of a file, open files and
 * locked memory. There is no RLIMIT_CPU: with it the kernel answers clock() and CLOCK_PROCESS_CPUTIME_ID from sums that
 * lag by up to a tick, and programs that look at their own time would act on it.
 */
#include "judge_client/sandbox/limits.h"

#include <stddef.h>
#include <sys/resource.h>

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
    enum { DATA_MARGIN_KIB = 16 * 1024, LOCKED_BYTES = 64 * 1024, PROCESSES_MARGIN = 16 };
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
