/*
 * slot.c - see slot.h. Runs in judge_client as root.
 *
 * The janitor shares the lock's open file: nobody else can take the slot before it has removed what the slot left.
 */
#include "judge_client/sandbox/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { SLOT_TAKEN = 1, SLOT_OTHERS = 2, JANITOR_LOCK_FD = 3 };

/* The lock's file says `PID HOME`. SLOT_OTHERS where that is another home; else SLOT_TAKEN; with e. */
static int slot_say_owner(const struct slot *slot, const char *home, struct err *e)
{
    char text[PATH_MAX + 32];
    if (file_read(AT_FDCWD, slot->lock_path, text, sizeof text, NULL) < 0 || text[0] == '\0')
        (void)str_copy(text, sizeof text, "unknown"); /* it fits */
    text[strcspn(text, "\n")] = '\0';
    size_t digits = strcspn(text, " ");
    const char *owner = text[digits] == ' ' ? text + digits + 1 : "";
    err_set(e, "slot %d (uids %u and up) is in use by process %.*s: end it, or give this home another first_uid",
            slot->number, (unsigned)slot->uid, (int)digits, text);
    return owner[0] != '\0' && strcmp(owner, home) != 0 ? SLOT_OTHERS : SLOT_TAKEN;
}

static bool slot_is_named(const struct slot *slot)
{
    return file_is_named(slot->lock_fd, AT_FDCWD, slot->lock_path);
}

/* 0: locked; SLOT_TAKEN, SLOT_OTHERS with e: somebody else has it, of another home; -1 with e. */
static int slot_try(struct slot *slot, int number, int first_uid, const char *home, struct err *e)
{
    slot->number = number;
    slot->uid = (uid_t)(first_uid + number * SANDBOX_CELLS);
    if (str_format(slot->lock_path, sizeof slot->lock_path, SLOT_FOLDER "/uid-%u.lock", (unsigned)slot->uid) != 0)
        return err_set(e, "slot %d: the lock's name is too long", number);
    for (;;) {
        slot->lock_fd = open(slot->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (slot->lock_fd < 0)
            return err_sys(e, errno, "open %s", slot->lock_path);
        if (flock(slot->lock_fd, LOCK_EX | LOCK_NB) != 0) {
            int error = errno;
            file_close(&slot->lock_fd);
            if (error != EWOULDBLOCK)
                return err_sys(e, error, "lock %s", slot->lock_path);
            return slot_say_owner(slot, home, e);
        }
        /* The last owner's janitor removes the file while it holds the lock: ours must be the one that is named. */
        if (slot_is_named(slot))
            break;
        file_close(&slot->lock_fd);
    }
    if (ftruncate(slot->lock_fd, 0) != 0 || dprintf(slot->lock_fd, "%d %s\n", (int)getpid(), home) < 0)
        return err_sys(e, errno, "write %s", slot->lock_path);
    return 0;
}

/* The first range of user ids that no other home has. As slot_try, but never SLOT_OTHERS. */
static int slot_try_homes(struct slot *slot, int number, int first_uid, const char *home, struct err *e)
{
    int result = SLOT_OTHERS;
    for (int i = 0; i < SLOT_HOMES && result == SLOT_OTHERS; i++) {
        if (first_uid > INT_MAX - (i + 1) * SLOT_OTHER_HOME) /* a slot's are fewer than these */
            break;
        result = slot_try(slot, number, first_uid + i * SLOT_OTHER_HOME, home, e);
    }
    return result == SLOT_OTHERS ? SLOT_TAKEN : result;
}

int slot_take(struct slot *slot, int number, int first_uid, const char *home, int wait_ms, struct err *e)
{
    const struct timespec pause = {0, 20000000};
    int64_t until_us = clock_now_us() + (int64_t)wait_ms * 1000;
    *slot = (struct slot){.lock_fd = -1, .janitor_fd = -1};
    if (file_make_folders(SLOT_FOLDER, 0755, e) != 0)
        return -1;
    if (number >= 0) {
        int taken;
        while ((taken = slot_try_homes(slot, number, first_uid, home, e)) == SLOT_TAKEN && clock_now_us() < until_us)
            (void)nanosleep(&pause, NULL); /* a signal only makes it look earlier */
        return taken == 0 ? 0 : -1;
    }
    for (int i = SLOT_LOCAL_FIRST; i <= SLOT_LOCAL_LAST; i++) {
        int result = slot_try(slot, i, first_uid, home, e);
        if (result != SLOT_TAKEN && result != SLOT_OTHERS)
            return result;
    }
    return err_set(e, "all slots from %d to %d are in use", SLOT_LOCAL_FIRST, SLOT_LOCAL_LAST);
}

/* In the janitor's process between fork and exec. */
static void janitor_become(const struct slot *slot, int pipe_fd, const char *cell_path, char paths[][PATH_MAX],
                           int path_count)
{
    char name[] = "judge_cell";
    char role[] = "janitor";
    char lock_path[PATH_MAX];
    char *argv[8] = {name, role, lock_path};
    char *env[] = {NULL};
    memcpy(lock_path, slot->lock_path, sizeof lock_path);
    for (int i = 0; i < path_count && i < 4; i++)
        argv[3 + i] = paths[i];
    sigset_t none;
    sigemptyset(&none);
    /* The pipe first to 0: descriptor 3 may be either of the two. */
    if (setsid() < 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 || dup2(pipe_fd, STDIN_FILENO) < 0)
        _exit(126);
    if (slot->lock_fd == JANITOR_LOCK_FD ? fcntl(slot->lock_fd, F_SETFD, 0) < 0
                                         : dup2(slot->lock_fd, JANITOR_LOCK_FD) < 0)
        _exit(126);
    int null_fd = open("/dev/null", O_WRONLY); /* not close-on-exec: it may be 1 itself */
    if (null_fd < 0 || dup2(null_fd, STDOUT_FILENO) < 0 || close_range(JANITOR_LOCK_FD + 1, ~0U, 0) != 0)
        _exit(126);
    if (chdir("/") != 0)
        _exit(126);
    execve(cell_path, argv, env);
    _exit(127);
}

int slot_start_janitor(struct slot *slot, const char *cell_path, char paths[][PATH_MAX], int path_count, struct err *e)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make the janitor's pipe");
    slot->janitor = fork();
    if (slot->janitor == 0)
        janitor_become(slot, pipe_fds[0], cell_path, paths, path_count);
    int error = errno;
    (void)close(pipe_fds[0]); /* the janitor's end */
    if (slot->janitor < 0) {
        slot->janitor = 0;
        (void)close(pipe_fds[1]); /* nobody listens */
        return err_sys(e, error, "start the janitor");
    }
    slot->janitor_fd = pipe_fds[1];
    return 0;
}

void slot_release(struct slot *slot)
{
    if (slot->janitor > 0) {
        int status = 0;
        file_close(&slot->janitor_fd);
        pid_t pid;
        do {
            pid = waitpid(slot->janitor, &status, 0);
        } while (pid < 0 && errno == EINTR);
        if (pid < 0) /* it was killed while programs ran, and reaped with them */
            log_warnx("sandbox slot=%d the janitor was killed", slot->number);
        else if (status != 0)
            log_warnx("sandbox slot=%d the janitor left something behind (status %d)", slot->number, status);
    }
    if (slot->lock_fd >= 0 && slot_is_named(slot) && unlink(slot->lock_path) != 0)
        log_warn("sandbox slot=%d remove %s", slot->number, slot->lock_path);
    file_close(&slot->lock_fd);
}
