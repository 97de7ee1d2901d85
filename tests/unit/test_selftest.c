/*
 * test_selftest.c - what is kept of self-tests: written and read, damaged in every way, made by others, when it is tried again, and
 * what people read of it.
 */
#include "common/selftest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static char home[64], folder[96];
static int folder_fd;

static int begin(void)
{
    struct err e = {""};
    (void)str_copy(home, sizeof home, "/tmp/judge-test-selftest.XXXXXX"); /* these fit */
    if (!UNIT_CHECK(mkdtemp(home) != NULL, "mkdtemp"))
        return -1;
    (void)str_format(folder, sizeof folder, "%s/" SELFTEST_FOLDER, home);
    folder_fd = selftest_open(home, true, &e);
    return UNIT_CHECK(folder_fd >= 0, "%s", e.text) ? 0 : -1;
}

static void end(void)
{
    char path[128];
    selftest_keep(folder_fd, NULL, 0);
    file_close(&folder_fd);
    UNIT_CHECK(rmdir(folder) == 0, "%s is not empty", folder);
    (void)str_format(path, sizeof path, "%s/run", home); /* it fits */
    CU_ASSERT(rmdir(path) == 0 && rmdir(home) == 0);
}

static struct selftest_record record_of(const char *name, enum selftest_state state)
{
    struct selftest_record record = {.state = state, .language = 6, .tested_s = 1700000000, .tries = 2, .took_ms = 250};
    (void)str_copy(record.name, sizeof record.name, name); /* these fit */
    (void)str_copy(record.key, sizeof record.key, "0123456789abcdef");
    (void)str_copy(record.version, sizeof record.version, "Python 3.13.1");
    (void)str_copy(record.step, sizeof record.step, "run");
    (void)str_copy(record.policy, sizeof record.policy, "python");
    (void)str_copy(record.call, sizeof record.call, "getrandom");
    (void)str_copy(record.source, sizeof record.source, "/usr/share/judge/self-test/python/ac.py");
    (void)str_copy(record.problem, sizeof record.problem, "/usr/share/judge/self-test");
    (void)str_copy(record.text, sizeof record.text, "what it said");
    return record;
}

static bool is_same(const struct selftest_record *a, const struct selftest_record *b)
{
    return a->state == b->state && a->language == b->language && a->tested_s == b->tested_s && a->tries == b->tries &&
           a->took_ms == b->took_ms && strcmp(a->name, b->name) == 0 && strcmp(a->key, b->key) == 0 &&
           strcmp(a->version, b->version) == 0 && strcmp(a->step, b->step) == 0 && strcmp(a->policy, b->policy) == 0 &&
           strcmp(a->call, b->call) == 0 && strcmp(a->source, b->source) == 0 && strcmp(a->problem, b->problem) == 0 &&
           strcmp(a->text, b->text) == 0;
}

static void test_round_trip(void)
{
    struct err e = {""};
    if (begin() != 0)
        return;
    for (int i = 0; i < SELFTEST_STATES; i++) {
        struct selftest_record read, record = record_of("c++#_-", (enum selftest_state)i);
        record.text[0] = i % 2 == 0 ? '\0' : 't';
        UNIT_CHECK(selftest_write(folder_fd, &record, &e) == 0, "%s", e.text);
        UNIT_CHECK(selftest_read(folder_fd, "c++#_-", &read, &e) == 1, "%s", e.text);
        UNIT_CHECK(is_same(&read, &record), "state %s", selftest_state_name((enum selftest_state)i));
    }
    struct selftest_record read;
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), 0);
    end();
}

/* A line's end in a text does not become a line; the longest texts fit. */
static void test_texts(void)
{
    struct err e = {""};
    if (begin() != 0)
        return;
    struct selftest_record read, record = record_of("python", SELFTEST_BROKEN);
    (void)str_copy(record.text, sizeof record.text, "two\nstate passed\nlines"); /* it fits */
    CU_ASSERT_EQUAL(selftest_write(folder_fd, &record, &e), 0);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), 1);
    CU_ASSERT_EQUAL(read.state, SELFTEST_BROKEN);
    CU_ASSERT_STRING_EQUAL(read.text, "two?state passed?lines");
    memset(record.source, 's', sizeof record.source - 1);
    memset(record.problem, 'p', sizeof record.problem - 1);
    memset(record.text, 't', sizeof record.text - 1);
    memset(record.version, 'v', sizeof record.version - 1);
    record.source[sizeof record.source - 1] = record.problem[sizeof record.problem - 1] = '\0';
    record.text[sizeof record.text - 1] = record.version[sizeof record.version - 1] = '\0';
    CU_ASSERT_EQUAL(selftest_write(folder_fd, &record, &e), 0);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), 1);
    CU_ASSERT(is_same(&read, &record));
    end();
}

