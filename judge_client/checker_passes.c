/*
 * checker_passes.c - see checker_passes.h. Runs in judge_client as root: it reads what a checker left, which nobody trusts, by
 * sandbox_open_left only, and no more of it than fits.
 */
#include "judge_client/checker_passes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"

#include "common/banned.h"

enum { KEPT_BYTES = 64 << 20 };

struct checker_passes {
    int input_fd;                                  /* memfd: the input of this pass; -1: the case's own */
    int next_fd;                                   /* memfd: of the next one; -1: there is none */
    struct sandbox_file files[CHECKER_PASS_FILES]; /* their names are ours */
    size_t count;
};

static void drop_files(struct checker_passes *passes)
{
    for (size_t i = 0; i < passes->count; i++) {
        (void)close(passes->files[i].fd);               /* a memfd */
        free((void *)(uintptr_t)passes->files[i].name); /* our copy */
    }
    passes->count = 0;
}

void checker_passes_clear(struct judge *judge)
{
    struct checker_passes *passes = judge->passes;
    if (passes == NULL)
        return;
    drop_files(passes);
    file_close(&passes->input_fd);
    file_close(&passes->next_fd);
    free(passes);
    judge->passes = NULL;
}

/* A copy of the regular file of that name in a memfd: its descriptor, or -1 where there is none, -2 with e. */
static int copy_of(int box_fd, const char *name, int64_t *bytes, struct err *e)
{
    struct err why;
    struct stat info;
    int copy = -1;
    int fd = sandbox_open_left(box_fd, name, &why);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) != 0 || info.st_size > KEPT_BYTES - *bytes) {
        err_set(e, "what it leaves for the next pass is more than %d MiB", KEPT_BYTES >> 20);
    } else if ((copy = memfd_create("pass", MFD_CLOEXEC)) < 0 || file_copy(fd, copy) < 0) {
        err_sys(e, errno, "keep %s for the next pass", name);
        file_close(&copy);
    } else {
        *bytes += info.st_size;
    }
    (void)close(fd); /* it was only read */
    return copy < 0 ? -2 : copy;
}

static bool is_given(const struct sandbox_file *given, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(given[i].name, name) == 0)
            return true;
    }
    return strcmp(name, CHECKER_NEXT_PASS) == 0;
}

static int keep(struct checker_passes *passes, int box_fd, const char *name, int64_t *bytes, struct err *e)
{
    int fd = copy_of(box_fd, name, bytes, e);
    if (fd < 0)
        return fd == -1 ? 0 : -1; /* a folder, a link: nothing to keep */
    char *copy = passes->count == CHECKER_PASS_FILES ? NULL : strdup(name);
    if (copy == NULL) {
        file_close(&fd);
        return err_set(e, "it leaves more than %d files for the next pass, or out of memory", CHECKER_PASS_FILES);
    }
    passes->files[passes->count++] = (struct sandbox_file){copy, fd, 0644};
    return 0;
}

static int keep_all(struct checker_passes *passes, int box_fd, const struct sandbox_file *given, size_t count,
                    int64_t bytes, struct err *e)
{
    int fd = openat(box_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "look at what the checker left");
    }
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        if (entry->d_type == DT_REG && !is_given(given, count, entry->d_name))
            result = keep(passes, box_fd, entry->d_name, &bytes, e);
    }
    (void)closedir(folder); /* it was only read; closes fd */
    return result;
}

int checker_passes_take(struct judge *judge, int box_fd, const struct sandbox_file *given, size_t count, struct err *e)
{
    int64_t bytes = 0;
    int next_fd = copy_of(box_fd, CHECKER_NEXT_PASS, &bytes, e);
    if (next_fd < 0)
        return next_fd == -1 ? 0 : -1;
    struct checker_passes *passes = judge->passes;
    if (passes == NULL) {
        passes = calloc(1, sizeof *passes);
        if (passes == NULL) {
            file_close(&next_fd);
            return err_set(e, "out of memory");
        }
        passes->input_fd = passes->next_fd = -1;
        judge->passes = passes;
    }
    drop_files(passes);
    file_close(&passes->next_fd);
    passes->next_fd = next_fd;
    return keep_all(passes, box_fd, given, count, bytes, e);
}

bool checker_passes_next(struct judge *judge)
{
    struct checker_passes *passes = judge->passes;
    if (passes == NULL || passes->next_fd < 0)
        return false;
    file_close(&passes->input_fd);
    passes->input_fd = passes->next_fd;
    passes->next_fd = -1;
    return true;
}

bool checker_passes_waits(const struct judge *judge)
{
    return judge->passes != NULL && judge->passes->next_fd >= 0;
}

int checker_passes_open_input(const struct judge *judge, struct err *e)
{
    char path[32];
    if (judge->passes == NULL || judge->passes->input_fd < 0)
        return -1;
    (void)str_format(path, sizeof path, "/proc/self/fd/%d", judge->passes->input_fd); /* it fits */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    (void)err_sys(e, errno, "open the input of the next pass");
    return -2;
}

void checker_passes_add(const struct judge *judge, struct sandbox_file *files, size_t *count)
{
    for (size_t i = 0; judge->passes != NULL && i < judge->passes->count; i++)
        files[(*count)++] = judge->passes->files[i];
}
