/*
 * daemon.c - see daemon.h. In judged, root, before its loop and after it.
 */
#include "judged/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/str.h"

#include "common/banned.h"

#define DAEMON_PID_NAME (strrchr(POOL_PID_FILE, '/') + 1)

/* ---- leaving the terminal */

/* The parent's part: what the child says until it is ready or gone. */
static int daemon_wait(int fd, pid_t child)
{
    char text[600];
    size_t length = 0;
    ssize_t count;
    while ((count = read(fd, text + length, sizeof text - 1 - length)) != 0) {
        if (count > 0)
            length += (size_t)count;
        else if (errno != EINTR)
            break;
        if (length > 0 && text[0] == '\0')
            return 0;
        if (length == sizeof text - 1)
            break;
    }
    text[length] = '\0';
    int status = 0;
    while (length == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (length > 0)
        log_info("%s", text);
    else
        log_info("it ended before it was ready (status %d): see log/judged.log", status);
    return 1;
}

/* 1 and 2 go to the log, 0 comes from nowhere. */
static int daemon_redirect(const char *home, struct err *e)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/log/judged.log", home) != 0)
        return err_set(e, "%s: the path is too long", home);
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0640);
    int result = 0;
    if (log_fd < 0)
        result = err_sys(e, errno, "open %s", path);
    else if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(log_fd, STDOUT_FILENO) < 0 ||
             dup2(log_fd, STDERR_FILENO) < 0) /* not close-on-exec: these are to be inherited */
        result = err_sys(e, errno, "take the log as standard error");
    file_close(&null_fd);
    file_close(&log_fd);
    return result;
}

static int daemon_make_folders(const char *home, struct err *e)
{
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {{"run", 0755}, {"log", 0750}};
    char path[PATH_MAX];
    struct stat info;
    if (stat(home, &info) != 0 || !S_ISDIR(info.st_mode))
        return err_set(e, "%s: no such folder; make install makes it, or name another OJ_HOME", home);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (str_format(path, sizeof path, "%s/%s", home, folders[i].name) != 0)
            return err_set(e, "%s: the path is too long", home);
        if (mkdir(path, folders[i].mode) != 0 && errno != EEXIST)
            return err_sys(e, errno, "make folder %s", path);
    }
    return 0;
}

int daemon_leave(struct daemon *daemon, const char *home, int *code, struct err *e)
{
    int ends[2];
    if (daemon_make_folders(home, e) != 0)
        return -1;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    pid_t pid = fork();
    if (pid < 0) {
        int error = errno;
        file_close(&ends[0]);
        file_close(&ends[1]);
        return err_sys(e, error, "fork");
    }
    if (pid > 0) {
        file_close(&ends[1]);
        *code = daemon_wait(ends[0], pid);
        file_close(&ends[0]);
        return 1;
    }
    file_close(&ends[0]);
    daemon->ready_fd = ends[1];
    (void)setsid();      /* cannot fail: a new process leads no group */
    if (chdir("/") != 0) /* no file system is kept busy */
        log_warn("chdir /");
    struct err why;
    if (daemon_redirect(home, &why) != 0)
        daemon_failed(daemon, why.text), _exit(1);
    return 0;
}

void daemon_ready(struct daemon *daemon)
{
    if (daemon->ready_fd >= 0)
        (void)file_write_all(daemon->ready_fd, "", 1); /* a parent that is gone needs nothing */
    file_close(&daemon->ready_fd);
}

void daemon_failed(struct daemon *daemon, const char *why)
{
    if (daemon->ready_fd >= 0)
        (void)file_write_all(daemon->ready_fd, why, strlen(why)); /* as above */
    file_close(&daemon->ready_fd);
}

/* ---- the one instance */

static int daemon_say_owner(int fd, const char *home, struct err *e)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
        return err_set(e, "judged runs already for %s, as process %d", home, (int)lock.l_pid);
    return err_set(e, "judged runs already for %s, in a container or on another box", home);
}

static bool daemon_is_named(const struct daemon *daemon)
{
    return file_is_named(daemon->pid_fd, daemon->run_fd, DAEMON_PID_NAME);
}

/* The folder of that name, under the descriptor that others have of it. */
static int daemon_enter_run(struct daemon *daemon, const char *home, struct err *e)
{
    char path[PATH_MAX];
    if (daemon_make_folders(home, e) != 0)
        return -1;
    if (str_format(path, sizeof path, "%s/run", home) != 0)
        return err_set(e, "%s: the path is too long", home);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && daemon->run_fd < 0) {
        daemon->run_fd = fd;
        return 0;
    }
    int result = fd < 0 || dup3(fd, daemon->run_fd, O_CLOEXEC) < 0 ? err_sys(e, errno, "open %s", path) : 0;
    file_close(&fd);
    return result;
}

