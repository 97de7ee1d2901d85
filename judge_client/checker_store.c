/*
 * checker_store.c - see checker_store.h. Runs in judge_client as root. An entry is trusted only where root alone can have
 * written it and its content is what its last bytes say.
 */
#include "judge_client/checker_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/checker_build.h"
#include "judge_client/judge_parts.h"

#include "common/banned.h"

enum { KEPT = 8, LOCK_LOOK_MS = 20 };

/* At the end of an entry. */
struct seal {
    char magic[8];
    unsigned char digest[SHA256_BYTES];
};
static const char magic[8] = {'O', 'J', 'B', 'U', 'I', 'L', 'T', '1'};

struct built_programs {
    struct {
        char key[SHA256_TEXT];
        int fd; /* memfd; -1: none */
    } rows[KEPT];
    size_t next;
};

/* ---- memory */

/* A memfd opened once more, so that each has its own position. -1 with e. */
static int open_again(int fd, struct err *e)
{
    char path[32];
    (void)str_format(path, sizeof path, "/proc/self/fd/%d", fd); /* it fits */
    int again = open(path, O_RDONLY | O_CLOEXEC);
    return again >= 0 ? again : err_sys(e, errno, "open a program that was built");
}

static void remember(struct judge *judge, const char *key, int fd)
{
    struct err e;
    if (judge->built == NULL) {
        judge->built = calloc(1, sizeof *judge->built);
        if (judge->built == NULL)
            return; /* it is made again, or read again */
        for (size_t i = 0; i < KEPT; i++)
            judge->built->rows[i].fd = -1;
    }
    struct built_programs *built = judge->built;
    size_t i = built->next;
    built->next = (i + 1) % KEPT;
    file_close(&built->rows[i].fd);
    built->rows[i].fd = open_again(fd, &e);                             /* -1: as above */
    (void)str_copy(built->rows[i].key, sizeof built->rows[i].key, key); /* of the same size */
}

static int recall(const struct judge *judge, const char *key, struct err *e)
{
    for (size_t i = 0; judge->built != NULL && i < KEPT; i++) {
        if (judge->built->rows[i].fd >= 0 && strcmp(judge->built->rows[i].key, key) == 0)
            return open_again(judge->built->rows[i].fd, e);
    }
    return -1;
}

void checker_build_forget(struct built_programs *programs)
{
    for (size_t i = 0; programs != NULL && i < KEPT; i++)
        file_close(&programs->rows[i].fd);
    free(programs);
}

/* ---- OJ_HOME/run/built */

static bool is_ours(const struct stat *info)
{
    return info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The folder, made where it is missing below a home that is there; -1: there is none to use. */
static int open_folder(const char *home)
{
    struct stat info;
    char path[PATH_MAX];
    if (home[0] == '\0' || access(home, W_OK) != 0 || str_format(path, sizeof path, "%s/run", home) != 0)
        return -1;
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return -1;
    if (str_format(path, sizeof path, "%s/run/built", home) != 0 || (mkdir(path, 0700) != 0 && errno != EEXIST))
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &info) == 0 && is_ours(&info))
        return fd;
    file_close(&fd);
    log_warnx("%s is not used: it must be a folder that root alone can write to", path);
    return -1;
}

/* Copies an entry that is whole into a memfd. -1: there is none. */
static int read_entry(const struct checker_store *store, char *piece, size_t piece_size)
{
    struct seal seal;
    struct stat info;
    unsigned char digest[SHA256_BYTES];
    struct sha256 hash;
    int copy = -1;
    int fd = openat(store->folder_fd, store->key, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || !is_ours(&info) || info.st_size <= (off_t)sizeof seal)
        goto out;
    off_t end = info.st_size - (off_t)sizeof seal;
    copy = memfd_create("built", MFD_CLOEXEC);
    sha256_init(&hash);
    for (off_t at = 0; copy >= 0 && at < end;) {
        size_t wanted = end - at < (off_t)piece_size ? (size_t)(end - at) : piece_size;
        ssize_t count = pread(fd, piece, wanted, at);
        if (count <= 0 || file_write_all(copy, piece, (size_t)count) != 0) {
            file_close(&copy);
            break;
        }
        sha256_add(&hash, piece, (size_t)count);
        at += count;
    }
    sha256_end(&hash, digest);
    if (copy >= 0 && (pread(fd, &seal, sizeof seal, end) != (ssize_t)sizeof seal ||
                      memcmp(seal.magic, magic, sizeof magic) != 0 || memcmp(seal.digest, digest, sizeof digest) != 0))
        file_close(&copy);
out:
    if (copy < 0)
        log_warnx("built program %.16s... is damaged or not root's: it is made again", store->key);
    file_close(&fd);
    return copy;
}

