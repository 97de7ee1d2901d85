/*
 * local_record_apply.c - writes lines into an administrator's policy, and tells the pool. Runs in judge_client's local form, as root.
 *
 * It writes below OJ_HOME/etc/policy only, a whole file or nothing, keeps the old one, and never what cannot be read back: the new
 * text is parsed first. Two that do so at once come one after the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/pool.h"
#include "common/str.h"
#include "judge_client/local_record_parts.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { FILE_BYTES = 1 << 20, NAMES_SHOWN = 3 };

struct writing {
    const struct local_record *local;
    const char *policy, *lines;
    const char *folder;  /* OJ_HOME/etc/policy */
    int folder_fd;       /* locked */
    char file[64];       /* NAME.policy */
    char from[PATH_MAX]; /* what is in force now */
    bool ours;           /* it lies in folder */
    struct stat info;    /* of it */
    char *text;          /* malloc'd: the new file */
    size_t added;        /* where the lines begin in it */
    char stamp[32];
};

/* The file that is in force, read again now that nobody else writes, with the lines at its end. */
static int compose(struct writing *writing, struct err *e)
{
    const struct local_record *local = writing->local;
    char names[300] = "";
    for (size_t i = 0; i < local->subject_count && i < NAMES_SHOWN; i++) {
        const char *slash = strrchr(local->subjects[i].name, '/');
        size_t length = strlen(names);
        (void)str_format(names + length, sizeof names - length, "%s%.64s", i == 0 ? "" : ", ",
                         slash == NULL ? local->subjects[i].name : slash + 1); /* cut is fine */
    }
    for (char *at = names; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ')
            *at = '?'; /* it is a comment of one line */
    }
    char *old = malloc(FILE_BYTES + 1);
    writing->text = malloc(FILE_BYTES + 1);
    ssize_t length = -1;
    int result = -1;
    if (old == NULL || writing->text == NULL)
        (void)err_set(e, "out of memory"); /* -1, as result is */
    else
        length = file_read(AT_FDCWD, writing->from, old, FILE_BYTES + 1, e);
    if (length >= 0) {
        static const char hides[] =
            "# The installed policy as it was, and what was added. This file hides that one:\n# ";
        bool ended = length == 0 || old[length - 1] == '\n';
        result = str_format(writing->text, FILE_BYTES, "%s%s%s%s%s\n# judgectl record, %s: %s\n%s",
                            writing->ours ? "" : hides, writing->ours ? "" : writing->from, writing->ours ? "" : "\n",
                            old, ended ? "" : "\n", writing->stamp, names, writing->lines);
        if (result != 0)
            (void)err_set(e, "%s: it would be larger than %d bytes", writing->from, FILE_BYTES);
        else
            writing->added = strlen(writing->text) - strlen(writing->lines);
    }
    free(old);
    return result;
}

/* What cannot be read back, or makes no filter, is not written. */
static int check_text(const struct writing *writing, struct err *e)
{
    struct policy policy;
    return policy_parse(&policy, writing->local->places.policies, writing->policy, writing->text, strlen(writing->text),
                        e) != 0 ||
                   sandbox_check_policy(&policy, e) != 0
               ? -1
               : 0;
}

static void show_difference(const struct writing *writing)
{
    printf("--- %s\n+++ %s/%s\n", writing->from, writing->folder, writing->file);
    for (const char *at = writing->text + writing->added; *at != '\0';) {
        int length = (int)strcspn(at, "\n");
        printf("+%.*s\n", length, at);
        at += length;
        at += *at == '\n';
    }
    (void)fflush(stdout); /* it is to be seen before anything is written; whether it was printed is asked in the end */
}

/* The old file gets a second name: NAME.policy.old-STAMP, or with -2, -3 behind it. */
static int keep_old(const struct writing *writing, struct err *e)
{
    for (int i = 1; i < 1000; i++) {
        char name[128];
        char more[16] = "";
        if (i > 1)
            (void)str_format(more, sizeof more, "-%d", i);                                       /* it fits */
        (void)str_format(name, sizeof name, "%s.old-%s%s", writing->file, writing->stamp, more); /* it fits */
        if (linkat(writing->folder_fd, writing->file, writing->folder_fd, name, 0) == 0)
            return 0;
        if (errno != EEXIST)
            return err_sys(e, errno, "%s/%s: keep it as %s", writing->folder, writing->file, name);
    }
    return err_set(e, "%s: too many old files of %s", writing->folder, writing->file);
}