static void put(const char *name, const char *text, size_t length, mode_t mode)
{
    int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT(fd >= 0 && file_write_all(fd, text, length) == 0 && fchmod(fd, mode) == 0);
    file_close(&fd);
}

/* Each byte changed, each byte cut off: never taken for a result. */
static void test_damaged(void)
{
    char text[4096], damaged[4096];
    struct err e = {""};
    if (begin() != 0)
        return;
    struct selftest_record read, record = record_of("python", SELFTEST_PASSED);
    CU_ASSERT_EQUAL(selftest_write(folder_fd, &record, &e), 0);
    ssize_t length = file_read(folder_fd, "python", text, sizeof text, &e);
    UNIT_CHECK(length > 100, "%s", e.text);
    for (ssize_t i = 0; i < length; i++) {
        memcpy(damaged, text, (size_t)length);
        damaged[i] = (char)(damaged[i] ^ (i % 3 == 0 ? 0x20 : 0x01));
        put("python", damaged, (size_t)length, 0644);
        UNIT_CHECK(selftest_read(folder_fd, "python", &read, &e) == -1, "byte %zd changed", i);
        put("python", text, (size_t)i, 0644);
        UNIT_CHECK(selftest_read(folder_fd, "python", &read, &e) == -1, "cut to %zd bytes", i);
    }
    memset(damaged, 'x', sizeof damaged);
    put("python", damaged, sizeof damaged, 0644);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), -1);
    memcpy(damaged, text, (size_t)length);
    damaged[length] = '\0';
    put("python", damaged, (size_t)length + 1, 0644); /* a NUL more */
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), -1);
    put("ruby", text, (size_t)length, 0644); /* another's */
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "ruby", &read, &e), -1);
    CU_ASSERT_EQUAL(selftest_list(home, &read, 1), 0);
    put("python", text, (size_t)length, 0644);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), 1);
    end();
}

/* What others could have written decides nothing. */
static void test_others(void)
{
    char text[4096], path[160];
    struct err e = {""};
    if (begin() != 0)
        return;
    struct selftest_record read, record = record_of("python", SELFTEST_PASSED);
    CU_ASSERT_EQUAL(selftest_write(folder_fd, &record, &e), 0);
    ssize_t length = file_read(folder_fd, "python", text, sizeof text, &e);
    put("python", text, (size_t)length, 0664);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), -1);
    put("python", text, (size_t)length, 0646);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "python", &read, &e), -1);
    put("python", text, (size_t)length, 0644);
    (void)str_format(path, sizeof path, "%s/link", folder); /* it fits */
    CU_ASSERT_EQUAL(symlinkat("python", folder_fd, "link"), 0);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "link", &read, &e), -1);
    CU_ASSERT_EQUAL(mkfifoat(folder_fd, "fifo", 0644), 0);
    CU_ASSERT_EQUAL(selftest_read(folder_fd, "fifo", &read, &e), -1);
    CU_ASSERT_EQUAL(fchmod(folder_fd, 0777), 0);
    CU_ASSERT_EQUAL(selftest_open(home, true, &e), -1);
    UNIT_CHECK(strstr(e.text, "only root") != NULL, "%s", e.text);
    CU_ASSERT_EQUAL(selftest_list(home, &read, 1), 0);
    CU_ASSERT_EQUAL(fchmod(folder_fd, 0755), 0);
    CU_ASSERT_EQUAL(selftest_list(home, &read, 1), 1);
    e.text[0] = 'x';
    CU_ASSERT_EQUAL(selftest_open("/nowhere/at/all", false, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    end();
}

static void test_list_and_keep(void)
{
    static const char *const kept[] = {"b", "z"};
    struct selftest_record records[8];
    struct err e = {""};
    struct stat info;
    if (begin() != 0)
        return;
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 7200}, {.tv_sec = time(NULL) - 7200}};
    for (int i = 0; i < 4; i++) {
        const char name[2] = {"zbya"[i], '\0'};
        struct selftest_record record = record_of(name, SELFTEST_PASSED);
        record.language = 10 - i;
        CU_ASSERT_EQUAL(selftest_write(folder_fd, &record, &e), 0);
    }
    put(".left.1", "x", 1, 0644);
    put(".new.2", "x", 1, 0644);
    put(".lock", "", 0, 0600);
    CU_ASSERT(utimensat(folder_fd, ".left.1", old, 0) == 0 && utimensat(folder_fd, ".lock", old, 0) == 0);
    CU_ASSERT_EQUAL(selftest_list(home, records, 8), 4);
    CU_ASSERT(strcmp(records[0].name, "a") == 0 && strcmp(records[3].name, "z") == 0);
    CU_ASSERT_EQUAL(selftest_list(home, records, 2), 2);
    selftest_keep(folder_fd, kept, 2);
    CU_ASSERT_EQUAL(selftest_list(home, records, 8), 2);
    CU_ASSERT(strcmp(records[0].name, "b") == 0 && strcmp(records[1].name, "z") == 0);
    CU_ASSERT(fstatat(folder_fd, ".left.1", &info, 0) != 0 && fstatat(folder_fd, ".new.2", &info, 0) == 0);
    CU_ASSERT_EQUAL(fstatat(folder_fd, ".lock", &info, 0), 0);
    CU_ASSERT(unlinkat(folder_fd, ".lock", 0) == 0 && unlinkat(folder_fd, ".new.2", 0) == 0);
    end();
}

