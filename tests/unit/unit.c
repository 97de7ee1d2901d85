/*
 * unit.c - see unit.h. The one file that drives CUnit; runs in each unit test's process, under whoever typed `make check`.
 *
 * Never runs two tests at once: CUnit keeps its registry and its results in globals, and so do the two variables here.
 */
#include "tests/unit/unit.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/banned.h"

static const char *unit_skipped; /* why the running test was skipped, or NULL */

void unit_skip(const char *why)
{
    unit_skipped = why;
}

int unit_check(int condition, const char *file, unsigned line, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* a cut message is still a message */
    va_end(args);
    (void)CU_assertImplementation(condition ? CU_TRUE : CU_FALSE, line, text, file, "",
                                  CU_FALSE); /* returns condition */
    return condition;
}

/* The first failed assertion of the test that ran last, and how many more there were. */
static void unit_print_failure(const char *module, const char *name)
{
    const CU_FailureRecord *record = CU_get_failure_list();
    unsigned more = CU_get_number_of_failure_records();
    if (record == NULL) {
        printf("not ok %s.%s - %s\n", module, name, CU_get_error_msg());
        return;
    }
    printf("not ok %s.%s - %s:%u %s", module, name, record->strFileName, record->uiLineNumber, record->strCondition);
    if (more > 1)
        printf(" (and %u more)", more - 1);
    printf("\n");
    for (record = record->pNext; record != NULL; record = record->pNext)
        printf("#   %s:%u %s\n", record->strFileName, record->uiLineNumber, record->strCondition);
}

static bool unit_run(const char *module, CU_pSuite suite, const struct unit_test *test)
{
    unit_skipped = NULL;
    CU_pTest entry = CU_add_test(suite, test->name, test->run);
    bool ran = entry != NULL && CU_run_test(suite, entry) == CUE_SUCCESS;
    bool good = ran && CU_get_number_of_failures() == 0;
    if (!good)
        unit_print_failure(module, test->name);
    else if (unit_skipped != NULL)
        printf("skip %s.%s - %s\n", module, test->name, unit_skipped);
    else
        printf("ok %s.%s\n", module, test->name);
    (void)fflush(stdout); /* a reader that is gone is seen by tests/run */
    return good;
}

/* True where test is among the names given, or none is given. */
static bool unit_wanted(const struct unit_test *test, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], test->name) == 0)
            return true;
    }
    return argc <= 1;
}

int unit_main(const char *module, const struct unit_test *tests, size_t count, int argc, char **argv)
{
    CU_pSuite suite = NULL;
    if (CU_initialize_registry() == CUE_SUCCESS)
        suite = CU_add_suite(module, NULL, NULL);
    if (suite == NULL) {
        printf("not ok %s - CUnit: %s\n", module, CU_get_error_msg());
        return 1;
    }
    bool good = true;
    int ran = 0;
    for (size_t i = 0; i < count; i++) {
        if (!unit_wanted(&tests[i], argc, argv))
            continue;
        ran++;
        good = unit_run(module, suite, &tests[i]) && good;
    }
    if (ran < argc - 1 || ran == 0) {
        printf("not ok %s - no test of that name\n", module);
        good = false;
    }
    CU_cleanup_registry();
    return good ? 0 : 1;
}
