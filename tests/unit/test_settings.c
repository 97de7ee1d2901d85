/*
 * test_settings.c - the table of settings, our form of judge.conf, what is printed, and the files that follow from the table:
 * etc/judge.conf and docs/configuration.md.
 */
#include "common/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/settings_parts.h"
#include "common/str.h"
#include "tests/unit/settings_home.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static size_t row_size(const struct settings_row *row)
{
    switch (row->kind) {
    case SETTINGS_NODE_NAME:
        return SETTINGS_NODE;
    case SETTINGS_PLACE:
        return PATH_MAX;
    case SETTINGS_BOOL:
        return sizeof(bool);
    case SETTINGS_DECIMAL:
        return sizeof(double);
    case SETTINGS_LANGUAGES:
        return sizeof(int64_t);
    case SETTINGS_TEXT_LINE:
    case SETTINGS_SECRET:
    case SETTINGS_FILE:
        return SETTINGS_TEXT;
    case SETTINGS_EXAM:
        return SETTINGS_EXAM_SIZE;
    case SETTINGS_INT:
    case SETTINGS_AUTO:
    case SETTINGS_CHOICE:
        break;
    }
    return row->size; /* of one of two sizes */
}

/* ---- the table */

static void test_rows(void)
{
    struct settings settings = {.home = "/h"};
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        (void)UNIT_CHECK(settings_find(row->section, row->name) == row, "%s.%s twice", row->section, row->name);
        (void)UNIT_CHECK(row->size == row_size(row), "%s.%s: size %zu", row->section, row->name, row->size);
        (void)UNIT_CHECK(strlen(row->help) > 10 && strlen(row->help) < 120, "%s.%s: help", row->section, row->name);
        struct err e = {""};
        (void)UNIT_CHECK(settings_set(&settings, row, row->name, row->fallback, &e) == 0, "%s", e.text);
        if (row->hustoj_fallback != NULL)
            (void)UNIT_CHECK(settings_set(&settings, row, row->name, row->hustoj_fallback, &e) == 0, "%s", e.text);
        (void)UNIT_CHECK((row->kind == SETTINGS_CHOICE) == (row->words != NULL), "%s.%s: words", row->section,
                         row->name);
        bool number = row->kind == SETTINGS_INT || row->kind == SETTINGS_AUTO;
        (void)UNIT_CHECK(!number || (row->low < row->high && row->scale > 0), "%s.%s: range", row->section, row->name);
        for (const struct settings_row *other = row + 1; other->section != NULL; other++) {
            bool one = row->kind != SETTINGS_FILE && other->kind != SETTINGS_FILE;
            (void)UNIT_CHECK(!one || row->offset + row->size <= other->offset ||
                                 other->offset + other->size <= row->offset,
                             "%s.%s and %s.%s: one field", row->section, row->name, other->section, other->name);
            (void)UNIT_CHECK(row->hustoj == NULL || other->hustoj == NULL || strcmp(row->hustoj, other->hustoj) != 0,
                             "%s twice", row->hustoj);
            (void)UNIT_CHECK(strcmp(row->section, other->section) != 0 || strcmp(row->section, other[-1].section) == 0,
                             "[%s] in two places", row->section);
        }
    }
}

/* Each field has a row: before a row's field there is room for its padding only. */
static void test_fields(void)
{
    static char covered[sizeof(struct settings)]; /* the alignment of the field that a byte is of */
    memset(covered, 0, sizeof covered);
    memset(covered, 1, offsetof(struct settings, holds_password) + sizeof(bool));
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++)
        memset(covered + row->offset,
               row->size == 8 && row->kind != SETTINGS_NODE_NAME ? 8
               : row->size == 4                                  ? 4
                                                                 : 1,
               row->size);
    size_t gap = 0;
    for (size_t i = 0; i < sizeof covered; i++) {
        (void)UNIT_CHECK(covered[i] == 0 || gap < (size_t)covered[i], "a field before %zu has no row", i);
        gap = covered[i] != 0 ? 0 : gap + 1;
    }
    CU_ASSERT(gap < 8);
}

