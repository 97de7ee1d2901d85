/*
 * test_conf.c - what a file of settings may look like, and what is wrong with a bad one in exact words.
 */
#include "common/conf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static const struct conf_key keys[] = {
    {"limits", "time_ms", CONF_INT, 1, 3600000, NULL, "time"},
    {"limits", "memory_mib", CONF_INT, 1, 1048576, NULL, "memory"},
    {"limits", "least", CONF_INT, INT64_MIN, INT64_MAX, NULL, "any number"},
    {"limits.*", "factor", CONF_DECIMAL, 0, 1000, NULL, "factor"},
    {"compare", "mode", CONF_CHOICE, 0, 0, "lines exact tokens float", "mode"},
    {"compare", "error", CONF_DECIMAL, -1, INT64_MAX, NULL, "error"},
    {"compare", "ignore_case", CONF_BOOL, 0, 0, NULL, "case"},
    {"run", "title", CONF_TEXT, 0, 0, NULL, "text"},
    {"run", "command", CONF_WORDS, 0, 0, NULL, "words"},
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};

static const struct conf_key flat_keys[] = {
    {"", "name", CONF_TEXT, 0, 0, NULL, "text"},
    {"", "id", CONF_INT, 0, 100, NULL, "number"},
    {"run", "id", CONF_INT, 0, 100, NULL, "number"},
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};

static struct conf *parse_bytes(const struct conf_key *table, const char *bytes, size_t size, struct err *e)
{
    int fd = memfd_create("conf", MFD_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, bytes, size) == 0);
    struct conf *conf = conf_open_fd(fd, "t", table, e);
    file_close(&fd);
    return conf;
}

static struct conf *parse(const char *text, struct err *e)
{
    return parse_bytes(keys, text, strlen(text), e);
}

/* The conf of a text that is right. */
static struct conf *good(const char *text)
{
    struct err e = {""};
    struct conf *conf = parse(text, &e);
    (void)UNIT_CHECK(conf != NULL && e.text[0] == '\0', "%s: %s", text, e.text);
    return conf;
}

static void test_values(void)
{
    struct conf *conf = good("# a comment\n"
                             "; another\n"
                             "\n"
                             "[limits]\n"
                             "time_ms = 1000\n"
                             "  memory_mib=64 # MiB\n"
                             "[ limits.python ] ; slow\n"
                             "factor = 2.5\n"
                             "[limits.c++]\n"
                             "factor = 1\n"
                             "[compare]\n"
                             "mode = tokens\n"
                             "error = 1e-6\n"
                             "ignore_case = Yes\n"
                             "[run]\n"
                             "title = two words\t\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
    CU_ASSERT_EQUAL(conf_int(conf, "limits", "time_ms", 7), 1000);
    CU_ASSERT_EQUAL(conf_int(conf, "limits", "memory_mib", 7), 64);
    CU_ASSERT_EQUAL(conf_int(conf, "limits", "least", -7), -7);
    CU_ASSERT_EQUAL(conf_decimal(conf, "limits.python", "factor", 7), 2.5);
    CU_ASSERT_EQUAL(conf_decimal(conf, "limits.c++", "factor", 7), 1);
    CU_ASSERT_EQUAL(conf_decimal(conf, "limits.java", "factor", 7.5), 7.5);
    CU_ASSERT_EQUAL(conf_choice(conf, "compare", "mode", 0), 2);
    CU_ASSERT_EQUAL(conf_decimal(conf, "compare", "error", 0), 1e-6);
    CU_ASSERT(conf_bool(conf, "compare", "ignore_case", false));
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "run", "title", "none"), "two words");
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "run", "command", "none"), "none");
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "compare", "error", "none"), "1e-6");
    CU_ASSERT_EQUAL(conf_line(conf, "limits", "time_ms"), 5);
    CU_ASSERT_EQUAL(conf_line(conf, "run", "title"), 16);
    CU_ASSERT_EQUAL(conf_line(conf, "run", "command"), 0);
    CU_ASSERT_EQUAL(conf_line(conf, "limits.python", NULL), 7);
    CU_ASSERT_EQUAL(conf_line(conf, "nothing", NULL), 0);
    static const char *const sections[] = {"limits", "limits.python", "limits.c++", "compare", "run"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        CU_ASSERT_STRING_EQUAL(conf_section(conf, i), sections[i]);
    CU_ASSERT_PTR_NULL(conf_section(conf, 5));
    conf_close(conf);
}

