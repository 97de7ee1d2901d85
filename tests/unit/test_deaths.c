/*
 * test_deaths.c - which deaths of workers count against a job. Any uid.
 */
#include "judge_node/deaths.h"

#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define SECOND 1000000

/* One that always kills its worker is never excused, whatever the pace. */
static void test_alone(void)
{
    struct deaths deaths = {.count = 0};
    for (int i = 0; i < 300; i++)
        CU_ASSERT_FALSE(deaths_note(&deaths, "7", i * SECOND / 4));
}

/* Two of them do not excuse each other. */
static void test_two(void)
{
    struct deaths deaths = {.count = 0};
    for (int i = 0; i < 300; i++)
        CU_ASSERT_FALSE(deaths_note(&deaths, i % 2 == 0 ? "7" : "8", i * SECOND / 4));
}

/* Where workers die over other jobs as well, it is excused, and not for ever. */
static void test_storm(void)
{
    struct deaths deaths = {.count = 0};
    CU_ASSERT_FALSE(deaths_note(&deaths, "1", SECOND));
    CU_ASSERT_FALSE(deaths_note(&deaths, "2", 2 * SECOND));
    for (int i = 0; i < DEATHS_EXCUSED; i++)
        CU_ASSERT_TRUE(deaths_note(&deaths, "3", (3 + i) * SECOND));
    CU_ASSERT_FALSE(deaths_note(&deaths, "3", 10 * SECOND));
    CU_ASSERT_TRUE(deaths_note(&deaths, "1", 11 * SECOND));
}

/* A death is looked at again by what came after it; where very many die, one is excused more often. */
static void test_later(void)
{
    struct deaths deaths = {.count = 0};
    char id[QUEUE_ID_SIZE];
    CU_ASSERT_FALSE(deaths_look_again(&deaths, "1", 0));
    CU_ASSERT_FALSE(deaths_note(&deaths, "1", SECOND));
    CU_ASSERT_FALSE(deaths_look_again(&deaths, "1", SECOND));
    (void)deaths_note(&deaths, "2", 2 * SECOND);
    CU_ASSERT_FALSE(deaths_look_again(&deaths, "1", 2 * SECOND));
    (void)deaths_note(&deaths, "3", 3 * SECOND);
    CU_ASSERT_TRUE(deaths_look_again(&deaths, "1", 3 * SECOND));
    CU_ASSERT_TRUE(deaths_look_again(&deaths, "1", 3 * SECOND));
    for (int i = 0; i < 40; i++) {
        (void)str_format(id, sizeof id, "%d", 100 + i);
        (void)deaths_note(&deaths, id, 4 * SECOND);
    }
    int excused = 1;
    while (excused < 100 && deaths_note(&deaths, "1", 5 * SECOND))
        excused++;
    CU_ASSERT_EQUAL(excused, DEATHS_EXCUSED_MOST);
}

/* What died long ago says nothing. */
static void test_window(void)
{
    struct deaths deaths = {.count = 0};
    (void)deaths_note(&deaths, "1", 0);
    (void)deaths_note(&deaths, "2", 0);
    CU_ASSERT_TRUE(deaths_note(&deaths, "3", DEATHS_WINDOW_US));
    CU_ASSERT_FALSE(deaths_note(&deaths, "4", 2 * (int64_t)DEATHS_WINDOW_US + 1));
}

/* More than are kept: the oldest are forgotten, nothing else. */
static void test_many(void)
{
    struct deaths deaths = {.count = 0};
    char id[QUEUE_ID_SIZE];
    for (int i = 0; i < 10 * DEATHS_KEPT; i++) {
        (void)str_format(id, sizeof id, "%d", i);
        CU_ASSERT_EQUAL(deaths_note(&deaths, id, i), i >= DEATHS_OTHERS);
    }
    CU_ASSERT_EQUAL(deaths.count, DEATHS_KEPT);
}

static const struct unit_test tests[] = {
    {"alone", test_alone},   {"two", test_two},   {"storm", test_storm},
    {"window", test_window}, {"many", test_many}, {"later", test_later},
};

UNIT_MAIN("deaths", tests)
