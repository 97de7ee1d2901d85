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

static void test_copy_is_cut(void)
{
    char text[8] = "-------";
    CU_ASSERT_EQUAL(str_copy(text, 4, "abcd"), -1);
    CU_ASSERT_STRING_EQUAL(text, "abc");
    CU_ASSERT_EQUAL(text[4], '-');
    CU_ASSERT_EQUAL(str_copy(text, 1, "a"), -1);
    CU_ASSERT_STRING_EQUAL(text, "");
    CU_ASSERT_EQUAL(text[1], 'b');
}

static void test_format(void)
{
    char text[6];
    CU_ASSERT_EQUAL(str_format(text, sizeof text, "%d-%s", 12, "ab"), 0);
    CU_ASSERT_STRING_EQUAL(text, "12-ab");
    CU_ASSERT_EQUAL(str_format(text, sizeof text, "%d-%s", 12, "abc"), -1);
    CU_ASSERT_STRING_EQUAL(text, "12-ab");
}

static void test_int64(void)
{
    static const struct {
        const char *text;
        int64_t low, high;
        int64_t value;
        int error; /* 0: taken */
    } rows[] = {
        {"0", 0, 10, 0, 0},
        {"-0", 0, 10, 0, 0},
        {"10", 0, 10, 10, 0},
        {"007", 0, 10, 7, 0},
        {"-5", -5, 10, -5, 0},
        {"9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, 0},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, 0},
        {"11", 0, 10, 0, ERANGE},
        {"-1", 0, 10, 0, ERANGE},
        {"9223372036854775808", INT64_MIN, INT64_MAX, 0, ERANGE},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, 0, ERANGE},
        {"99999999999999999999999", 0, 10, 0, ERANGE},
        {"", 0, 10, 0, EINVAL},
        {"-", -10, 10, 0, EINVAL},
        {"--1", -10, 10, 0, EINVAL},
        {"+1", 0, 10, 0, EINVAL},
        {" 1", 0, 10, 0, EINVAL},
        {"1 ", 0, 10, 0, EINVAL},
        {"1\n", 0, 10, 0, EINVAL},
        {"- 1", -10, 10, 0, EINVAL},
        {"0x1", 0, 10, 0, EINVAL},
        {"1e3", 0, 10000, 0, EINVAL},
        {"1.5", 0, 10, 0, EINVAL},
        {"one", 0, 10, 0, EINVAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 77;
        errno = 0;
        int result = str_to_int64(rows[i].text, rows[i].low, rows[i].high, &value);
        int error = errno;
        UNIT_CHECK(result == (rows[i].error == 0 ? 0 : -1), "'%s' gives %d", rows[i].text, result);
        if (rows[i].error != 0)
            UNIT_CHECK(error == rows[i].error && value == 77, "'%s': errno %d", rows[i].text, error);
        else
            UNIT_CHECK(value == rows[i].value, "'%s' read as %lld", rows[i].text, (long long)value);
    }
}

static void test_uint64(void)
{
    static const struct {
        const char *text;
        uint64_t value;
        int error; /* 0: taken; the range is 1 to UINT64_MAX */
    } rows[] = {
        {"1", 1, 0},
        {"18446744073709551615", UINT64_MAX, 0},
        {"0xffffffffffffffff", UINT64_MAX, 0},
        {"0X10", 16, 0},
        {"0xaB", 171, 0},
        {"010", 10, 0},
        {"0", 0, ERANGE},
        {"0x0", 0, ERANGE},
        {"18446744073709551616", 0, ERANGE},
        {"0x10000000000000000", 0, ERANGE},
        {"", 0, EINVAL},
        {"-1", 0, EINVAL},
        {"+1", 0, EINVAL},
        {" 1", 0, EINVAL},
        {"0x", 0, EINVAL},
        {"0xg", 0, EINVAL},
        {"0x-1", 0, EINVAL},
        {"0x 1", 0, EINVAL},
        {"0x0x15", 0, EINVAL},
        {"12ab", 0, EINVAL},
        {"1 ", 0, EINVAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 77;
        errno = 0;
        int result = str_to_uint64(rows[i].text, 1, UINT64_MAX, &value);
        int error = errno;
        UNIT_CHECK(result == (rows[i].error == 0 ? 0 : -1), "'%s' gives %d", rows[i].text, result);
        if (rows[i].error != 0)
            UNIT_CHECK(error == rows[i].error && value == 77, "'%s': errno %d", rows[i].text, error);
        else
            UNIT_CHECK(value == rows[i].value, "'%s' read as %llu", rows[i].text, (unsigned long long)value);
    }
    uint64_t value;
    CU_ASSERT_EQUAL(str_to_uint64("11", 1, 10, &value), -1);
}

static void test_starts(void)
{
    CU_ASSERT_TRUE(str_starts("memory.max", "memory."));
    CU_ASSERT_TRUE(str_starts("a", "a"));
    CU_ASSERT_TRUE(str_starts("a", ""));
    CU_ASSERT_FALSE(str_starts("a", "ab"));
    CU_ASSERT_FALSE(str_starts("", "a"));
    CU_ASSERT_FALSE(str_starts("xmemory.", "memory."));
}

static void test_nearest(void)
{
    static const char *const names[] = {"read", "write", "openat", "openat2", NULL};
    static const char *const none[] = {NULL};
    CU_ASSERT_STRING_EQUAL(str_nearest("raed", names), "read");
    CU_ASSERT_STRING_EQUAL(str_nearest("writ", names), "write");
    CU_ASSERT_STRING_EQUAL(str_nearest("open_at", names), "openat");
    CU_ASSERT_STRING_EQUAL(str_nearest("openat2", names), "openat2");
    CU_ASSERT_PTR_NULL(str_nearest("socketpair", names));
    CU_ASSERT_PTR_NULL(str_nearest("", names));
    CU_ASSERT_PTR_NULL(str_nearest("read", none));
    char large[4096];
    memset(large, 'r', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    (void)str_nearest(large, names); /* only that it stays within its bounds */
}

static const struct unit_test tests[] = {
    {"copy_fits", test_copy_fits}, {"copy_is_cut", test_copy_is_cut}, {"format", test_format},   {"int64", test_int64},
    {"uint64", test_uint64},       {"starts", test_starts},           {"nearest", test_nearest},
};

UNIT_MAIN("str", tests)
