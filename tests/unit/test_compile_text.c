/*
 * test_compile_text.c - a compiler's messages where files of the problem were compiled as well.
 */
#include <stdlib.h>
#include <string.h>

#include "judge_client/compile_text.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void check_shift(const struct compile_wrap *wrap, const char *from, const char *expected)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%s", from);
    compile_text_shift(text, sizeof text, "Main.c", wrap);
    UNIT_CHECK(strcmp(text, expected) == 0, "'%s' became '%s'", from, text);
}

static void test_shift(void)
{
    static const struct compile_wrap wrap = {true, 10, 5, "prepend.c", "append.c"};
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"", ""},
        {"Main.c:11:3: error", "Main.c:1:3: error"},
        {"Main.c:15: x", "Main.c:5: x"},
        {"Main.c:16:1: x", "append.c:1:1: x"},
        {"Main.c:10:1: x", "prepend.c:10:1: x"},
        {"Main.c(12,4) Error", "Main.c(2,4) Error"},
        {"  File \"Main.c\", line 12", "  File \"Main.c\", line 2"},
        {"(Main.c, line 12)", "(Main.c, line 2)"},
        {"in Main.c on line 12", "in Main.c on line 2"},
        {"at Main.c line 12.", "at Main.c line 2."},
        {"Main.c: In function", "Main.c: In function"},
        {"Main.cc:12: x", "Main.cc:12: x"},
        {"xMain.c:12: x", "xMain.c:12: x"},
        {"from ./Main.c:12: x", "from ./Main.c:12: x"}, /* a path of somebody else's */
        {"   12 |   int a;\n      |   ^", "    2 |   int a;\n      |   ^"},
        {"12 |", " 2 |"},
        {"say 12 | 13", "say 12 | 13"},
        {"Main.c:99999999999: x", "append.c:9999999849: x"},
        {"Main.c:", "Main.c:"},
        {"Main.c", "Main.c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strstr(rows[i].from, "9999999") == NULL)
            check_shift(&wrap, rows[i].from, rows[i].to);
        else
            check_shift(&wrap, rows[i].from,
                        "append.c:99999998499: x"); /* nine digits are a number, the rest is text */
    }
}

static void test_shift_of_parts(void)
{
    static const struct compile_wrap before = {true, 10, 5, "prepend.c", ""};
    static const struct compile_wrap none = {false, 0, 0, "", ""};
    check_shift(&before, "Main.c:40: x", "Main.c:30: x"); /* nothing follows: what is behind the end is the student's */
    check_shift(&none, "Main.c:40: x", "Main.c:40: x");
}

static void test_shift_does_not_overflow(void)
{
    static const struct compile_wrap wrap = {true, 10, 5, "prepend.c", "append.c"};
    char text[16] = "Main.c:1:Main.c";
    char *small = malloc(16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(small);
    memcpy(small, text, 16);
    compile_text_shift(small, 16, "Main.c", &wrap);
    CU_ASSERT_STRING_EQUAL(small, "prepend.c:1:Mai");
    free(small);
}

static void check_hide(const char *from, const char *expected)
{
    static const char *const names[] = {"grader.cpp", "grader.h", "Grader.java", "grader.py", "append.c", NULL};
    char *text = strdup(from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    compile_text_hide(text, names);
    UNIT_CHECK(strcmp(text, expected) == 0, "'%s' became '%s'", from, text);
    free(text);
}

static void test_hide(void)
{
    check_hide("", "");
    check_hide("all is well\n", "all is well\n");
    /* gcc */
    check_hide("grader.cpp:3:5: error: no\n    3 |   secret();\n      |   ^\nMain.cc:1:1: note: here\n    1 | own\n    "
               "  | ^\n",
               "grader.cpp:3:5: error: no\nMain.cc:1:1: note: here\n    1 | own\n      | ^\n");
    check_hide("In file included from Main.cc:1:\ngrader.h:2:1: error: no\n    2 | secret\n1 error generated.\n",
               "In file included from Main.cc:1:\ngrader.h:2:1: error: no\n1 error generated.\n");
    /* clang, javac: the line as it is */
    check_hide("Grader.java:7: error: no\nint secret = 42;\n    ^\n  symbol:   method x()\n1 error\n",
               "Grader.java:7: error: no\n  symbol:   method x()\n1 error\n");
    /* Python */
    check_hide("  File \"grader.py\", line 2\n    secret = \n             ^\nSyntaxError: invalid syntax\n",
               "  File \"grader.py\", line 2\nSyntaxError: invalid syntax\n");
    check_hide("  File \"grader.py\", line 2\n    secret()\n  File \"Main.py\", line 3\n    own()\n",
               "  File \"grader.py\", line 2\n  File \"Main.py\", line 3\n    own()\n");
    /* the linker */
    check_hide(
        "append.c:1:1: x\n  secret\nld: a.o: in function `main':\nMain.c:(.text+0x1): undefined reference to `add'\n",
        "append.c:1:1: x\nld: a.o: in function `main':\nMain.c:(.text+0x1): undefined reference to `add'\n");
    /* what is not about them */
    check_hide("Main.cc:1:10: fatal error: x\n    1 | #include \"grader.h\"\n      |  ^\n",
               "Main.cc:1:10: fatal error: x\n    1 | #include \"grader.h\"\n      |  ^\n");
    check_hide("mygrader.cpp:1: x\n  own\n", "mygrader.cpp:1: x\n  own\n");
    check_hide("./grader.cpp:1:2: x\n  secret\n", "./grader.cpp:1:2: x\n");
    check_hide("grader.cpp:1: x\nsecret", "grader.cpp:1: x\n");
}

static void test_names(void)
{
    CU_ASSERT(compile_text_names("a\ngrader.c:3: x", "grader.c"));
    CU_ASSERT(compile_text_names("grader.c:(.text+0x1): undefined", "grader.c"));
    CU_ASSERT(!compile_text_names("a\nMain.c:3: grader.c", "grader.c"));
    CU_ASSERT(!compile_text_names("", "grader.c"));
}

static const struct unit_test tests[] = {
    {"shift", test_shift},
    {"shift_of_parts", test_shift_of_parts},
    {"shift_does_not_overflow", test_shift_does_not_overflow},
    {"hide", test_hide},
    {"names", test_names},
};
UNIT_MAIN("compile_text", tests)