/* Both ends of each range are taken, and one step beyond is not, by our form. */
static void test_ranges(void)
{
    struct settings_home home;
    settings_home_init(&home);
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        bool total = strcmp(row->name, "mod") == 0; /* mod is below total */
        if (row->kind != SETTINGS_INT && row->kind != SETTINGS_AUTO)
            continue;
        for (int i = 0; i < 4; i++) {
            const int64_t numbers[] = {row->low, row->high, row->low - 1, row->high + 1};
            char text[256];
            char got[64];
            char wanted[64];
            (void)str_format(text, sizeof text, "[%s]\n%s%s = %" PRId64 "\n", row->section,
                             total ? "total = 1000000\n" : "", row->name, numbers[i]);
            int result = settings_home_read(&home, text);
            if (!UNIT_CHECK(result == (i < 2 ? 0 : -1), "%s: %s", text, home.e.text))
                continue;
            (void)str_format(wanted, sizeof wanted, "%" PRId64, numbers[i]);
            if (i < 2)
                (void)UNIT_CHECK(strcmp(settings_get(&home.settings, row, got, sizeof got), wanted) == 0, "%s", text);
            (void)str_format(wanted, sizeof wanted, "%s:%d: %s = ", home.file, total ? 3 : 2, row->name);
            (void)UNIT_CHECK(i < 2 || str_starts(home.e.text, wanted), "%s", home.e.text);
        }
    }
    settings_home_fini(&home);
}

/* ---- reading */

static void test_no_file(void)
{
    struct settings_home home;
    char data[PATH_MAX];
    settings_home_init(&home);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), 0);
    const struct settings *settings = &home.settings;
    (void)str_format(data, sizeof data, "%s/data", home.path);
    CU_ASSERT_STRING_EQUAL(settings->home, home.path);
    CU_ASSERT_STRING_EQUAL(settings->file, "");
    CU_ASSERT_STRING_EQUAL(settings->data, data);
    CU_ASSERT(!settings->hustoj && !settings_has_database(settings) && !settings_has_redis(settings));
    CU_ASSERT_STRING_EQUAL(settings->node_user, "judge");
    CU_ASSERT(settings->workers == 0 && settings->job_timeout_ms == 60000 && settings->grace_ms == 120000);
    CU_ASSERT(settings->first_uid == 40000 && settings->pin);
    CU_ASSERT(settings->database_port == 3306 && settings->database_timeout_ms == 5000);
    CU_ASSERT(settings->redis_port == 6379 && settings->redis_database == 0);
    CU_ASSERT_STRING_EQUAL(settings->redis_queue, "hustoj");
    CU_ASSERT_STRING_EQUAL(settings->redis_prefix, "oj:");
    CU_ASSERT(settings->redis_connect_timeout_ms == 10000 && settings->redis_command_timeout_ms == 5000);
    CU_ASSERT(settings->lease_ms == 15000 && settings->max_attempts == 3 && settings->redis_gone_ms == 10000);
    CU_ASSERT(settings->sweep_ms == 5000 && settings->foreign_claim_s == 600 && settings->udp_port == 1536);
    CU_ASSERT(settings->total == 1 && settings->mod == 0 && settings->languages == -1);
    CU_ASSERT(settings->jobs && settings->jobs_poll_ms == 100 && settings->jobs_ttl_s == 3600);
    CU_ASSERT(settings->system_error_result == 14 && settings->auto_result == 4 && !settings->turbo);
    CU_ASSERT(settings->java_time_bonus_ms == -1 && settings->java_memory_bonus_mib == -1);
    CU_ASSERT(settings->cpu_compensation == 1.0 && settings->ui == 0 && settings->data_sync_s == 300);
    CU_ASSERT_STRING_EQUAL(settings->tpj_argv, "testlib");
    CU_ASSERT_STRING_EQUAL(settings->data_sync, "");
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    settings_home_fini(&home);
}