static int write_file(const struct writing *writing, struct err *e)
{
    char name[128];
    mode_t mode = writing->ours ? writing->info.st_mode & 0777 : 0644;
    (void)str_format(name, sizeof name, ".%s.new",
                     writing->file); /* it fits; the folder is locked: only one writes it */
    int fd = openat(writing->folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(e, errno, "%s/%s", writing->folder, name);
    int result = 0;
    if (file_write_all(fd, writing->text, strlen(writing->text)) != 0 || fchmod(fd, mode) != 0 ||
        (writing->ours && fchown(fd, writing->info.st_uid, writing->info.st_gid) != 0) || fsync(fd) != 0)
        result = err_sys(e, errno, "write %s/%s", writing->folder, name);
    if (close(fd) != 0 && result == 0)
        result = err_sys(e, errno, "write %s/%s", writing->folder, name);
    if (result == 0 && writing->ours)
        result = keep_old(writing, e);
    if (result == 0 && renameat(writing->folder_fd, name, writing->folder_fd, writing->file) != 0)
        result = err_sys(e, errno, "%s/%s: put the new one in its place", writing->folder, writing->file);
    if (result != 0)
        (void)unlinkat(writing->folder_fd, name, 0); /* the fault that counts is the one above */
    return result;
}

static int open_folder(struct writing *writing, struct err *e)
{
    if (access(writing->local->places.home, F_OK) != 0)
        return err_sys(e, errno, "%s", writing->local->places.home); /* a slip: no home is made by this */
    if (file_make_folders(writing->folder, 0755, e) != 0)
        return -1;
    writing->folder_fd = open(writing->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writing->folder_fd < 0)
        return err_sys(e, errno, "%s", writing->folder);
    return flock(writing->folder_fd, LOCK_EX) == 0 ? 0 : err_sys(e, errno, "lock %s", writing->folder);
}

static int find_old(struct writing *writing, struct err *e)
{
    char wanted[PATH_MAX];
    if (policy_find(writing->local->places.policies, writing->policy, writing->from, sizeof writing->from, e) != 0)
        return -1;
    if (str_format(wanted, sizeof wanted, "%s/%s", writing->folder, writing->file) != 0)
        return err_set(e, "%s: the path is too long", writing->folder);
    writing->ours = strcmp(writing->from, wanted) == 0;
    if (writing->ours && fstatat(writing->folder_fd, writing->file, &writing->info, AT_SYMLINK_NOFOLLOW) != 0)
        return err_sys(e, errno, "%s", wanted);
    if (writing->ours && !S_ISREG(writing->info.st_mode))
        return err_set(e, "%s is a symbolic link: add the lines to what it leads to", wanted);
    return 0;
}

int record_apply(const struct local_record *local, const char *policy, const char *lines, bool show,
                 char path[PATH_MAX], struct err *e)
{
    struct writing writing = {
        .local = local, .policy = policy, .lines = lines, .folder = local->places.policies[0], .folder_fd = -1};
    time_t now = time(NULL);
    struct tm parts;
    int result = -1;
    (void)str_format(writing.file, sizeof writing.file, "%s.policy", policy); /* a policy's name is short */
    if (gmtime_r(&now, &parts) == NULL || strftime(writing.stamp, sizeof writing.stamp, "%Y%m%d-%H%M%S", &parts) == 0)
        return err_set(e, "the clock shows no date");
    if (open_folder(&writing, e) == 0 && find_old(&writing, e) == 0 && compose(&writing, e) == 0 &&
        check_text(&writing, e) == 0) {
        if (show)
            show_difference(&writing);
        result = write_file(&writing, e);
    }
    if (result == 0)
        (void)str_format(path, PATH_MAX, "%s/%s", writing.folder, writing.file); /* it has been opened as that */
    file_close(&writing.folder_fd);                                              /* and the lock with it */
    free(writing.text);
    return result == 0 ? 0 : err_add(e, "policy %s is as it was", policy);
}

int record_reload(const char *home, struct err *e)
{
    struct pool_answer answer;
    char path[PATH_MAX];
    bool there = str_format(path, sizeof path, "%s/" POOL_SOCKET, home) == 0 && access(path, F_OK) == 0;
    int fd = there ? pool_connect(home, e) : -1;
    /* A killed judged has left its socket behind. */
    if (!there || (fd < 0 && strstr(e->text, "does not run") != NULL)) {
        (void)err_set(e, "no pool runs for %s: one that is started reads them", home);
        return 0;
    }
    int result = fd < 0 ? -1 : pool_ask(fd, POOL_RELOAD, 0, &answer, e);
    file_close(&fd);
    return result == 0 ? 1 : -1;
}
