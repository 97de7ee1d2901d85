/*
 * data.c - see data.h. Runs in a worker, as root; the command is the administrator's.
 */
#include "judge_client/data.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

/* In the child: its own process group, so that a time-out ends what it started, and no descriptor or signal of ours. */
static void become(char *command, char *number)
{
    char *argv[] = {command, number, NULL};
    char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char *env[] = {path, NULL};
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL); /* two of them cannot be changed */
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (setpgid(0, 0) == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0 && null_fd >= 0 && dup2(null_fd, 0) == 0 &&
        dup2(2, 1) == 1 && close_range(3, ~0U, 0) == 0)
        execve(command, argv, env);
    _exit(127);
}

static int explain(int status, const char *command, const char *number, struct err *e)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(e, "[data] sync: %s cannot be executed: see that it is there and has the x bit", command);
    if (WIFEXITED(status))
        return err_set(e, "[data] sync: %s %s ended with exit code %d", command, number, WEXITSTATUS(status));
    return err_set(e, "[data] sync: %s %s was killed by signal %d", command, number, WTERMSIG(status));
}

int data_sync(const char *command, int64_t problem, int64_t timeout_s, void (*tick)(void *context), void *context,
              struct err *e)
{
    char number[24];
    char *path = strdup(command);
    (void)str_format(number, sizeof number, "%lld", (long long)problem); /* it fits */
    if (path == NULL)
        return err_set(e, "out of memory");
    pid_t pid = fork();
    if (pid == 0)
        become(path, number);
    free(path);
    if (pid < 0)
        return err_sys(e, errno, "start %s", command);
    (void)setpgid(pid, pid); /* whoever comes first; an error means that it has executed already */
    int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0); /* born close-on-exec */
    int64_t until_us = clock_now_us() + timeout_s * 1000000;
    bool late = false;
    int status = 0;
    for (;;) {
        struct pollfd ended = {.fd = pid_fd, .events = POLLIN};
        (void)poll(&ended, 1, pid_fd < 0 ? 50 : 500); /* an interruption only asks earlier */
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR))
            break;
        tick(context);
        if (clock_now_us() >= until_us && !late) {
            late = true;
            (void)kill(-pid, SIGKILL); /* what has ended meanwhile needs it no more */
        }
    }
    file_close(&pid_fd);
    if (late)
        return err_set(e, "[data] sync: %s %s did not end within %lld s", command, number, (long long)timeout_s);
    return explain(status, command, number, e);
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ p[i]) * 1099511628211ULL; /* FNV-1a */
    return hash;
}

/* What a package has its data and programs in; else a problem's folders hold what does not change its judging, as solutions. */
static bool is_judged(const char *name)
{
    static const char *const names[] = {"data", "tests", "files", "include", "output_validator", "output_validators"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* The sum of the hashes of a folder's files: folders come in any order. path: of the folder below the problem's, with a slash, or
 * "". Closes fd. False where it cannot be read. */
static bool add_folder(int fd, const char *path, int level, uint64_t *sum)
{
    enum { LEVELS = 8 };
    struct dirent *entry;
    DIR *open_folder = fd < 0 ? NULL : fdopendir(fd);
    if (open_folder == NULL) {
        file_close(&fd);
        return false;
    }
    while ((entry = readdir(open_folder)) != NULL) {
        struct stat info;
        char name[PATH_MAX], facts[64];
        if (fstatat(fd, entry->d_name, &info, 0) != 0 ||
            str_format(name, sizeof name, "%s%s", path, entry->d_name) != 0)
            continue;
        bool inner = S_ISDIR(info.st_mode) && entry->d_name[0] != '.' && level < LEVELS;
        if (inner && (level > 0 || is_judged(entry->d_name)) &&
            str_format(name, sizeof name, "%s%s/", path, entry->d_name) == 0)
            (void)add_folder(openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), name,
                             level + 1, sum); /* what cannot be read has no version: judging says so */
        if (!S_ISREG(info.st_mode))
            continue;
        (void)str_format(facts, sizeof facts, "/%lld/%lld.%09ld", (long long)info.st_size,
                         (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec); /* it fits */
        uint64_t hash = mix(14695981039346656037ULL, name, strlen(name));
        *sum += mix(hash, facts, strlen(facts));
    }
    (void)closedir(open_folder); /* it was only read; closes fd */
    return true;
}

bool data_is_there(const char *folder)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    bool any = false;
    if (entries == NULL)
        return false;
    while (!any && (entry = readdir(entries)) != NULL)
        any = entry->d_name[0] != '.';
    (void)closedir(entries); /* it was only read */
    return any;
}

void data_version(char version[DATA_VERSION_SIZE], const char *folder)
{
    uint64_t sum = 0;
    version[0] = '\0';
    if (add_folder(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "", 0, &sum))
        (void)str_format(version, DATA_VERSION_SIZE, "%016llx", (unsigned long long)sum); /* it fits */
}
