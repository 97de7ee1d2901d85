/*
 * program.c - see program.h. Runs in the drivers, as root.
 */
#include "tests/sandbox/lib/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { INPUT_SIZE = 65536, SLOW_FACTOR = 4, SLOWEST_FACTOR = 20 };

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int program_list(const struct drive *drive, struct program_list *list, struct err *e)
{
    DIR *folder = opendir(drive->sources);
    struct dirent *entry;
    if (folder == NULL)
        return err_sys(e, errno, "open the folder %s", drive->sources);
    list->count = 0;
    while ((entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name);
        char *name = list->names[list->count];
        if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0 || list->count == PROGRAMS_MOST - 1)
            continue;
        if (str_format(name, PROGRAM_NAME_SIZE, "%.*s", (int)length - 2, entry->d_name) == 0 &&
            strstr(name, drive->only) != NULL)
            list->count++;
    }
    (void)closedir(folder); /* it was only read */
    qsort(list->names, list->count, sizeof list->names[0], by_name);
    return list->count > 0 ? 0 : err_set(e, "no program in %s", drive->sources);
}

/* True where a limit of time is what shall end the program: one that is too long is waited for. */
static bool waits_for_time(const struct header *header)
{
    for (size_t i = 0; i < header->expect_count; i++) {
        const struct expect *expect = &header->expects[i];
        for (size_t k = 0; k < expect->ending_count; k++) {
            const struct ending *ending = &expect->endings[k];
            if (ending->kind == ENDING_LIMIT &&
                (ending->limit == SANDBOX_LIMIT_CPU || ending->limit == SANDBOX_LIMIT_WALL))
                return true;
        }
    }
    return false;
}

int program_header(const struct drive *drive, const char *name, struct header *header, struct err *e)
{
    char path[PATH_MAX], text[2048];
    if (str_format(path, sizeof path, "%s/%s.c", drive->sources, name) != 0)
        return err_set(e, "%s: the path is too long", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "open %s", path);
    int64_t length = drive_read(fd, text, sizeof text);
    (void)close(fd); /* it was only read */
    if (length < 0)
        return err_sys(e, errno, "read %s", path);
    if (header_parse(header, text, e) != 0)
        return err_add(e, "%s", path);
    if (drive->slow) {
        int64_t factor = waits_for_time(header) ? SLOW_FACTOR : SLOWEST_FACTOR;
        header->limits.cpu_us *= factor;
        header->limits.wall_us *= factor;
    }
    return 0;
}

int program_fill(struct program_run *run, const char *name, const struct header *header, const struct policy *policy,
                 int64_t number, int input_fd, struct err *e)
{
    size_t count = 0;
    *run = (struct program_run){.path = ""};
    if (str_format(run->path, sizeof run->path, SANDBOX_PROGRAM_FOLDER "/%s", name) != 0)
        return err_set(e, "%s: the path is too long", name);
    run->argv[count++] = run->path;
    for (size_t i = 0; i < header->arg_count; i++)
        run->argv[count++] = header->args[i];
    if (number >= 0) {
        (void)str_format(run->number, sizeof run->number, "%lld", (long long)number); /* it fits */
        run->argv[count++] = run->number;
    }
    run->spec = (struct sandbox_spec){
        .argv = run->argv,
        .env = drive_env,
        .fd = {-1, -1, -1},
        .sink = {-1, -1, -1},
        .policy = policy,
        .limits = header->limits,
        .proc = header->proc,
    };
    if (header->input != STDIN_NULL) {
        char path[64] = "/dev/zero";
        if (header->input == STDIN_FILE)
            (void)str_format(path, sizeof path, "/proc/self/fd/%d", input_fd); /* it fits */
        run->spec.fd[0] = open(path, O_RDONLY | O_CLOEXEC);
        if (run->spec.fd[0] < 0)
            return err_sys(e, errno, "open %s", path);
    }
    return 0;
}

static void fill_input(char *text)
{
    for (size_t i = 0; i < INPUT_SIZE; i++)
        text[i] = (char)('a' + i % 26);
}

int program_make_input(struct err *e)
{
    char path[] = "/tmp/judge-hostile-XXXXXX", text[INPUT_SIZE];
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "make %s", path);
    fill_input(text);
    if (unlink(path) != 0 || fchmod(fd, 0644) != 0 || file_write_all(fd, text, sizeof text) != 0) {
        (void)close(fd); /* given up */
        return err_sys(e, errno, "make %s", path);
    }
    return fd;
}

int program_check_input(int fd, struct err *e)
{
    char text[INPUT_SIZE + 2], want[INPUT_SIZE], path[64];
    fill_input(want);
    if (drive_read(fd, text, sizeof text) != INPUT_SIZE || memcmp(text, want, INPUT_SIZE) != 0)
        return err_set(e, "the input was changed");
    (void)str_format(path, sizeof path, "/proc/self/fd/%d", fd); /* it fits */
    int again = open(path, O_RDWR | O_CLOEXEC);
    if (again < 0)
        return err_sys(e, errno, "open the input");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat info;
    int result = 0;
    if (flock(again, LOCK_EX | LOCK_NB) != 0 || fcntl(again, F_OFD_SETLK, &lock) != 0)
        result = err_sys(e, errno, "the input is still locked");
    else if (fstat(again, &info) != 0 || info.st_uid != 0 || (info.st_mode & 07777) != 0644)
        result = err_set(e, "the input has another owner or mode");
    (void)close(again); /* it was not written */
    return result;
}