static void test_no_file(void)
{
    CU_ASSERT_EQUAL(conf_int(NULL, "limits", "time_ms", 7), 7);
    CU_ASSERT_EQUAL(conf_decimal(NULL, "compare", "error", 7), 7);
    CU_ASSERT(conf_bool(NULL, "compare", "ignore_case", true));
    CU_ASSERT_EQUAL(conf_choice(NULL, "compare", "mode", 3), 3);
    CU_ASSERT_STRING_EQUAL(conf_text(NULL, "run", "title", "x"), "x");
    CU_ASSERT_EQUAL(conf_line(NULL, "run", "title"), 0);
    CU_ASSERT_EQUAL(conf_line(NULL, "run", NULL), 0);
    CU_ASSERT_PTR_NULL(conf_section(NULL, 0));
    conf_close(NULL);
}

static void test_texts(void)
{
    static const struct {
        const char *line;
        const char *value;
    } rows[] = {
        {"title =", ""},
        {"title = \"\"", ""},
        {"title = # nothing", ""},
        {"title = plain", "plain"},
        {"title = plain # comment", "plain"},
        {"title = plain\t; comment", "plain"},
        {"title = a=b", "a=b"},
        {"title = [x]", "[x]"},
        {"title = it's", "it's"},
        {"title = back\\slash\\", "back\\slash\\"},
        {"title = \"a # b ; c\"", "a # b ; c"},
        {"title = \"  kept  \" # comment", "  kept  "},
        {"title = \"say \\\"hi\\\" \\\\ there\"", "say \"hi\" \\ there"},
        {"title=\"\\\\\"", "\\"},
        {"title = \xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87"},
        {"command = gcc -O2 main.c", "gcc -O2 main.c"},
        {"command = sh -c \"a; b # c\" # comment", "sh -c \"a; b # c\""},
        {"command = \"\\\"\" x", "\"\\\"\" x"},
        {"command = \"#\\\\\" ; comment", "\"#\\\\\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        (void)str_format(text, sizeof text, "[run]\n%s", rows[i].line);
        struct conf *conf = good(text);
        if (conf == NULL)
            continue;
        const char *value = conf_text(conf, "run", str_starts(rows[i].line, "title") ? "title" : "command", "?");
        (void)UNIT_CHECK(strcmp(value, rows[i].value) == 0, "%s: %s", rows[i].line, value);
        conf_close(conf);
    }
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"0", 0},
        {"0.0", 0},
        {"1", 1},
        {"-1", -1},
        {"0.5", 0.5},
        {".5", .5},
        {"5.", 5.},
        {"1e-6", 1e-6},
        {"1E-9", 1e-9},
        {"0.000001", 0.000001},
        {"1.5e3", 1.5e3},
        {"1e+2", 1e+2},
        {"0.1", 0.1},
        {"0.3", 0.3},
        {"123456789.012345", 123456789.012345},
        {"0e300", 0},
        {"1e-300", 1e-300},
        {"00012.5", 12.5},
        {"-0.25", -0.25},
        {"999999999999999", 999999999999999.},
        {"1e18", 1e18},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[128];
        (void)str_format(text, sizeof text, "[compare]\nerror = %s", rows[i].text);
        struct conf *conf = good(text);
        if (conf == NULL)
            continue;
        double value = conf_decimal(conf, "compare", "error", 77);
        double off = rows[i].value == 1e-300 ? 1e-312 : 0; /* below 10^-22 a last bit may differ */
        (void)UNIT_CHECK(value >= rows[i].value - off && value <= rows[i].value + off, "%s: %.17g", rows[i].text,
                         value);
        conf_close(conf);
    }
    struct conf *conf = good("[limits]\nleast = -9223372036854775808");
    CU_ASSERT_EQUAL(conf_int(conf, "limits", "least", 0), INT64_MIN);
    conf_close(conf);
}

