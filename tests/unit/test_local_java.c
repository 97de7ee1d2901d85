/*
 * test_local_java.c - the class of a Java program under the name that the judge runs.
 */
#include "judge_client/local_java.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static void becomes(const char *text, const char *name, const char *wanted)
{
    size_t size = 0;
    /* Of exactly this size, so that the sanitizer sees a step too far. */
    char *exact = malloc(strlen(text) == 0 ? 1 : strlen(text));
    CU_ASSERT_FATAL(exact != NULL);
    memcpy(exact, text, strlen(text));
    char *got = local_java_main(exact, strlen(text), name, &size);
    if (wanted == NULL)
        (void)UNIT_CHECK(got == NULL, "%s", text);
    else if (UNIT_CHECK(got != NULL && size == strlen(wanted), "%s: %zu bytes", text, size))
        (void)UNIT_CHECK(memcmp(got, wanted, size) == 0, "%s: %.*s", text, (int)size, got);
    free(got);
    free(exact);
}

static void test_renames(void)
{
    becomes("public class A { A() { new A().x(A.B); } }", "A",
            "public class Main { Main() { new Main().x(Main.B); } }");
    becomes("class /* the */\n A{}", "A", NULL);
    becomes("class\n A{}", "A", "class\n Main{}");
    becomes("class Long { String s = \"Long \\\" Long\"; char c = '\"'; Long l; }", "Long",
            "class Main { String s = \"Long \\\" Long\"; char c = '\"'; Main l; }");
    becomes("// A\n/* A */ class A extends AA { int A1, $A, A_; String t = \"\"\"\nA \" A\"\"\" + A; }", "A",
            "// A\n/* A */ class Main extends AA { int A1, $A, A_; String t = \"\"\"\nA \" A\"\"\" + Main; }");
}

static void test_leaves(void)
{
    static const char *const texts[] = {"",           "class B { A a; }", "String s = \"class A\";",
                                        "// class A", "classA {}",        "subclass A",
                                        "/* class A", "\"class A"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        becomes(texts[i], "A", NULL);
    becomes("class A {} \"", "A", "class Main {} \"");
    becomes("class A {} '\\", "A", "class Main {} '\\");
    becomes("class A {} \"\"\"", "A", "class Main {} \"\"\"");
    becomes("class A {} /", "A", "class Main {} /");
    becomes("class A", "", NULL);
}

static const struct unit_test tests[] = {
    {"renames", test_renames},
    {"leaves", test_leaves},
};

UNIT_MAIN("local_java", tests)
