/*
 * cgroup_remove.c - kills and removes a group with all that is below it; see cgroup.h.
 *
 * Runs as root in judge_client and in judge_cell's janitor, which is static and has no heap to speak of: nothing here
 * allocates, and nothing but err.c is needed. It only ever removes folders with rmdir, so that a wrong path that is no
 * cgroup loses nothing; it must never signal pid 0 (what the kernel prints for a process of another pid namespace).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "judge_client/sandbox/cgroup.h"

#include "common/banned.h"

enum { REMOVE_DEPTH = 8 };

/* As the kernel's struct linux_dirent64; the C library's own readers allocate. */
struct remove_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

/* Writes to a file of the group that may not be there; what it does is not counted on. */
static void remove_try(int dir_fd, const char *file, const char *text)
{
    int fd = openat(dir_fd, file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t count = write(fd, text, strlen(text));
    (void)count; /* a kernel without this file's meaning: the kill by number below does it */
    (void)close(fd);
}

/* Sends SIGKILL to each process of the group. */
static void remove_kill(int dir_fd)
{
    remove_try(dir_fd, "pids.max", "0");    /* no more forks, or killing by number can lose the race for ever */
    remove_try(dir_fd, "cgroup.kill", "1"); /* Linux 5.14, v2 */
    int fd = openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    char text[1024];
    pid_t pid = 0;
    for (;;) {
        ssize_t count = read(fd, text, sizeof text);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        for (ssize_t i = 0; i < count; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
                continue;
            }
            if (pid > 1 && pid != getpid())
                (void)kill(pid, SIGKILL); /* it may have gone in the meantime */
            pid = 0;
        }
    }
    (void)close(fd);
}

static void remove_below(int dir_fd, int depth);

/* One try at the group `name` below dir_fd. */
static void remove_one(int dir_fd, const char *name, int depth)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    remove_kill(fd);
    remove_below(fd, depth);
    (void)close(fd);
    (void)unlinkat(dir_fd, name, AT_REMOVEDIR); /* the caller tries again, until it can be done */
}

/* One try at all groups below dir_fd. */
static void remove_below(int dir_fd, int depth)
{
    if (depth >= REMOVE_DEPTH)
        return;
    _Alignas(struct remove_entry) char buffer[2048];
    for (;;) {
        long count = syscall(SYS_getdents64, dir_fd, buffer, sizeof buffer);
        if (count <= 0)
            return;
        for (long at = 0; at < count;) {
            const struct remove_entry *entry = (const struct remove_entry *)(const void *)(buffer + at);
            at += entry->length;
            if (entry->type == DT_DIR && strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
                remove_one(dir_fd, entry->name, depth + 1);
        }
    }
}

int cgroup_remove(const char *path, int wait_ms, struct err *e)
{
    int64_t deadline_us = clock_now_us() + (int64_t)wait_ms * 1000;
    for (long pause_us = 100;; pause_us = pause_us < 10000 ? pause_us * 2 : pause_us) {
        if (rmdir(path) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY && errno != ENOTEMPTY)
            return err_sys(e, errno, "remove cgroup %s", path);
        remove_one(AT_FDCWD, path, 0);
        if (rmdir(path) == 0 || errno == ENOENT)
            return 0;
        if (errno == EBUSY && clock_now_us() < deadline_us) {
            (void)nanosleep(&(struct timespec){.tv_nsec = pause_us * 1000}, NULL); /* woken early: tries earlier */
            continue;
        }
        return err_sys(e, errno, "remove cgroup %s", path);
    }
}