static void test_bools(void)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1", "OFF", "True"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[64];
        (void)str_format(text, sizeof text, "[compare]\nignore_case = %s", words[i]);
        struct conf *conf = good(text);
        (void)UNIT_CHECK(conf_bool(conf, "compare", "ignore_case", i % 2 == 0) == (i % 2 == 1), "%s", words[i]);
        conf_close(conf);
    }
}

static void test_forms(void)
{
    /* Windows: a byte order mark, CR LF, no line end at the end. */
    struct conf *conf =
        good("\xef\xbb\xbf[limits]\r\ntime_ms = 5\r\n\r\n# x\r\n[run]\r\ntitle = \"a b\"\r\ncommand = x y\r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
    CU_ASSERT_EQUAL(conf_int(conf, "limits", "time_ms", 0), 5);
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "run", "title", ""), "a b");
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "run", "command", ""), "x y");
    CU_ASSERT_EQUAL(conf_line(conf, "run", "title"), 6);
    conf_close(conf);

    conf = good("");
    CU_ASSERT_PTR_NULL(conf_section(conf, 0));
    conf_close(conf);
    conf = good("\xef\xbb\xbf");
    conf_close(conf);
}

static void test_long_line(void)
{
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    (void)str_copy(text, 64, "[run]\ntitle = ");
    size_t start = strlen(text);
    memset(text + start, 'x', LENGTH);
    text[start + LENGTH] = '\0';
    struct conf *conf = good(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
    CU_ASSERT_EQUAL(strlen(conf_text(conf, "run", "title", "")), LENGTH);
    conf_close(conf);

    /* A message shows only the beginning. */
    memcpy(text + strlen("[run]\n"), "tytle", 5);
    struct err e = {""};
    CU_ASSERT_PTR_NULL(parse(text, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "t:2: unknown key 'tytle' in [run] (did you mean title?)");
    (void)str_copy(text, LENGTH, "[limits]\ntime_ms = ");
    memset(text + strlen(text), '9', LENGTH / 2);
    CU_ASSERT_PTR_NULL(parse(text, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "t:2: time_ms = 9999999999999999999999999999999999999999999999999999999999999999: "
                                   "must be a whole number from 1 to 3600000");
    free(text);
}

static void test_flat(void)
{
    static const char text[] = "name = x\nid = 3\n[run]\nid = 4\n";
    struct err e = {""};
    struct conf *conf = parse_bytes(flat_keys, text, strlen(text), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "", "name", ""), "x");
    CU_ASSERT_EQUAL(conf_int(conf, "", "id", 0), 3);
    CU_ASSERT_EQUAL(conf_int(conf, "run", "id", 0), 4);
    conf_close(conf);
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"nam = x\n", "t:1: unknown key 'nam' (did you mean name?)"},
        {"id = 1\nid = 2\n", "t:2: key 'id' again (it is in line 1)"},
        {"[run]\nname = 2\n", "t:2: unknown key 'name' in [run] (there are id)"},
        {"[rum]\n", "t:1: unknown section [rum] (did you mean [run]?)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        conf = parse_bytes(flat_keys, rows[i].text, strlen(rows[i].text), &e);
        (void)UNIT_CHECK(conf == NULL && strcmp(e.text, rows[i].message) == 0, "%s: %s", rows[i].text, e.text);
        conf_close(conf);
    }
}

static void test_bad_lines(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[limit]\n", "t:1: unknown section [limit] (did you mean [limits]?)"},
        {"\n[LIMITS]\n", "t:2: unknown section [LIMITS] (did you mean [limits]?)"},
        {"[limit.python]\n", "t:1: unknown section [limit.python] (did you mean [limits.python]?)"},
        {"[limits.]\n", "t:1: unknown section [limits.] (did you mean [limits.*]?)"},
        {"[zzzzzzzzz]\n", "t:1: unknown section [zzzzzzzzz] (there are [limits] [limits.*] [compare] [run])"},
        {"[]\n", "t:1: unknown section [] (there are [limits] [limits.*] [compare] [run])"},
        {"[limits\n", "t:1: '[' without ']'"},
        {"[limits] x\n", "t:1: text after ']'"},
        {"[limits]# x\n", "t:1: text after ']'"},
        {"[limits]\n[run]\n[limits]\n", "t:3: section [limits] again (it begins in line 1)"},
        {"time_ms = 1\n", "t:1: key 'time_ms' before the first [section]"},
        {"[limits]\ntime = 1\n", "t:2: unknown key 'time' in [limits] (did you mean time_ms?)"},
        {"[limits]\nMemory = 1\n", "t:2: unknown key 'Memory' in [limits] (did you mean memory_mib?)"},
        {"[limits]\nl = 1\n", "t:2: unknown key 'l' in [limits] (there are time_ms memory_mib least)"},
        {"[limits]\ntim_ms = 1\n", "t:2: unknown key 'tim_ms' in [limits] (did you mean time_ms?)"},
        {"[limits]\nTIME_MS = 1\n", "t:2: unknown key 'TIME_MS' in [limits] (did you mean time_ms?)"},
        {"[limits]\nmode = exact\n", "t:2: unknown key 'mode' in [limits] (it belongs in [compare])"},
        {"[limits.c]\ntime_ms = 1\n", "t:2: unknown key 'time_ms' in [limits.c] (it belongs in [limits])"},
        {"[limits]\nzzzzzzzzzzzzz = 1\n",
         "t:2: unknown key 'zzzzzzzzzzzzz' in [limits] (there are time_ms memory_mib least)"},
        {"[limits]\ntime_ms = 1\nmemory_mib = 2\ntime_ms = 1\n", "t:4: key 'time_ms' again (it is in line 2)"},
        {"[limits]\ntime_ms 1\n", "t:2: neither [section] nor key = value"},
        {"[limits]\n= 1\n", "t:2: no key before '='"},
        {"[limits]\ntime_ms =\n", "t:2: time_ms = : must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = 0\n", "t:2: time_ms = 0: must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = 3600001\n", "t:2: time_ms = 3600001: must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = 1000ms\n", "t:2: time_ms = 1000ms: must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = 1.5\n", "t:2: time_ms = 1.5: must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = +5\n", "t:2: time_ms = +5: must be a whole number from 1 to 3600000"},
        {"[limits]\ntime_ms = 99999999999999999999\n",
         "t:2: time_ms = 99999999999999999999: must be a whole number from 1 to 3600000"},
        {"[limits.c]\nfactor = -0.5\n",
         "t:2: factor = -0.5: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1000.1\n",
         "t:2: factor = 1000.1: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1,5\n",
         "t:2: factor = 1,5: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = inf\n",
         "t:2: factor = inf: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = nan\n",
         "t:2: factor = nan: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 0x1\n",
         "t:2: factor = 0x1: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = .\n", "t:2: factor = .: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1e\n", "t:2: factor = 1e: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1e-\n",
         "t:2: factor = 1e-: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1e+-1\n",
         "t:2: factor = 1e+-1: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 1e301\n",
         "t:2: factor = 1e301: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 999999999999999e300\n",
         "t:2: factor = 999999999999999e300: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[limits.c]\nfactor = 0.1234567890123456\n",
         "t:2: factor = 0.1234567890123456: must be a decimal number from 0 to 1000 (at most 15 digits)"},
        {"[compare]\nmode = line\n",
         "t:2: mode = line: must be one of: lines exact tokens float (did you mean lines?)"},
        {"[compare]\nmode = zzzzzz\n", "t:2: mode = zzzzzz: must be one of: lines exact tokens float"},
        {"[compare]\nmode =\n", "t:2: mode = : must be one of: lines exact tokens float"},
        {"[compare]\nignore_case = maybe\n", "t:2: ignore_case = maybe: must be yes or no"},
        {"[compare]\nignore_case =\n", "t:2: ignore_case = : must be yes or no"},
        {"[run]\ntitle = a#b\n",
         "t:2: title: '#' in a value: put the value in double quotes, or a blank before a comment"},
        {"[run]\ntitle = a;b\n",
         "t:2: title: ';' in a value: put the value in double quotes, or a blank before a comment"},
        {"[run]\ntitle =#b\n",
         "t:2: title: '#' in a value: put the value in double quotes, or a blank before a comment"},
        {"[run]\ntitle = say \"hi\"\n",
         "t:2: title: '\"' in a value: put the whole value in double quotes, with \\\" for this one"},
        {"[run]\ntitle = \"a\n", "t:2: title: a double quote that is not closed"},
        {"[run]\ntitle = \"a\\\n", "t:2: title: a double quote that is not closed"},
        {"[run]\ntitle = \"a\\\"\n", "t:2: title: a double quote that is not closed"},
        {"[run]\ntitle = \"a\" b\n", "t:2: title: text after the closing quote"},
        {"[run]\ntitle = \"a\"# b\n", "t:2: title: text after the closing quote"},
        {"[run]\ntitle = \"a\\n\"\n", "t:2: title: a backslash in double quotes (write \\\\ for it, \\\" for a quote)"},
        {"[run]\ncommand = a \"b\n", "t:2: command: a double quote that is not closed"},
        {"[run]\ncommand = a;b\n",
         "t:2: command: ';' in a value: put the value in double quotes, or a blank before a comment"},
        {"[run]\ncommand = \"a\\b\"\n",
         "t:2: command: a backslash in double quotes (write \\\\ for it, \\\" for a quote)"},
        {"[run]\ntitle = a\x1b[31m\n", "t:2: a control character (0x1b)"},
        {"# \x7f\n", "t:1: a control character (0x7f)"},
        {"[run]\rtitle = a\r", "t:1: a control character (0x0d)"},
        {"\xef\xbb[run]\n", "t:1: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        struct conf *conf = parse(rows[i].text, &e);
        (void)UNIT_CHECK(conf == NULL && strcmp(e.text, rows[i].message) == 0, "%s: %s", rows[i].text, e.text);
        conf_close(conf);
    }
}

static void test_bad_bytes(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } rows[] = {
        {"\0", 1, "t:1: a NUL byte: not a text file"},
        {"[run]\ntitle = a\0b\n", 17, "t:2: a NUL byte: not a text file"},
        {"[run]\n\n\n\0", 9, "t:4: a NUL byte: not a text file"},
        {"\xff\xfe[\0r\0", 6, "t: saved as UTF-16 (save it as UTF-8)"},
        {"\xfe\xff\0[\0r", 6, "t: saved as UTF-16 (save it as UTF-8)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        struct conf *conf = parse_bytes(keys, rows[i].bytes, rows[i].size, &e);
        (void)UNIT_CHECK(conf == NULL && strcmp(e.text, rows[i].message) == 0, "row %zu: %s", i, e.text);
        conf_close(conf);
    }
}

static void test_large(void)
{
    enum { MOST = 1024 * 1024 };
    struct err e = {""};
    char *text = malloc(MOST + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, '\n', MOST + 1);
    struct conf *conf = parse_bytes(keys, text, MOST, &e);
    CU_ASSERT_PTR_NOT_NULL(conf);
    conf_close(conf);
    CU_ASSERT_PTR_NULL(parse_bytes(keys, text, MOST + 1, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "t: larger than 1048576 bytes");

    /* As many sections as fit would be looked through for each of them. */
    size_t length = 0;
    for (int i = 0; length < MOST - 64; i++) {
        (void)str_format(text + length, 64, "[limits.%d]\nfactor = 1\n", i);
        length += strlen(text + length);
    }
    CU_ASSERT_PTR_NULL(parse_bytes(keys, text, length, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "t:2049: more than 1024 sections");
    free(text);
}

static void test_files(void)
{
    char folder[] = "/tmp/test_conf.XXXXXX";
    char path[64];
    char message[128];
    struct err e = {""};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    (void)str_format(path, sizeof path, "%s/a.ini", folder);
    CU_ASSERT_PTR_NULL(conf_open(path, keys, &e));
    (void)str_format(message, sizeof message, "open %s: No such file or directory", path);
    CU_ASSERT_STRING_EQUAL(e.text, message);
    CU_ASSERT_PTR_NULL(conf_open(folder, keys, &e));
    (void)str_format(message, sizeof message, "%s: not a file", folder);
    CU_ASSERT_STRING_EQUAL(e.text, message);
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    CU_ASSERT_PTR_NULL(conf_open(path, keys, &e)); /* and does not wait for a writer */
    (void)str_format(message, sizeof message, "%s: not a file", path);
    CU_ASSERT_STRING_EQUAL(e.text, message);
    CU_ASSERT_EQUAL(unlink(path), 0);

    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(file_write_all(fd, "[run]\ntitel = x", 15), 0);
    CU_ASSERT_PTR_NULL(conf_open(path, keys, &e));
    (void)str_format(message, sizeof message, "%s:2: unknown key 'titel' in [run] (did you mean title?)", path);
    CU_ASSERT_STRING_EQUAL(e.text, message);
    CU_ASSERT_EQUAL(file_write_all(fd, "\n[limits]\n", 10), 0);
    CU_ASSERT_PTR_NULL(conf_open(path, keys, NULL));
    CU_ASSERT_EQUAL(pwrite(fd, "title", 5, 6), 5);
    struct conf *conf = conf_open(path, keys, &e);
    CU_ASSERT_PTR_NOT_NULL(conf);
    CU_ASSERT_STRING_EQUAL(conf_text(conf, "run", "title", ""), "x");
    conf_close(conf);
    file_close(&fd);
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static void test_words(void)
{
    static const struct {
        const char *text;
        const char *words[5];
    } rows[] = {
        {"", {NULL}},
        {"  \t ", {NULL}},
        {"a", {"a"}},
        {" gcc\t-O2  x.c ", {"gcc", "-O2", "x.c"}},
        {"\"a b\" c", {"a b", "c"}},
        {"\"\" \"\"", {"", ""}},
        {"-DX=\"a b\"c d", {"-DX=a bc", "d"}},
        {"\"a\\\"b\\\\\" 'c d'", {"a\"b\\", "'c", "d'"}},
        {"a\\b c\\", {"a\\b", "c\\"}},
        {"a\nb\r\nc", {"a", "b", "c"}},
        {"a b c d", {"a", "b", "c", "d"}},
    };
    struct err e = {""};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char **words = conf_words(rows[i].text, &e);
        if (!UNIT_CHECK(words != NULL, "%s: %s", rows[i].text, e.text))
            continue;
        size_t k = 0;
        for (; words[k] != NULL && rows[i].words[k] != NULL; k++)
            (void)UNIT_CHECK(strcmp(words[k], rows[i].words[k]) == 0, "%s: word %zu is %s", rows[i].text, k, words[k]);
        (void)UNIT_CHECK(words[k] == NULL && rows[i].words[k] == NULL, "%s: %zu words", rows[i].text, k);
        free(words);
    }
    CU_ASSERT_PTR_NULL(conf_words("a \"b", &e));
    CU_ASSERT_STRING_EQUAL(e.text, "a double quote that is not closed");
    CU_ASSERT_PTR_NULL(conf_words("\"", NULL));
}

static const struct unit_test tests[] = {
    {"values", test_values},       {"no_file", test_no_file}, {"texts", test_texts},
    {"numbers", test_numbers},     {"bools", test_bools},     {"forms", test_forms},
    {"long_line", test_long_line}, {"flat", test_flat},       {"bad_lines", test_bad_lines},
    {"bad_bytes", test_bad_bytes}, {"large", test_large},     {"files", test_files},
    {"words", test_words},
};
UNIT_MAIN("conf", tests)
