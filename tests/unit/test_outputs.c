/*
 * test_outputs.c - what is submitted to an output-only problem: which form it is, base64, and a text's sections.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge_client/outputs.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_forms(void)
{
    CU_ASSERT(outputs_is_zip("PK\3\4x", 5) && outputs_is_zip("PK\5\6", 4));
    CU_ASSERT(!outputs_is_zip("PK\3", 3) && !outputs_is_zip("PK12", 4) && !outputs_is_zip("", 0));
    CU_ASSERT(outputs_is_base64("UEsDBB", 6) && outputs_is_base64("\n UEsFBg", 8));
    CU_ASSERT(outputs_is_base64(OUTPUTS_PREFIX, strlen(OUTPUTS_PREFIX)));
    CU_ASSERT(!outputs_is_base64("UEsD", 4) && !outputs_is_base64("", 0) && !outputs_is_base64(" \n", 2));
    CU_ASSERT(!outputs_is_base64("data:application/zip;base64", 27));
}

static void test_base64(void)
{
    static const struct {
        const char *from, *to; /* NULL: it is none */
    } rows[] = {
        {OUTPUTS_PREFIX "YQ==", "a"},
        {OUTPUTS_PREFIX "YWI=", "ab"},
        {OUTPUTS_PREFIX "YWJj", "abc"},
        {OUTPUTS_PREFIX "Y W\nJ\r\nj\n", "abc"},
        {OUTPUTS_PREFIX "YWJjZA", "abcd"},
        {"YWJjZGVm", "abcdef"},
        {OUTPUTS_PREFIX "+/+/", "\xfb\xff\xbf"},
        {OUTPUTS_PREFIX, NULL},
        {OUTPUTS_PREFIX "Y", NULL},
        {OUTPUTS_PREFIX "YWJj!", NULL},
        {OUTPUTS_PREFIX "YQ==YQ", NULL},
        {OUTPUTS_PREFIX "====", NULL},
        {OUTPUTS_PREFIX "\xff\xfe", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *zip = NULL;
        size_t size = 0;
        int code = outputs_decode(rows[i].from, strlen(rows[i].from), &zip, &size);
        if (rows[i].to == NULL) {
            UNIT_CHECK(code == 1, "%s: %d", rows[i].from, code);
            continue;
        }
        UNIT_CHECK(code == 0 && size == strlen(rows[i].to) && memcmp(zip, rows[i].to, size) == 0, "%s: %d, %zu bytes",
                   rows[i].from, code, size);
        if (code == 0)
            free(zip);
    }
}

static void check_parts(const char *text, const char *expected)
{
    struct outputs_part part;
    char line[256] = "";
    size_t at = 0;
    while (outputs_next(text, strlen(text), &at, &part))
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), "[%.*s|%.*s]", (int)part.name_size, part.name,
                       (int)part.size, part.bytes);
    UNIT_CHECK(strcmp(line, expected) == 0, "'%s': %s", text, line);
}

static void test_sections(void)
{
    check_parts("", "");
    check_parts("5\n", "");
    check_parts("==> 1.out <==\n5\n", "[1.out|5\n]");
    check_parts("==> 1.out <==\n5\n\n==> 2.out <==\n6\n", "[1.out|5\n][2.out|6\n]");
    check_parts("==> 1.out <==\n5\n==> 2.out <==\n6", "[1.out|5][2.out|6]");
    check_parts("==> 1.out <==\r\n==> 2.out <==\r\n", "[1.out|][2.out|]");
    check_parts("before\n==> a b <==\nx\n", "[a b|x\n]");
    check_parts("==> 1 <==", "[1|]");
    check_parts("==>  <==\n", "");
    check_parts("==> <==\n", "");
    check_parts(" ==> 1 <==\n", "");
    check_parts("==> 1 <== x\n", "");
}

static const struct unit_test tests[] = {{"forms", test_forms}, {"base64", test_base64}, {"sections", test_sections}};
UNIT_MAIN("outputs", tests)
