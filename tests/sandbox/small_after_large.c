/*
 * small_after_large.c - a program with the smallest memory limit, right after one that made the kernel keep much: thousands of
 * files, timers, page tables are freed a while after their program's end, and must not be counted against the next one.
 *
 * Runs as root.
 */
#include <stdint.h>

#include "tests/sandbox/lib/cellrun.h"

#include "common/banned.h"

enum { ROUNDS = 5 };

static int run_one(struct cells *cells, const char *program, int64_t mem_kib, struct sandbox_result *result,
                   struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {
        .argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .limits = drive_limits(&cells->drive)};
    spec.limits.mem_kib = mem_kib;
    spec.policy = drive_policy(&cells->drive, "everything", e);
    if (spec.policy == NULL || cellrun_put(cells, 0, program, path, argv, "0", NULL, e) != 0)
        return -1;
    return cellrun_go(cells, &spec, result, NULL, e);
}

static int check(struct cells *cells, const char *large, struct err *e)
{
    struct sandbox_result result;
    for (int i = 0; i < ROUNDS; i++) {
        if (run_one(cells, large, 256 * 1024, &result, e) != 0 || run_one(cells, "exit-codes", 1024, &result, e) != 0)
            return err_add(e, "round %d", i);
        if (result.exit_code != 0)
            return cellrun_wrong("the small program", &result, e);
    }
    return 0;
}

static int test_files(struct cells *cells, struct err *e)
{
    return check(cells, "files-million", e);
}

static int test_timers(struct cells *cells, struct err *e)
{
    return check(cells, "memory-timers", e);
}

#if UINTPTR_MAX > UINT32_MAX /* the program needs more addresses than 32 bits have */
static int test_page_tables(struct cells *cells, struct err *e)
{
    return check(cells, "memory-page-tables", e);
}
#endif

static const struct cells_test tests[] = {
    {"files", test_files},
    {"timers", test_timers},
#if UINTPTR_MAX > UINT32_MAX
    {"page-tables", test_page_tables},
#endif
};

int main(int argc, char **argv)
{
    return cells_main("small-after-large", tests, sizeof tests / sizeof *tests, argc, argv);
}