/* Every key with another value than its default. */
static const char all_keys[] =
    "\xef\xbb\xbf# all\r\n[node]\r\nname = a-9\nuser = other\n"
    "[pool]\nworkers = 7\njob_timeout_s = 61\ngrace_s = 0\nfirst_uid = 50000\npin = off\n"
    "[database]\nhost = db\nport = 3307\nuser = u\npassword = \"p#;\\\"\\\\ x\"\n"
    "name = n\ntimeout_ms = 700\n"
    "[redis]\nsocket = run/r.sock\nport = 6380\npassword = q\ndatabase = 3\nqueue = l\n"
    "prefix = x:\nconnect_timeout_ms = 11\ncommand_timeout_ms = 12\n"
    "[queue]\nlease_s = 16\nmax_attempts = 4\nredis_gone_s = 11\n"
    "[intake]\nsweep_s = 6\nforeign_claim_s = 601\nudp = yes\nudp_address = 0.0.0.0\n"
    "udp_port = 1537\ntotal = 3\nmod = 2\nlanguages = 0, 1,62 , 6\n"
    "[jobs]\nenabled = no\npoll_ms = 50\nresult_ttl_s = 60\n"
    "[judging]\nsystem_error_result = 10\nauto_result = 14\nturbo = 1\noi_mode = true\n"
    "use_max_time = no\ntime_limit_to_total = yes\nignore_esol = no\nfull_diff = 3\n"
    "raw_text_diff = no\ninternal_mark = yes\ncopy_data = yes\nsim_enable = yes\n"
    "java_time_bonus_s = 2\njava_memory_bonus_mib = 64\ncpu_compensation = 1.25\n"
    "cc_std = -std=c11\ncpp_std = -std=c++20\ncc_opt = -O3\ntpj_argv = hustoj\n"
    "[data]\nfolder = /srv/data\nsync = rsync.sh\nsync_timeout_s = 30\n[ui]\nlanguage = zh\n";

static void test_all_keys(void)
{
    struct settings_home home;
    char path[PATH_MAX];
    settings_home_init(&home);
    CU_ASSERT_EQUAL(settings_home_read(&home, all_keys), 0);
    CU_ASSERT_STRING_EQUAL(home.e.text, "");
    const struct settings *settings = &home.settings;
    CU_ASSERT_STRING_EQUAL(settings->node, "a-9");
    CU_ASSERT(settings->workers == 7 && settings->job_timeout_ms == 61000 && settings->grace_ms == 0);
    CU_ASSERT(settings->first_uid == 50000 && !settings->pin);
    CU_ASSERT(settings_has_database(settings) && settings_has_redis(settings));
    CU_ASSERT_STRING_EQUAL(settings->database_password, "p#;\"\\ x");
    (void)str_format(path, sizeof path, "%s/run/r.sock", home.path);
    CU_ASSERT_STRING_EQUAL(settings->redis_socket, path);
    CU_ASSERT_STRING_EQUAL(settings->redis_host, "");
    CU_ASSERT_EQUAL(settings->languages, INT64_C(1) << 62 | 1 << 6 | 3);
    CU_ASSERT(settings->java_time_bonus_ms == 2000 && settings->java_memory_bonus_mib == 64);
    CU_ASSERT(settings->cpu_compensation == 1.25 && settings->turbo && settings->ui == 1);
    CU_ASSERT_STRING_EQUAL(settings->tpj_argv, "hustoj");
    CU_ASSERT_STRING_EQUAL(settings->data, "/srv/data");
    (void)str_format(path, sizeof path, "%s/rsync.sh", home.path);
    CU_ASSERT_STRING_EQUAL(settings->data_sync, path);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    CU_ASSERT(!settings->hustoj && strcmp(settings->file, home.file) == 0);
    settings_home_fini(&home);
}

