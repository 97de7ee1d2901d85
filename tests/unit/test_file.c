/*
 * test_file.c - whole reads and writes, copies from files and pipes, folders made and emptied, descriptors 0 to 2.
 *
 * Each test works in a temporary folder of its own, which it removes.
 */
#include "common/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

enum { LARGE = 300000 };

/* A folder below /tmp; its descriptor, or -1 with the test failed. */
static int folder_open(char *path, size_t size)
{
    (void)snprintf(path, size, "/tmp/judge-test-file.XXXXXX"); /* it fits */
    int fd = mkdtemp(path) == NULL ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    UNIT_CHECK(fd >= 0, "%s: %s", path, strerror(errno));
    return fd;
}

static void folder_close(const char *path, int fd)
{
    struct err e;
    UNIT_CHECK(file_empty_folder(fd, &e) == 0, "%s", e.text);
    (void)close(fd); /* it was only read */
    UNIT_CHECK(rmdir(path) == 0, "rmdir %s: %s", path, strerror(errno));
}

static int put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    UNIT_CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0 && lseek(fd, 0, SEEK_SET) == 0, "put %s", name);
    return fd;
}

static void test_read(void)
{
    char path[64];
    char text[8] = "-------";
    struct err e = {"untouched"};
    int dir = folder_open(path, sizeof path);
    int fd = put(dir, "seven", "1234567");
    file_close(&fd);
    CU_ASSERT_EQUAL(file_read(dir, "seven", text, sizeof text, &e), 7);
    CU_ASSERT_STRING_EQUAL(text, "1234567");
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
    fd = put(dir, "empty", "");
    file_close(&fd);
    CU_ASSERT_EQUAL(file_read(dir, "empty", text, sizeof text, &e), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
    folder_close(path, dir);
}

static void test_read_faults(void)
{
    char path[64];
    char text[8];
    struct err e;
    int dir = folder_open(path, sizeof path);
    CU_ASSERT_EQUAL(file_read(dir, "missing", text, sizeof text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "open missing: No such file or directory");
    CU_ASSERT_EQUAL(file_read(dir, ".", text, sizeof text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "read .: Is a directory");
    int fd = put(dir, "eight", "12345678");
    file_close(&fd);
    CU_ASSERT_EQUAL(file_read(dir, "eight", text, sizeof text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "read eight: larger than 7 bytes");
    CU_ASSERT_EQUAL(file_read(dir, "missing", text, sizeof text, NULL), -1);
    folder_close(path, dir);
}

static void test_write(void)
{
    char path[64];
    char text[64];
    struct err e = {"untouched"};
    int dir = folder_open(path, sizeof path);
    int fd = put(dir, "limit", "");
    file_close(&fd);
    CU_ASSERT_EQUAL(file_write(dir, "limit", "4096", &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
    CU_ASSERT_EQUAL(file_read(dir, "limit", text, sizeof text, &e), 4);
    CU_ASSERT_STRING_EQUAL(text, "4096");
    CU_ASSERT_EQUAL(file_write(dir, "missing", "4096", &e), -1); /* it makes no file */
    CU_ASSERT_STRING_EQUAL(e.text, "open missing: No such file or directory");
    CU_ASSERT_EQUAL(file_write(AT_FDCWD, "/dev/full", "4096", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "write '4096' to /dev/full: No space left on device");
    folder_close(path, dir);
}

/* A pipe takes 64 KiB at once, so that much more is many short writes: the reader is another process. */
static void test_write_all(void)
{
    static char bytes[LARGE];
    int ends[2];
    memset(bytes, 'x', sizeof bytes);
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        static char part[1000];
        ssize_t count;
        size_t total = 0;
        (void)close(ends[1]); /* so that the end comes */
        while ((count = read(ends[0], part, sizeof part)) > 0)
            total += (size_t)count;
        _exit(total == LARGE ? 0 : 1);
    }
    file_close(&ends[0]);
    CU_ASSERT_EQUAL(file_write_all(ends[1], bytes, sizeof bytes), 0);
    file_close(&ends[1]);
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);

    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    CU_ASSERT_EQUAL(file_write_all(full, bytes, sizeof bytes), -1);
    CU_ASSERT_EQUAL(errno, ENOSPC);
    CU_ASSERT_EQUAL(file_write_all(full, bytes, 0), 0);
    file_close(&full);
}

static void test_copy(void)
{
    static char bytes[LARGE + 1], back[LARGE + 1];
    char path[64];
    int dir = folder_open(path, sizeof path);
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)('a' + i % 23);
    int in = put(dir, "in", bytes);
    int out = put(dir, "out", "");
    CU_ASSERT_EQUAL(lseek(in, 5, SEEK_SET), 5); /* from where it stands */
    CU_ASSERT_EQUAL(file_copy(in, out), LARGE - 5);
    CU_ASSERT_EQUAL(pread(out, back, sizeof back, 0), LARGE - 5);
    CU_ASSERT_EQUAL(memcmp(back, bytes + 5, LARGE - 5), 0);
    CU_ASSERT_EQUAL(file_copy(in, out), 0);

    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    CU_ASSERT_EQUAL(lseek(in, 0, SEEK_SET), 0);
    CU_ASSERT_EQUAL(file_copy(in, full), -1);
    CU_ASSERT_EQUAL(errno, ENOSPC);
    file_close(&full);
    file_close(&in);
    file_close(&out);
    folder_close(path, dir);
}

/* Sources that sendfile(2) refuses: a pipe, a socket; and a target that it refuses, a file opened to append. */
static void test_copy_by_hand(void)
{
    char path[64];
    char text[64];
    struct err e;
    int dir = folder_open(path, sizeof path);
    int ends[2];
    int out = put(dir, "out", "");
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    CU_ASSERT_EQUAL(file_write_all(ends[1], "from a pipe ", 12), 0);
    file_close(&ends[1]);
    CU_ASSERT_EQUAL(file_copy(ends[0], out), 12);
    file_close(&ends[0]);
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    CU_ASSERT_EQUAL(file_write_all(ends[1], "and a socket ", 13), 0);
    file_close(&ends[1]);
    CU_ASSERT_EQUAL(file_copy(ends[0], out), 13);
    file_close(&ends[0]);
    file_close(&out);
    int in = put(dir, "in", "and a file");
    out = openat(dir, "out", O_WRONLY | O_APPEND | O_CLOEXEC);
    CU_ASSERT_EQUAL(file_copy(in, out), 10);
    file_close(&out);
    file_close(&in);
    CU_ASSERT_EQUAL(file_read(dir, "out", text, sizeof text, &e), 35);
    CU_ASSERT_STRING_EQUAL(text, "from a pipe and a socket and a file");
    folder_close(path, dir);
}

static void test_make_folders(void)
{
    char path[64], name[128];
    struct err e = {"untouched"};
    struct stat info;
    int dir = folder_open(path, sizeof path);
    (void)snprintf(name, sizeof name, "%s/a/b//c", path); /* it fits */
    CU_ASSERT_EQUAL(file_make_folders(name, 0700, &e), 0);
    CU_ASSERT_EQUAL(file_make_folders(name, 0700, &e), 0); /* again: they are there */
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
    CU_ASSERT_EQUAL(stat(name, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 07777, 0700);
    CU_ASSERT_EQUAL(file_make_folders("/", 0700, &e), 0);
    CU_ASSERT_EQUAL(rmdir(name), 0);

    int fd = put(dir, "file", "");
    file_close(&fd);
    (void)snprintf(name, sizeof name, "%s/file/x", path); /* it fits */
    CU_ASSERT_EQUAL(file_make_folders(name, 0700, &e), -1);
    (void)snprintf(name, sizeof name, "%s/file", path); /* it fits */
    CU_ASSERT_EQUAL(file_make_folders(name, 0700, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "Not a directory"));
    CU_ASSERT_EQUAL(file_make_folders("", 0700, &e), -1);
    char large[5000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    CU_ASSERT_EQUAL(file_make_folders(large, 0700, &e), -1);
    CU_ASSERT_EQUAL(unlinkat(dir, "a/b", AT_REMOVEDIR), 0);
    CU_ASSERT_EQUAL(unlinkat(dir, "a", AT_REMOVEDIR), 0);
    folder_close(path, dir);
}

static void test_empty_folder(void)
{
    char path[64];
    struct err e = {"untouched"};
    int dir = folder_open(path, sizeof path);
    for (int i = 0; i < 100; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, ".f%d", i); /* it fits */
        int fd = put(dir, name, "x");
        file_close(&fd);
    }
    CU_ASSERT_EQUAL(symlinkat("/etc/passwd", dir, "link"), 0); /* the link goes, not what it names */
    CU_ASSERT_EQUAL(file_empty_folder(dir, &e), 0);
    CU_ASSERT_EQUAL(file_empty_folder(dir, &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "untouched");
    CU_ASSERT_EQUAL(access("/etc/passwd", F_OK), 0);
    CU_ASSERT_EQUAL(mkdirat(dir, "folder", 0700), 0);
    CU_ASSERT_EQUAL(file_empty_folder(dir, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "remove folder: Is a directory");
    CU_ASSERT_EQUAL(unlinkat(dir, "folder", AT_REMOVEDIR), 0);
    folder_close(path, dir);
    CU_ASSERT_EQUAL(file_empty_folder(-1, &e), -1);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 64; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* In a child: its own 0, 1 and 2 are closed. */
static void test_open_standard(void)
{
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        int before = open_descriptors();
        if (file_open_standard(NULL) != 0 || open_descriptors() != before)
            _exit(1); /* all three were there: nothing to open */
        if (close(0) != 0 || close(2) != 0 || file_open_standard(NULL) != 0 || open_descriptors() != before)
            _exit(2);
        _exit(fcntl(0, F_GETFD) == 0 && fcntl(2, F_GETFD) == 0 ? 0 : 3); /* and inherited */
    }
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    UNIT_CHECK(status == 0, "status 0x%x", (unsigned)status);
}

static void test_close(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int copy = fd;
    file_close(&fd);
    CU_ASSERT_EQUAL(fd, -1);
    CU_ASSERT_EQUAL(fcntl(copy, F_GETFD), -1);
    file_close(&fd);
    CU_ASSERT_EQUAL(fd, -1);
}

static const struct unit_test tests[] = {
    {"read", test_read},
    {"read_faults", test_read_faults},
    {"write", test_write},
    {"write_all", test_write_all},
    {"copy", test_copy},
    {"copy_by_hand", test_copy_by_hand},
    {"make_folders", test_make_folders},
    {"empty_folder", test_empty_folder},
    {"open_standard", test_open_standard},
    {"close", test_close},
};

UNIT_MAIN("file", tests)
