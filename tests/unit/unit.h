/*
 * unit.h - a unit test's frame around CUnit: one binary a module, one line a test.
 *
 *     #include "tests/unit/unit.h"
 *     static void test_copy_cuts(void) { CU_ASSERT_EQUAL(str_copy(...), -1); }
 *     static const struct unit_test tests[] = {{"copy_cuts", test_copy_cuts}};
 *     UNIT_MAIN("str", tests)
 *
 * prints `ok str.copy_cuts`, `not ok str.copy_cuts - tests/unit/test_str.c:12 CU_ASSERT_EQUAL(...)` or `skip ...`.
 */
#ifndef JUDGE_UNIT_H
#define JUDGE_UNIT_H

#include <stddef.h>

#include <CUnit/CUnit.h>

/* 1 in a build with AddressSanitizer, whose own memory no figure of memory can be told from. */
#if defined(__SANITIZE_ADDRESS__)
#define UNIT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNIT_SANITIZED 1
#endif
#endif
#ifndef UNIT_SANITIZED
#define UNIT_SANITIZED 0
#endif

struct unit_test {
    const char *name;
    void (*run)(void);
};

/* Runs each test by itself and prints its line, flushed, so that the lines before a crash are seen. With arguments: only
 * the tests of these names. Returns main's exit code: 1 where one failed, or a name is unknown. */
int unit_main(const char *module, const struct unit_test *tests, size_t count, int argc, char **argv);

/* Called by a test that cannot run here, before it returns: it counts as skipped, and why is printed. */
void unit_skip(const char *why);

/* The text of a `not ok` line is the assertion's; where that says too little, as in a loop over rows, this names the case.
 * Returns condition, so: `if (!UNIT_CHECK(a == b, "row %s", name)) continue;` */
#define UNIT_CHECK(condition, ...) unit_check((condition), __FILE__, __LINE__, __VA_ARGS__)
int unit_check(int condition, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define UNIT_MAIN(module, tests)                                                                                       \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        return unit_main(module, tests, sizeof(tests) / sizeof((tests)[0]), argc, argv);                               \
    }

#endif