/* A text and all of the message behind the file's name. */
static const struct {
    const char *text, *message;
} wrong[] = {
    {"[database]\nprot = 1\n", ":2: unknown key 'prot' in [database] (did you mean port?)"},
    {"[databse]\n", ":1: unknown section [databse] (did you mean [database]?)"},
    {"[pool]\n\nport = 1\n", ":3: unknown key 'port' in [pool] (it belongs in [database])"},
    {"port = 1\n", ":1: key 'port' before the first [section]"},
    {"[redis]\nport = 0\n", ":2: port = 0: must be a whole number from 1 to 65535"},
    {"[redis]\nport = 6379x\n", ":2: port = 6379x: must be a whole number from 1 to 65535"},
    {"[redis]\nport = 1\nport = 2\n", ":3: key 'port' again (it is in line 2)"},
    {"[redis]\n[ui]\n[redis]\n", ":3: section [redis] again (it begins in line 1)"},
    {"[redis]\npassword = a#b\n",
     ":2: password: '#' in a value: put the value in double quotes, or a blank before a comment"},
    {"[pool]\npin = maybe\n", ":2: pin = maybe: must be yes or no"},
    {"[pool]\nworkers = all\n", ":2: workers = all: must be auto, or a whole number from 1 to 100"},
    {"[judging]\njava_time_bonus_s = -1\n",
     ":2: java_time_bonus_s = -1: must be auto, or a whole number from 0 to 3600"},
    {"[judging]\ncpu_compensation = 0\n", ":2: cpu_compensation = 0: all times would be 0"},
    {"[judging]\ntpj_argv = testlip\n",
     ":2: tpj_argv = testlip: must be one of: testlib hustoj (did you mean testlib?)"},
    {"[node]\nname = Box_1\n", ":2: name = Box_1: must be 1 to 7 of a-z 0-9 -"},
    {"[node]\nname = eight-ch\n", ":2: name = eight-ch: must be 1 to 7 of a-z 0-9 -"},
    {"[intake]\nlanguages = 0,63\n", ":2: languages = 0,63: must be all, or numbers from 0 to 62 with commas between"},
    {"[intake]\nlanguages =\n", ":2: languages = : must be all, or numbers from 0 to 62 with commas between"},
    {"[lanes]\nexam = contest:1001 problem:x7 problem:8\n",
     ":2: exam: problem:x7: must be contest:NUMBER and problem:NUMBER, with blanks between"},
    {"[lanes]\nexam = 1001\n", ":2: exam: 1001: must be contest:NUMBER and problem:NUMBER, with blanks between"},
    {"[lanes]\nrejudge_max_share = 0\n", ":2: rejudge_max_share = 0: must be a whole number from 1 to 100"},
    {"[intake]\nlanguages = 0 1\n", ":2: languages = 0 1: must be all, or numbers from 0 to 62 with commas between"},
    {"[intake]\nmod = 1\n", ":2: mod = 1: must be below total (1)"},
    {"[intake]\nmod = 2\ntotal = 2\n", ":2: mod = 2: must be below total (2)"},
    {"[redis]\npassword = a\npassword_file = b\n", ":3: password_file and password (line 2): only one of them"},
    {"[redis]\npassword_file = b\n", ":2: password_file: open "},
    {"[database]\nhost = a\n\nsocket = b\n", ":4: socket and host (line 2): only one of them"},
    {"[database]\nsocket = b\nhost = a\n", ":3: host and socket (line 2): only one of them"},
};

static void test_wrong(void)
{
    struct settings_home home;
    char message[512];
    settings_home_init(&home);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CU_ASSERT_EQUAL(settings_home_read(&home, wrong[i].text), -1);
        (void)str_format(message, sizeof message, "%s%s", home.file, wrong[i].message);
        bool part = message[strlen(message) - 1] == ' ';
        (void)UNIT_CHECK(part ? str_starts(home.e.text, message) : strcmp(home.e.text, message) == 0, "%s",
                         home.e.text);
    }
    settings_home_fini(&home);
}

/* ---- printing */

/* What is printed reads back to the same, but for passwords, which are nowhere in it. */
static void check_round_trip(struct settings_home *home, const char *text)
{
    char got[PATH_MAX];
    char wanted[PATH_MAX];
    if (!UNIT_CHECK(settings_home_read(home, text) == 0, "%s: %s", text, home->e.text))
        return;
    struct settings first = home->settings;
    const char *printed = settings_home_print(home, false);
    CU_ASSERT_PTR_NULL(strstr(printed, "s3cret"));
    CU_ASSERT_PTR_NULL(strstr(home->warnings, "s3cret"));
    char *copy = strdup(printed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    if (UNIT_CHECK(settings_home_read(home, copy) == 0, "%s: %s", copy, home->e.text)) {
        CU_ASSERT_STRING_EQUAL(home->warnings, "");
        for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
            if (row->kind == SETTINGS_SECRET || row->kind == SETTINGS_FILE)
                continue;
            (void)settings_get(&home->settings, row, got, sizeof got);
            (void)settings_get(&first, row, wanted, sizeof wanted);
            (void)UNIT_CHECK(strcmp(got, wanted) == 0, "%s: '%s' becomes '%s'", row->name, wanted, got);
        }
        CU_ASSERT_STRING_EQUAL(settings_home_print(home, false) == NULL ? "" : "same", "same");
    }
    free(copy);
}