static int write_entry(const struct checker_store *store, const char *name, int fd, char *piece, size_t piece_size)
{
    struct seal seal;
    struct sha256 hash;
    off_t at = 0;
    ssize_t count = 0;
    (void)unlinkat(store->folder_fd, name, 0); /* of a worker that was killed */
    int out = openat(store->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (out < 0)
        return -1;
    sha256_init(&hash);
    int result = 0;
    while (result == 0 && (count = pread(fd, piece, piece_size, at)) > 0) {
        sha256_add(&hash, piece, (size_t)count);
        result = file_write_all(out, piece, (size_t)count);
        at += count;
    }
    memcpy(seal.magic, magic, sizeof magic);
    sha256_end(&hash, seal.digest);
    if (count < 0 || (result == 0 && file_write_all(out, &seal, sizeof seal) != 0))
        result = -1;
    if (close(out) != 0)
        result = -1;
    if (result == 0)
        result = renameat(store->folder_fd, name, store->folder_fd, store->key);
    if (result != 0) {
        int error = errno;
        (void)unlinkat(store->folder_fd, name, 0); /* it is no entry */
        errno = error;
    }
    return result;
}

/* One maker at a time of those whose names begin alike: the lock files are sixteen at most. */
static int take_lock(struct checker_store *store, const struct judge_options *options, struct err *e)
{
    char name[8];
    (void)str_format(name, sizeof name, "lock-%c", store->key[0]); /* it fits */
    store->lock_fd = openat(store->folder_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (store->lock_fd < 0)
        return 0; /* two may make the same: both are right */
    struct pollfd stop = {.fd = options->stop_fd, .events = POLLIN};
    while (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return 0; /* a file system without locks: as above */
        if (options->tick != NULL)
            options->tick(options->context);
        if (poll(&stop, 1, LOCK_LOOK_MS) > 0)
            return err_set(e, "cancelled");
    }
    return 0;
}

int checker_store_take(struct checker_store *store, struct judge *judge, const char *key,
                       const struct judge_options *options, int *fd, struct err *e)
{
    *store = (struct checker_store){.folder_fd = -1, .lock_fd = -1};
    (void)str_copy(store->key, sizeof store->key, key); /* of the same size */
    *fd = recall(judge, key, e);
    if (*fd >= 0)
        return 0;
    store->folder_fd = open_folder(sandbox_home(judge->sandbox));
    if (store->folder_fd < 0)
        return 0;
    int result = take_lock(store, options, e);
    if (result == 0 && faccessat(store->folder_fd, key, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        *fd = read_entry(store, judge->scratch, sizeof judge->scratch);
        if (*fd >= 0)
            remember(judge, key, *fd);
    }
    if (result != 0 || *fd >= 0)
        checker_store_done(store);
    return result;
}

void checker_store_keep(const struct checker_store *store, struct judge *judge, int fd)
{
    char name[32];
    remember(judge, store->key, fd);
    if (store->folder_fd < 0)
        return;
    (void)str_format(name, sizeof name, "new-%d", sandbox_slot(judge->sandbox)); /* it fits */
    if (write_entry(store, name, fd, judge->scratch, sizeof judge->scratch) != 0)
        log_warn("keep a program that was built, in %s/run/built", sandbox_home(judge->sandbox));
}

void checker_store_done(struct checker_store *store)
{
    file_close(&store->lock_fd);
    file_close(&store->folder_fd);
}
