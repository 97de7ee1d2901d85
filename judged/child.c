/*
 * child.c - see child.h. In judged and, between fork and exec, in what becomes its child; root.
 */
#include "judged/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/str.h"

#include "common/banned.h"

enum { CHILD_NOT_EXECUTED = 127 };

/* Of a kernel before close_range(2) (5.9) nothing is left open either: all our descriptors are close-on-exec. */
static void child_close_rest(void)
{
    (void)syscall(SYS_close_range, POOL_REPORT_FD + 1, ~0U, 0);
}

__attribute__((noreturn)) static void child_become(char *const *argv, int report_fd)
{
    sigset_t none;
    (void)setpgid(0, 0); /* cannot fail for a new process */
    /* By the system call: posix_spawn(3), with which make and systemd start programs, leaves the library's own signals 32
     * and 33 ignored, and signal(3) refuses to touch them. The kernel's struct, all zero, is SIG_DFL. */
    static const uint64_t by_default[4] = {0};
    for (int number = 1; number < NSIG; number++)
        (void)syscall(SYS_rt_sigaction, number, by_default, NULL, sizeof(uint64_t)); /* SIGKILL, SIGSTOP refuse */
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail */
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* Not close-on-exec: these two are what it is to inherit. dup2 onto itself would leave the flag. */
    if (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 &&
        (report_fd == POOL_REPORT_FD ? fcntl(report_fd, F_SETFD, 0) : dup2(report_fd, POOL_REPORT_FD)) >= 0) {
        child_close_rest();
        (void)execv(argv[0], argv); /* returns only when it fails */
    }
    log_warn("execute %s", argv[0]);
    _exit(CHILD_NOT_EXECUTED);
}

pid_t child_start(char *const *argv, int *report_fd, struct err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    /* Only our end: what the worker does with a full pipe is the worker's. */
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        int error = errno;
        file_close(&ends[0]);
        file_close(&ends[1]);
        return err_sys(e, error, "prepare a pipe");
    }
    pid_t pid = fork();
    if (pid == 0)
        child_become(argv, ends[1]);
    int error = errno;
    file_close(&ends[1]);
    if (pid < 0) {
        file_close(&ends[0]);
        return err_sys(e, error, "fork");
    }
    (void)setpgid(pid, pid); /* both sides do it; it fails once the child has executed */
    *report_fd = ends[0];
    return pid;
}

int child_find(char *path, size_t size, const char *folder, const char *name, struct err *e)
{
    char self[PATH_MAX];
    int cut = 0;
    if (folder != NULL) {
        cut = str_format(path, size, "%s/%s", folder, name);
    } else {
        ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
        self[length < 0 ? 0 : length] = '\0';
        char *slash = strrchr(self, '/');
        if (slash != NULL)
            *slash = '\0';
        if (slash == NULL || str_format(path, size, "%s/%s", self, name) != 0 || access(path, X_OK) != 0)
            cut = str_format(path, size, "%s/bin/%s", JUDGE_PREFIX, name);
    }
    if (cut != 0)
        return err_set(e, "%s: the path is too long", name);
    if (access(path, X_OK) != 0)
        return err_sys(e, errno, "%s (make install puts it there)", path);
    return 0;
}
