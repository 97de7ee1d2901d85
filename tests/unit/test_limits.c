/*
 * test_limits.c - limits.c: ranges are checked by name, and every rlimit stands behind what the worker measures.
 */
#include "judge_client/sandbox/limits.h"

#include <string.h>
#include <sys/resource.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static const struct sandbox_limits usual = {.cpu_us = 1000000,
                                            .wall_us = 3000000,
                                            .mem_kib = 262144,
                                            .out_bytes = 67108864,
                                            .stack_kib = 65536,
                                            .processes = 8,
                                            .open_files = 64};

static void test_usual_limits_pass(void)
{
    struct err e = {"untouched"};
    CU_ASSERT_EQUAL(limits_check(&usual, &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
}

static void refuse(struct sandbox_limits limits, const char *text)
{
    struct err e = {""};
    UNIT_CHECK(limits_check(&limits, &e) == -1, "accepted: %s", text);
    UNIT_CHECK(strcmp(e.text, text) == 0, "'%s' instead of '%s'", e.text, text);
}

static void test_each_limit_is_named(void)
{
    struct sandbox_limits limits = usual;
    limits.cpu_us = 0;
    refuse(limits, "limit cpu_us = 0: must be from 1000 to 86400000000");
    limits = usual;
    limits.wall_us = -1;
    refuse(limits, "limit wall_us = -1: must be from 1000 to 86400000000");
    limits = usual;
    limits.mem_kib = 1023;
    refuse(limits, "limit mem_kib = 1023: must be from 1024 to 1073741824");
    limits = usual;
    limits.out_bytes = 0;
    refuse(limits, "limit out_bytes = 0: must be from 1 to 1099511627776");
    limits = usual;
    limits.stack_kib = 1;
    refuse(limits, "limit stack_kib = 1: must be from 64 to 1073741824");
    limits = usual;
    limits.processes = 0;
    refuse(limits, "limit processes = 0: must be from 1 to 16384");
    limits = usual;
    limits.open_files = 3;
    refuse(limits, "limit open_files = 3: must be from 4 to 65536");
}

static uint64_t value_of(int resource, int has_memory, uint64_t core)
{
    struct cell_limit rlimits[CELL_LIMITS];
    uint32_t count = limits_fill(&usual, has_memory, core, rlimits);
    for (uint32_t i = 0; i < count; i++) {
        if (rlimits[i].resource == resource)
            return rlimits[i].value;
    }
    return 12345;
}

static void test_rlimits(void)
{
    CU_ASSERT_EQUAL(value_of(RLIMIT_CPU, 1, 0), 12345); /* not set: see limits.c */
    CU_ASSERT_EQUAL(value_of(RLIMIT_CORE, 1, 0), 0);
    CU_ASSERT_EQUAL(value_of(RLIMIT_CORE, 1, 1), 1);
    CU_ASSERT_EQUAL(value_of(RLIMIT_FSIZE, 1, 0), 67108864);
    CU_ASSERT_EQUAL(value_of(RLIMIT_STACK, 1, 0), 67108864);
    CU_ASSERT_EQUAL(value_of(RLIMIT_NOFILE, 1, 0), 64);
    CU_ASSERT_EQUAL(value_of(RLIMIT_NPROC, 1, 0), 24);
    CU_ASSERT_EQUAL(value_of(RLIMIT_DATA, 1, 0), RLIM_INFINITY);
    CU_ASSERT_EQUAL(value_of(RLIMIT_DATA, 0, 0), (262144 + 65536) * UINT64_C(1024));
}

/* What a run would get less of is an error that names it; what may be less is not looked at. */
static void test_hard_limits(void)
{
    struct limits_hard hard;
    struct cell_limit rlimits[CELL_LIMITS];
    struct err e = {"untouched"};
    uint32_t count = limits_fill(&usual, 1, 0, rlimits);
    memset(&hard, 0xff, sizeof hard);
    hard.values[RLIMIT_CORE] = hard.values[RLIMIT_MEMLOCK] = hard.values[RLIMIT_MSGQUEUE] = 0;
    hard.values[RLIMIT_FSIZE] = 67108864;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
    hard.values[RLIMIT_FSIZE]--;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text,
                           "the hard limit RLIMIT_FSIZE is 67108863 here, a run needs 67108864: start the judge "
                           "with more (ulimit -f, or LimitFSIZE= of its service)");
    hard.values[RLIMIT_FSIZE] = UINT64_MAX;
    hard.values[RLIMIT_DATA] = 1 << 20;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "RLIMIT_DATA is 1048576 here, a run needs unlimited: "));
    hard.values[RLIMIT_DATA] = UINT64_MAX;
    hard.values[RLIMIT_STACK] = 65536;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), -1);
    hard.values[RLIMIT_STACK] = UINT64_MAX;
    hard.values[RLIMIT_NPROC] = 3;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), -1);
    hard.values[RLIMIT_NPROC] = UINT64_MAX;
    hard.values[RLIMIT_NOFILE] = 63;
    CU_ASSERT_EQUAL(limits_afford(&hard, rlimits, count, &e), -1);
}

static const struct unit_test tests[] = {
    {"usual_limits_pass", test_usual_limits_pass},
    {"each_limit_is_named", test_each_limit_is_named},
    {"rlimits", test_rlimits},
    {"hard_limits", test_hard_limits},
};

UNIT_MAIN("limits", tests)