/* The lock says who we are: without room for the number, judged starts all the same, and the number follows (daemon_mend). */
static int daemon_write_pid(const struct daemon *daemon, const char *home, struct err *e)
{
    /* Whatever our umask is: `status` is for everybody. */
    if (fchmod(daemon->pid_fd, 0644) != 0 || ftruncate(daemon->pid_fd, 0) != 0)
        return err_sys(e, errno, "write %s/" POOL_PID_FILE, home);
    if (dprintf(daemon->pid_fd, "%d\n", (int)getpid()) >= 0)
        return 0;
    if (errno != ENOSPC && errno != EDQUOT)
        return err_sys(e, errno, "write %s/" POOL_PID_FILE, home);
    log_warn("write %s/" POOL_PID_FILE ": free some space; judged goes on without it", home);
    return 0;
}

static int daemon_take_pid_file(struct daemon *daemon, const char *home, struct err *e)
{
    for (;;) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        daemon->pid_fd =
            openat(daemon->run_fd, DAEMON_PID_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0644);
        if (daemon->pid_fd < 0)
            return err_sys(e, errno, "open %s/" POOL_PID_FILE, home);
        if (fcntl(daemon->pid_fd, F_SETLK, &lock) != 0) {
            int error = errno;
            int result = error == EAGAIN || error == EACCES ? daemon_say_owner(daemon->pid_fd, home, e)
                                                            : err_sys(e, error, "lock %s/" POOL_PID_FILE, home);
            file_close(&daemon->pid_fd);
            return result;
        }
        /* The last owner removes the file while it holds the lock: ours must be the one that is named. */
        if (daemon_is_named(daemon))
            break;
        file_close(&daemon->pid_fd);
    }
    return daemon_write_pid(daemon, home, e);
}

/* A judged whose pid file somebody has removed still has the folder. A file system without locks of folders is done without. */
static int daemon_take_home(struct daemon *daemon, const char *home, struct err *e)
{
    struct pool_status status;
    struct err ignored;
    daemon->home_fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (daemon->home_fd < 0 || flock(daemon->home_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    file_close(&daemon->home_fd);
    if (pool_read_status(home, &status, NULL, 0, &ignored) < 0)
        return err_set(e, "judged runs already for %s, without its pid file and its socket: ps -e shows it", home);
    return err_set(e, "judged runs already for %s, as process %d; judgectl reload makes its pid file again", home,
                   status.pid);
}

int daemon_lock(struct daemon *daemon, const char *home, struct err *e)
{
    struct stat info;
    if (daemon_enter_run(daemon, home, e) != 0)
        return -1;
    daemon->killed = fstatat(daemon->run_fd, DAEMON_PID_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (daemon_take_pid_file(daemon, home, e) != 0)
        return -1;
    if (daemon_take_home(daemon, home, e) == 0)
        return 0;
    (void)unlinkat(daemon->run_fd, DAEMON_PID_NAME, 0); /* our number must not stand there */
    file_close(&daemon->pid_fd);
    return -1;
}

/* Whether home/run is still the folder that we have open. */
static bool daemon_has_run(const struct daemon *daemon, const char *home)
{
    char path[PATH_MAX];
    return str_format(path, sizeof path, "%s/run", home) == 0 && file_is_named(daemon->run_fd, AT_FDCWD, path);
}

int daemon_mend(struct daemon *daemon, const char *home, struct err *e)
{
    bool has_run = daemon_has_run(daemon, home);
    struct stat info;
    if (has_run && daemon_is_named(daemon)) {
        bool empty = fstat(daemon->pid_fd, &info) == 0 && info.st_size == 0;
        return empty ? daemon_write_pid(daemon, home, e) : 0;
    }
    if (!has_run && daemon_enter_run(daemon, home, e) != 0)
        return -1;
    int old_fd = daemon->pid_fd;
    if (daemon_take_pid_file(daemon, home, e) != 0) {
        file_close(&daemon->pid_fd);
        daemon->pid_fd = old_fd;
        return -1;
    }
    file_close(&old_fd); /* with its lock: nobody finds that file any more */
    return 1;
}

void daemon_unlock(struct daemon *daemon)
{
    file_close(&daemon->home_fd); /* first: who finds no pid file finds no lock */
    if (daemon->pid_fd >= 0)
        (void)unlinkat(daemon->run_fd, DAEMON_PID_NAME, 0); /* a file that stays is no obstacle */
    file_close(&daemon->pid_fd);
    file_close(&daemon->run_fd);
}