static void test_next(void)
{
    struct selftest_record record = record_of("python", SELFTEST_BROKEN);
    static const int64_t waits[] = {5, 10, 20, 40, 80, 160, 320, 600, 600};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        record.tries = (int64_t)i + 1;
        UNIT_CHECK(selftest_next_s(&record) == record.tested_s + waits[i], "try %zu: %lld", i + 1,
                   (long long)(selftest_next_s(&record) - record.tested_s));
    }
    record.tries = INT64_MAX;
    CU_ASSERT_EQUAL(selftest_next_s(&record), record.tested_s + 600);
    record.state = SELFTEST_REFUSED;
    record.tries = 1;
    CU_ASSERT_EQUAL(selftest_next_s(&record), record.tested_s + 600);
    record.state = SELFTEST_PASSED;
    CU_ASSERT_EQUAL(selftest_next_s(&record), 0);
}

static void test_words(void)
{
    static const struct {
        enum selftest_state state;
        const char *step, *say, *fix;
    } rows[] = {
        {SELFTEST_REFUSED, "run",
         "the system call getrandom was refused when ac.py ran, by the policy python (Python 3.13.1)",
         "judgectl record --home /srv/oj -l python -p /usr/share/judge/self-test --apply "
         "/usr/share/judge/self-test/python/ac.py"},
        {SELFTEST_REFUSED, "compile", "when ac.py was compiled", "judgectl record --home /srv/oj -l python"},
        {SELFTEST_OPEN, "run", "the policy python lets ac.py do what it must refuse",
         "judgectl policy show --home /srv/oj python; mend it in /srv/oj/etc/policy"},
        {SELFTEST_BROKEN, "run", "could not be tested: what it said", "judgectl judge --home /srv/oj -l python"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[SELFTEST_TEXT];
        struct selftest_record record = record_of("python", rows[i].state);
        (void)str_copy(record.step, sizeof record.step, rows[i].step); /* it fits */
        selftest_say(&record, text);
        UNIT_CHECK(strstr(text, rows[i].say) != NULL, "row %zu: %s", i, text);
        CU_ASSERT(rows[i].state == SELFTEST_REFUSED || strstr(text, "was refused") == NULL);
        selftest_fix(&record, "/srv/oj", text);
        UNIT_CHECK(strstr(text, rows[i].fix) != NULL, "row %zu: %s", i, text);
        CU_ASSERT((rows[i].state == SELFTEST_REFUSED) == (strstr(text, "record") != NULL));
    }
    char text[SELFTEST_TEXT];
    struct selftest_record record = record_of("python", SELFTEST_REFUSED);
    selftest_fix(&record, JUDGE_HOME, text);
    UNIT_CHECK(str_starts(text, "judgectl record -l python -p "), "%s", text);
    CU_ASSERT(selftest_may_judge(SELFTEST_PASSED) && selftest_may_judge(SELFTEST_NONE));
    CU_ASSERT(!selftest_may_judge(SELFTEST_WAITING) && !selftest_may_judge(SELFTEST_REFUSED));
    CU_ASSERT(!selftest_may_judge(SELFTEST_BROKEN) && !selftest_may_judge(SELFTEST_OPEN));
}

static const struct unit_test tests[] = {
    {"round_trip", test_round_trip},       {"texts", test_texts}, {"damaged", test_damaged}, {"others", test_others},
    {"list_and_keep", test_list_and_keep}, {"next", test_next},   {"words", test_words}};

UNIT_MAIN("selftest", tests)
