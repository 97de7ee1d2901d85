/*
 * test_data.c - the version of a data folder, and the command that brings it. Any uid.
 */
#include "judge_client/data.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void write_file(const char *folder, const char *name, const char *text, mode_t mode)
{
    char path[512];
    (void)str_format(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    CU_ASSERT(fchmod(fd, mode) == 0);
    (void)close(fd);
}

static void set_times(const char *folder, const char *name, time_t when, long nsec)
{
    char path[512];
    const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when, .tv_nsec = nsec}};
    (void)str_format(path, sizeof path, "%s/%s", folder, name);
    CU_ASSERT(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void set_time(const char *folder, const char *name, time_t when)
{
    set_times(folder, name, when, 5);
}

static void remove_file(const char *folder, const char *name)
{
    char path[512];
    (void)str_format(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
}

/* Two folders with the same files, written in another order, have one version; each change makes another. */
static void test_version(void)
{
    char a[] = "/tmp/test_data.XXXXXX", b[] = "/tmp/test_data.XXXXXX";
    char first[DATA_VERSION_SIZE], other[DATA_VERSION_SIZE];
    CU_ASSERT_FATAL(mkdtemp(a) != NULL && mkdtemp(b) != NULL);
    write_file(a, "1.in", "1 2\n", 0600);
    write_file(a, "1.out", "3\n", 0600);
    write_file(b, "1.out", "3\n", 0600);
    write_file(b, "1.in", "1 2\n", 0600);
    for (int i = 0; i < 2; i++) {
        set_time(i == 0 ? a : b, "1.in", 1700000000);
        set_time(i == 0 ? a : b, "1.out", 1700000001);
    }
    data_version(first, a);
    data_version(other, b);
    CU_ASSERT(strlen(first) == 16 && strcmp(first, other) == 0);
    set_time(b, "1.in", 1700000002);
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) != 0);
    set_times(b, "1.in", 1700000000, 6); /* an answer of the same size, put right within the second */
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) != 0);
    set_time(b, "1.in", 1700000000);
    write_file(b, "2.in", "", 0600);
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) != 0);
    remove_file(b, "2.in");
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) == 0);
    write_file(b, "1.in", "1 22\n", 0600);
    set_time(b, "1.in", 1700000000);
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) != 0);
    /* A package's data lie deeper; solutions are not judged by. */
    char folder[512];
    (void)str_format(folder, sizeof folder, "%s/data", b);
    CU_ASSERT_FATAL(mkdir(folder, 0700) == 0);
    data_version(first, b);
    write_file(b, "data/1.in", "1\n", 0600);
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) != 0);
    remove_file(b, "data/1.in");
    (void)rmdir(folder);
    (void)str_format(folder, sizeof folder, "%s/ac", b);
    CU_ASSERT_FATAL(mkdir(folder, 0700) == 0);
    write_file(b, "ac/1.c", "1\n", 0600);
    data_version(other, b);
    CU_ASSERT(strcmp(first, other) == 0);
    remove_file(b, "ac/1.c");
    (void)rmdir(folder);
    for (int i = 0; i < 2; i++) {
        remove_file(i == 0 ? a : b, "1.in");
        remove_file(i == 0 ? a : b, "1.out");
        (void)rmdir(i == 0 ? a : b);
    }
    data_version(other, a);
    CU_ASSERT(other[0] == '\0');
}

static void count_tick(void *context)
{
    ++*(int *)context;
}

static void test_sync(void)
{
    char folder[] = "/tmp/test_data.XXXXXX", path[512];
    struct err e = {""};
    int ticks = 0;
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    (void)str_format(path, sizeof path, "%s/sync", folder);
    write_file(
        folder, "sync",
        "#!/bin/sh\n[ \"$1\" = 1000 ] || exit 3\n[ ! -e /proc/$$/fd/9 ] || exit 4\necho here > \"${0%/*}/done\"\n",
        0700);
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec: the command must not have it */
    CU_ASSERT(leak >= 0 && dup2(leak, 9) == 9);
    CU_ASSERT(data_sync(path, 1000, 20, count_tick, &ticks, &e) == 0);
    CU_ASSERT(access(path, F_OK) == 0);
    (void)str_format(path, sizeof path, "%s/done", folder);
    CU_ASSERT(access(path, F_OK) == 0);
    (void)unlink(path);
    (void)str_format(path, sizeof path, "%s/sync", folder);
    CU_ASSERT(data_sync(path, 7, 20, count_tick, &ticks, &e) == -1 &&
              strstr(e.text, "7 ended with exit code 3") != NULL);
    CU_ASSERT(chmod(path, 0600) == 0);
    CU_ASSERT(data_sync(path, 7, 20, count_tick, &ticks, &e) == -1 && strstr(e.text, "cannot be executed") != NULL);
    write_file(folder, "sync", "#!/bin/sh\nkill -9 $$\n", 0700);
    CU_ASSERT(data_sync(path, 7, 20, count_tick, &ticks, &e) == -1 && strstr(e.text, "signal 9") != NULL);
    /* What does not end is ended, with what it started. */
    write_file(folder, "sync", "#!/bin/sh\nsleep 1000 &\necho $! > \"${0%/*}/child\"\nsleep 1000\n", 0700);
    ticks = 0;
    CU_ASSERT(data_sync(path, 7, 2, count_tick, &ticks, &e) == -1 && strstr(e.text, "did not end within 2 s") != NULL);
    CU_ASSERT(ticks >= 2);
    (void)str_format(path, sizeof path, "%s/child", folder);
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CU_ASSERT(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    (void)close(fd);
    text[strcspn(text, "\n")] = '\0';
    (void)str_format(path, sizeof path, "/proc/%s/cmdline", text);
    int64_t until_us = clock_now_us() + 10000000;
    bool alive = true;
    while (alive && clock_now_us() < until_us) {
        char line[64] = "";
        fd = open(path, O_RDONLY | O_CLOEXEC);
        alive = fd >= 0 && read(fd, line, sizeof line - 1) > 0 && strcmp(line, "sleep") == 0;
        if (fd >= 0)
            (void)close(fd);
    }
    CU_ASSERT(!alive);
    (void)close(leak);
    (void)close(9);
    remove_file(folder, "sync");
    remove_file(folder, "child");
    (void)rmdir(folder);
}

static const struct unit_test tests[] = {
    {"version", test_version},
    {"sync", test_sync},
};

UNIT_MAIN("data", tests)
