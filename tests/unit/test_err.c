/*
 * test_err.c - errors as one line: set, with errno's text, with context before it, cut, cleaned.
 */
#include "common/err.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_set(void)
{
    struct err e = {"old"};
    CU_ASSERT_EQUAL(err_set(&e, "limit %s is %d", "cpu", 3), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "limit cpu is 3");
}

static void test_sys(void)
{
    struct err e;
    CU_ASSERT_EQUAL(err_sys(&e, ENOENT, "open %s", "1.in"), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "open 1.in: No such file or directory");
    CU_ASSERT_EQUAL(err_sys(&e, EACCES, "read"), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "read: Permission denied");
}

static void test_add(void)
{
    struct err e;
    (void)err_set(&e, "open 1.in: %s", "gone");
    CU_ASSERT_EQUAL(err_add(&e, "case %d", 3), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "case 3: open 1.in: gone");
    CU_ASSERT_EQUAL(err_add(&e, "problem 1000"), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "problem 1000: case 3: open 1.in: gone");
}

/* A caller that does not want the text gives NULL, and still gets its -1. */
static void test_null(void)
{
    CU_ASSERT_EQUAL(err_set(NULL, "x"), -1);
    CU_ASSERT_EQUAL(err_sys(NULL, EIO, "x"), -1);
    CU_ASSERT_EQUAL(err_add(NULL, "x"), -1);
}

/* What comes from outside cannot begin a second line of the log, nor end the first. */
static void test_control_characters(void)
{
    struct err e;
    (void)err_set(&e, "open %s", "a\nb\tc\033[2J\177");
    CU_ASSERT_STRING_EQUAL(e.text, "open a?b?c?[2J?");
    (void)err_sys(&e, ENOENT, "open %s", "\r");
    CU_ASSERT_STRING_EQUAL(e.text, "open ?: No such file or directory");
    (void)err_set(&e, "x");
    (void)err_add(&e, "a\nb");
    CU_ASSERT_STRING_EQUAL(e.text, "a?b: x");
    (void)err_set(&e, "\303\244"); /* other bytes stay: names may be UTF-8 */
    CU_ASSERT_STRING_EQUAL(e.text, "\303\244");
}

static void test_is_cut(void)
{
    char large[2 * sizeof(struct err)];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    struct {
        struct err e;
        char after[8];
    } guarded = {.after = "intact"};
    CU_ASSERT_EQUAL(err_set(&guarded.e, "%s", large), -1);
    CU_ASSERT_EQUAL(strlen(guarded.e.text), sizeof guarded.e.text - 1);
    CU_ASSERT_EQUAL(err_sys(&guarded.e, ENOENT, "%s", large), -1);
    CU_ASSERT_EQUAL(strlen(guarded.e.text), sizeof guarded.e.text - 1);
    CU_ASSERT_EQUAL(err_add(&guarded.e, "%s", "context"), -1);
    CU_ASSERT_EQUAL(strlen(guarded.e.text), sizeof guarded.e.text - 1);
    CU_ASSERT_EQUAL(strncmp(guarded.e.text, "context: xxx", 12), 0);
    CU_ASSERT_EQUAL(err_add(&guarded.e, "%s", large), -1);
    CU_ASSERT_EQUAL(strlen(guarded.e.text), sizeof guarded.e.text - 1);
    CU_ASSERT_STRING_EQUAL(guarded.after, "intact");
}

static const struct unit_test tests[] = {
    {"set", test_set},   {"sys", test_sys},       {"add", test_add},
    {"null", test_null}, {"is_cut", test_is_cut}, {"control_characters", test_control_characters},
};

UNIT_MAIN("err", tests)
