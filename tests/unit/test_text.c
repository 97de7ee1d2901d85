/*
 * test_text.c - any bytes, made fit for a page, a terminal and JSON.
 */
#include "judge_client/text.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/printable.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void test_clean(void)
{
    static const struct {
        const char *raw;
        size_t size;
        const char *clean;
    } rows[] = {
        {BYTES(""), ""},
        {BYTES("plain text\n"), "plain text\n"},
        {BYTES("a\tb\r\nc\r"), "a\tb\nc"},
        {BYTES("\0a\001b\177c\x08"), "abc"},
        /* Terminals: colours, titles, a reset, a sequence that is cut off. */
        {BYTES("\033[01;31merror\033[0m\033[K:"), "error:"},
        {BYTES("\033]0;title\a|\033]8;;http://x\033\\link"), "|link"},
        {BYTES("\033ca\033(Bb"), "aBb"},
        {BYTES("a\033[31"), "a"},
        {BYTES("a\033"), "a"},
        {BYTES("\033]never\nends"), "\nends"},
        {BYTES("\xc2\x9b"
               "31mred\xc2\x80\xc2\x9f\xc2\xa0"),
         "31mred\xc2\xa0"},
        /* UTF-8: what is good stays, each bad byte is one '?'. */
        {BYTES("‘x’ 你好 😀 \xc3\xa9"), "‘x’ 你好 😀 \xc3\xa9"},
        {BYTES("\xff\xfe\x80|"), "???|"},
        {BYTES("\xc0\xaf|\xc1\xbf|"), "??|??|"},
        {BYTES("\xe0\x80\xaf|"), "???|"},
        {BYTES("\xed\xa0\x80|\xed\xbf\xbf|"), "???|???|"},
        {BYTES("\xf4\x90\x80\x80|\xf5\x80\x80\x80|"), "????|????|"},
        {BYTES("\xf4\x8f\xbf\xbf|"), "\xf4\x8f\xbf\xbf|"},
        {BYTES("\xe4\xbd"), "??"},
        {BYTES("\xe4\xbdx"), "??x"},
        {BYTES("\xe4"), "?"},
        /* GBK, as a file of an old system has it. */
        {BYTES("\xc4\xe3\xba\xc3"), "????"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char clean[64];
        memset(clean, 'x', sizeof clean);
        text_clean(clean, sizeof clean, rows[i].raw, rows[i].size);
        (void)UNIT_CHECK(strcmp(clean, rows[i].clean) == 0, "row %zu: '%s' instead of '%s'", i, clean, rows[i].clean);
    }
}

static void test_clean_cuts(void)
{
    static const struct {
        size_t size;
        const char *raw, *clean;
    } rows[] = {
        {8, "abc", "abc"},
        {8, "abcd", "abc\n..."},
        {9, "abcd", "abcd"},
        {9, "abcde", "abcd\n..."},
        {9, "你好", "你\n..."},
        {8, "你好", "你\n..."},
        {7, "你好", "\n..."},
        {5, "a", "\n..."},
        {5, "", ""},
        {1, "a", ""},
        {1, "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *clean = malloc(rows[i].size); /* exactly as large, so that the sanitizer sees a step too far */
        CU_ASSERT_FATAL(clean != NULL);
        text_clean(clean, rows[i].size, rows[i].raw, strlen(rows[i].raw));
        (void)UNIT_CHECK(strcmp(clean, rows[i].clean) == 0, "row %zu: '%s' instead of '%s'", i, clean, rows[i].clean);
        free(clean);
    }
}

/* Whatever comes in, what comes out is text that fits. */
static void test_clean_random(void)
{
    struct unit_random random = {7};
    for (int round = 0; round < 20000; round++) {
        static const char bytes[] = "\033[]m;a\n\t\r\xc2\x9b\xe4\xbd\xa0\xf0\x9f\x98\x80\xff\0\a";
        char raw[48], clean[48];
        size_t raw_size = (size_t)(unit_random(&random) % (sizeof raw + 1));
        size_t size = 1 + (size_t)(unit_random(&random) % sizeof clean);
        for (size_t i = 0; i < raw_size; i++)
            raw[i] = unit_random(&random) % 4 == 0 ? (char)unit_random(&random)
                                                   : bytes[unit_random(&random) % (sizeof bytes - 1)];
        text_clean(clean, size, raw, raw_size);
        CU_ASSERT_FATAL(memchr(clean, '\0', size) != NULL);
        for (char *p = clean; *p != '\0'; p++)
            *p = *p == '\n' || *p == '\t' ? ' ' : *p;
        if (!UNIT_CHECK(unit_is_printable(clean, size), "round %d", round))
            return;
    }
}

static void test_json(void)
{
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"line\nend\ttab\rreturn\001\x1f\x7f", "\"line\\u000aend\\u0009tab\\u000dreturn\\u0001\\u001f\\u007f\""},
        {"\xc2\x80\xc2\x9b\xc2\xa0", "\"\\u0080\\u009b\xc2\xa0\""},
        {"你好 😀", "\"你好 😀\""},
        {"\xff|\xc0\xaf|\xed\xa0\x80", "\"\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd\""},
        {"\xe4\xbd", "\"\\ufffd\\ufffd\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char json[128];
        int length = text_json(json, sizeof json, rows[i].text);
        (void)UNIT_CHECK(length == (int)strlen(rows[i].json) && strcmp(json, rows[i].json) == 0,
                         "row %zu: %s instead of %s", i, length < 0 ? "-1" : json, rows[i].json);
    }
}

/* 6 bytes for each and 3 more are enough; one byte less than is needed never is. */
static void test_json_room(void)
{
    static const char *const texts[] = {"", "a", "\001\001\001", "\xff\xff", "你", "\"\"\"", "a\nb"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char enough[64];
        int length = text_json(enough, 6 * strlen(texts[i]) + 3, texts[i]);
        if (!UNIT_CHECK(length > 0, "text %zu: does not fit", i))
            continue;
        for (size_t size = 0; size <= (size_t)length + 1; size++) {
            char *json = malloc(size + 1);
            CU_ASSERT_FATAL(json != NULL);
            json[size] = 'x';
            int result = text_json(json, size, texts[i]);
            (void)UNIT_CHECK(result == (size == (size_t)length + 1 ? length : -1) && json[size] == 'x',
                             "text %zu in %zu bytes: %d", i, size, result);
            free(json);
        }
    }
}

static void test_hide_folders(void)
{
    static const struct {
        const char *text, *hidden;
    } rows[] = {
        {"/box/Main.js:1", "Main.js:1"},
        {"at /usr/include/c++/12/bits/stl_vector.h:93: x", "at stl_vector.h:93: x"},
        {"(/program/Main.py)", "(Main.py)"},
        {"/tmp/a.o: /tmp/b.o", "a.o: b.o"},
        {"/usr/", ""},
        {"a/usr/b ./usr/c", "a/usr/b ./usr/c"},
        {"/home/x /user/y 1/2", "/home/x /user/y 1/2"},
        {"/box/a\n/box/b\n", "a\nb\n"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        CU_ASSERT_FATAL(strlen(rows[i].text) < sizeof text);
        memcpy(text, rows[i].text, strlen(rows[i].text) + 1);
        text_hide_folders(text);
        (void)UNIT_CHECK(strcmp(text, rows[i].hidden) == 0, "'%s': '%s'", rows[i].text, text);
    }
}

static void test_show_end(void)
{
    static const struct {
        const char *raw;
        size_t size;
        const char *shown; /* of the last 16 bytes */
    } rows[] = {
        {BYTES(""), ""},
        {BYTES("short\n"), "short\n"},
        {BYTES("0123456789abcdef"), "0123456789abcdef"},
        /* From a line's beginning on, where there is one. */
        {BYTES("0123456789abcdefg"), "...\n123456789abcdefg"},
        {BYTES("first\nsecond\nthird\n"), "...\nsecond\nthird\n"},
        {BYTES("a line that is long\nnext line"), "...\nnext line"},
        {BYTES("the only line has its end\n"), "...\nine has its end\n"},
        /* Not from the middle of a character. */
        {BYTES("你0123456789abcde"), "...\n0123456789abcde"},
        {BYTES("你0123456789abcd"), "...\n0123456789abcd"},
        {BYTES("你0123456789abc"), "你0123456789abc"},
        {BYTES("\x80\x80\x80\x80\x80zzzzzzzzzzzzz"), "...\nzzzzzzzzzzzzz"},
        /* What is no text is seen. */
        {BYTES("a\tb\r\nc\rd"), "a\tb\nc\\x0dd"},
        {BYTES("\033[31m\0\177"), "\\x1b[31m\\x00\\x7f"},
        {BYTES("\xff\xe4\xbd|\xc2\x9b|é"), "\\xff\\xe4\\xbd|\\xc2\\x9b|é"},
        {BYTES("\1\2\3\4\5\6\7\x8\xe\xf\x10\x11\x12\x13\x14\x15"),
         "\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\x0e\\x0f\\x10\\x11\\x12\\x13\\x14\\x15"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char shown[4 * 16 + 8];
        memset(shown, 'x', sizeof shown);
        text_show_end(shown, sizeof shown, 16, rows[i].raw, rows[i].size);
        (void)UNIT_CHECK(strcmp(shown, rows[i].shown) == 0, "row %zu: '%s' instead of '%s'", i, shown, rows[i].shown);
    }
    char none[8];
    text_show_end(none, sizeof none, 0, BYTES("a\nb"));
    CU_ASSERT_STRING_EQUAL(none, "...\n");
}

static const struct unit_test tests[] = {
    {"clean", test_clean},         {"clean_cuts", test_clean_cuts},     {"clean_random", test_clean_random},
    {"show_end", test_show_end},   {"hide_folders", test_hide_folders}, {"json", test_json},
    {"json_room", test_json_room},
};

UNIT_MAIN("text", tests)