static void test_round_trip(void)
{
    static const char *const texts[] = {
        "",
        all_keys,
        "[database]\nhost = \"a \\\"b\\\" #c;\\\\\"\npassword = s3cret\n[redis]\npassword = s3cret\n",
        "[judging]\ncpu_compensation = 0.333333333333333\ncc_opt = \" -O2 \"\ncc_std = \\\n",
        "[judging]\ncpu_compensation = 1.25e-9\n",
        "OJ_HOST_NAME=127.0.0.1\nOJ_USER_NAME=root\nOJ_PASSWORD=s3cret\nOJ_DB_NAME=jol\nOJ_RUNNING=4\n"
        "OJ_REDISENABLE=1\nOJ_REDISAUTH=s3cret\nOJ_HTTP_USERNAME=judge-server-1\nOJ_CC_OPT=-DX=\"#\"\n",
        "OJ_HTTP_JUDGE=1\n",
    };
    struct settings_home home;
    settings_home_init(&home);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_round_trip(&home, texts[i]);
    CU_ASSERT_EQUAL(settings_home_read(&home, texts[2]), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(settings_home_print(&home, false), "\n#password = (set)\n"));
    settings_home_fini(&home);
}

static void read_tree_file(const char *path, char *text, size_t size)
{
    struct err e = {""};
    (void)UNIT_CHECK(file_read(AT_FDCWD, path, text, size, &e) >= 0, "%s (run it in the tree's top folder)", e.text);
}

/* etc/judge.conf is the sample; it says nothing, and with each # before a key taken away it says the defaults. */
static void test_sample(void)
{
    struct settings_home home;
    char file[65536] = "";
    char got[PATH_MAX];
    char wanted[PATH_MAX];
    settings_home_init(&home);
    (void)settings_home_print(&home, true);
    read_tree_file("etc/judge.conf", file, sizeof file);
    (void)UNIT_CHECK(strcmp(home.printed, file) == 0,
                     "etc/judge.conf: judgectl config print --sample > etc/judge.conf");
    CU_ASSERT_EQUAL(settings_home_read(&home, file), 0);
    struct settings defaults = home.settings;
    char *to = file;
    for (const char *at = file; *at != '\0'; at++) {
        if (*at != '#' || (at > file && at[-1] != '\n') || at[1] == ' ')
            *to++ = *at;
    }
    *to = '\0';
    CU_ASSERT_EQUAL(settings_home_read(&home, file), 0);
    CU_ASSERT_STRING_EQUAL(home.e.text, "");
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        char key[64];
        (void)str_format(key, sizeof key, "\n%s =", row->name);
        CU_ASSERT_PTR_NOT_NULL(strstr(file, key));
        (void)UNIT_CHECK(strcmp(settings_get(&home.settings, row, got, sizeof got),
                                settings_get(&defaults, row, wanted, sizeof wanted)) == 0,
                         "%s: %s, %s", row->name, got, wanted);
    }
    settings_home_fini(&home);
}

/* Of a row as docs/configuration.md has it. */
static void document_line(const struct settings_row *row, char *text, size_t size)
{
    char values[96] = "";
    if (row->kind == SETTINGS_INT || row->kind == SETTINGS_AUTO || row->kind == SETTINGS_DECIMAL)
        (void)str_format(values, sizeof values, "%" PRId64 " to %" PRId64, row->low, row->high);
    else if (row->kind == SETTINGS_BOOL)
        (void)str_format(values, sizeof values, "yes, no");
    else if (row->kind == SETTINGS_CHOICE)
        (void)str_format(values, sizeof values, "%.*s, %s", (int)strcspn(row->words, " "), row->words,
                         strchr(row->words, ' ') + 1);
    (void)str_format(text, size, "\n| `%s` | %s | %s | %s | %s |\n", row->name, row->fallback, values, row->help,
                     row->hustoj == NULL ? "" : row->hustoj);
}

static void test_document(void)
{
    static char document[131072];
    read_tree_file("docs/configuration.md", document, sizeof document);
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        char line[512];
        char head[64];
        document_line(row, line, sizeof line);
        (void)str_format(head, sizeof head, "### [%s]\n", row->section);
        const char *section = strstr(document, head);
        const char *found = section == NULL ? NULL : strstr(section, line);
        const char *next = section == NULL ? NULL : strstr(section + 1, "### [");
        (void)UNIT_CHECK(found != NULL && (next == NULL || found < next), "docs/configuration.md, %s: no line %s", head,
                         line + 1);
        (void)UNIT_CHECK(row->environment == NULL || strstr(document, row->environment) != NULL,
                         "docs/configuration.md: %s", row->environment);
    }
}

static const struct unit_test tests[] = {
    {"rows", test_rows},         {"fields", test_fields}, {"ranges", test_ranges},         {"no_file", test_no_file},
    {"all_keys", test_all_keys}, {"wrong", test_wrong},   {"round_trip", test_round_trip}, {"sample", test_sample},
    {"document", test_document},
};

UNIT_MAIN("settings", tests)
