/*
 * test_str.c - strings that report truncation, numbers that check their range, the nearest name.
 */
#include "common/str.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_copy_fits(void)
{
    char text[4] = "xxx";
    CU_ASSERT_EQUAL(str_copy(text, sizeof text, "abc"), 0);
    CU_ASSERT_STRING_EQUAL(text, "abc");
    CU_ASSERT_EQUAL(str_copy(text, sizeof text, ""), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
}

static const struct unit_test tests[] = {
    {"copy_fits", test_copy_fits},
};

UNIT_MAIN("str", tests)
