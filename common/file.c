/*
 * file.c - see file.h. Used by every process under any uid; opens everything close-on-exec.
 */
#include "common/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

ssize_t file_read(int dir_fd, const char *path, char *text, size_t size, struct err *e)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_sys(e, errno, "open %s", path);
    size_t length = 0;
    ssize_t count = 0;
    while (length < size - 1) {
        count = read(fd, text + length, size - 1 - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        length += (size_t)count;
    }
    int error = errno;
    char more;
    bool cut = count > 0 && length == size - 1 && read(fd, &more, 1) > 0;
    (void)close(fd); /* it was only read */
    if (count < 0)
        return err_sys(e, error, "read %s", path);
    if (cut)
        return err_set(e, "read %s: larger than %zu bytes", path, size - 1);
    text[length] = '\0';
    return (ssize_t)length;
}

int file_write(int dir_fd, const char *path, const char *text, struct err *e)
{
    int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_sys(e, errno, "open %s", path);
    size_t length = strlen(text);
    ssize_t count = write(fd, text, length);
    int error = errno;
    if (close(fd) != 0 && count == (ssize_t)length)
        return err_sys(e, errno, "close %s", path);
    if (count < 0)
        return err_sys(e, error, "write '%s' to %s", text, path);
    if ((size_t)count != length)
        return err_set(e, "write '%s' to %s: only %zd bytes taken", text, path, count);
    return 0;
}

int file_write_all(int fd, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t count = write(fd, next, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        next += count;
        size -= (size_t)count;
    }
    return 0;
}

int64_t file_copy(int in_fd, int out_fd)
{
    int64_t total = 0;
    for (;;) {
        ssize_t count = sendfile(out_fd, in_fd, NULL, 1U << 30);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && total == 0 && errno == EINVAL)
            break; /* a source that cannot be mapped, a pipe for one: by hand */
        if (count < 0)
            return -1;
        if (count == 0)
            return total;
        total += count;
    }
    char buffer[65536];
    for (;;) {
        ssize_t count = read(in_fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            return total;
        if (file_write_all(out_fd, buffer, (size_t)count) != 0)
            return -1;
        total += count;
    }
}

int file_make_folders(const char *path, mode_t mode, struct err *e)
{
    char part[4096];
    if (path[0] == '\0')
        return err_set(e, "make folder: no name");
    if (str_copy(part, sizeof part, path) != 0)
        return err_set(e, "make folder: the name is longer than %zu bytes", sizeof part - 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return err_sys(e, errno, "make folder %s", part);
        *p = end;
        if (end == '\0')
            break;
    }
    struct stat info;
    if (stat(path, &info) != 0)
        return err_sys(e, errno, "stat %s", path);
    if (!S_ISDIR(info.st_mode))
        return err_sys(e, ENOTDIR, "make folder %s", path);
    return 0;
}

void file_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* see the header */
    *fd = -1;
}

int file_empty_folder(int dir_fd, struct err *e)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "open the folder to be emptied");
    }
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) != 0)
            result = err_sys(e, errno, "remove %s", entry->d_name);
    }
    (void)closedir(folder); /* it was only read; closes fd */
    return result;
}

bool file_is_named(int fd, int dir_fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && fstatat(dir_fd, path, &named, 0) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

int file_open_standard(struct err *e)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR); /* not close-on-exec: 0, 1 and 2 are to be inherited */
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0)
        return err_sys(e, errno, "open /dev/null");
    (void)close(fd); /* one more than was needed */
    return 0;
}
