/*
 * problem.c - see problem.h. Opens a problem's folder and its files. Runs in judge_client as root, on folders that teachers
 * fill: it never follows a link out of the folder, never opens what is no regular file, and never writes.
 */
#include "judge_client/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "common/conf.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/problem_parts.h"

#include "common/banned.h"

/* ---- files of the folder */

/* The C library has no openat2. */
static int open_beneath(int dir_fd, const char *name, int flags)
{
    struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;
    for (int tries = 0; tries < 16; tries++) { /* EAGAIN: something was renamed meanwhile */
        fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)fd;
}

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a fifo";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* Is name a regular file, reached through no link that leads out? Says so before it is opened: opening a fifo or a device
 * does something already. */
static int check_kind(const struct problem *problem, const char *name, struct err *e)
{
    struct stat info;
    if (fstatat(problem->folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return err_sys(e, errno, "open %s/%s", problem->folder, name);
    if (S_ISLNK(info.st_mode)) {
        int fd = open_beneath(problem->folder_fd, name, O_PATH | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
            return err_set(e, "%s/%s is a link to a file that is not there", problem->folder, name);
        if (fd < 0 && errno == EXDEV)
            return err_set(e, "%s/%s is a link out of the folder (or not a relative one)", problem->folder, name);
        if (fd < 0)
            return err_sys(e, errno, "open %s/%s", problem->folder, name);
        int result = fstat(fd, &info);
        int error = errno;
        file_close(&fd);
        if (result != 0)
            return err_sys(e, error, "%s/%s", problem->folder, name);
    }
    if (!S_ISREG(info.st_mode))
        return err_set(e, "%s/%s is %s, not a file", problem->folder, name, kind_of(info.st_mode));
    return 0;
}

/* Opens name, and tells its size. fd, or -1 with e. */
static int open_file(const struct problem *problem, const char *name, int64_t *bytes, struct err *e)
{
    if (check_kind(problem, name, e) != 0)
        return -1;
    /* O_NONBLOCK: what was a file a moment ago may be a fifo now. */
    int fd = open_beneath(problem->folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "open %s/%s", problem->folder, name);
    }
    if (!S_ISREG(info.st_mode)) {
        file_close(&fd);
        return err_set(e, "%s/%s is %s, not a file", problem->folder, name, kind_of(info.st_mode));
    }
    *bytes = info.st_size;
    return fd;
}

int problem_open_file(const struct problem *problem, const char *name, struct err *e)
{
    int64_t bytes;
    int fd = open_file(problem, name, &bytes, e);
    if (fd >= 0 && fcntl(fd, F_SETFL, 0) != 0) { /* the program that gets it expects a plain one */
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "open %s/%s", problem->folder, name);
    }
    return fd;
}

int problem_file_size(const struct problem *problem, const char *name, int64_t *bytes, struct err *e)
{
    int fd = open_file(problem, name, bytes, e);
    if (fd < 0)
        return -1;
    file_close(&fd);
    return 0;
}

mode_t problem_kind(const struct problem *problem, const char *path)
{
    struct stat info = {.st_mode = 0};
    int fd = open_beneath(problem->folder_fd, path, O_PATH | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &info) != 0)
        info.st_mode = 0;
    file_close(&fd);
    return info.st_mode;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Not alphasort, which knows the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int problem_list(const struct problem *problem, const char *path, struct dirent ***entries, struct err *e)
{
    int fd = open_beneath(problem->folder_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = fd < 0 ? -1 : scandirat(fd, ".", entries, visible, by_name);
    int error = errno;
    file_close(&fd);
    if (count < 0 && error == EXDEV)
        return err_set(e, "%s/%s is a link out of the folder (or not a relative one)", problem->folder, path);
    return count >= 0 ? count : err_sys(e, error, "open %s/%s", problem->folder, path);
}

int problem_check_path(const char *text, struct err *e)
{
    if (text[0] == '\0' || strlen(text) >= PROBLEM_PATH_SIZE)
        return err_set(e, "'%.40s': a path has from 1 to %d characters", text, PROBLEM_PATH_SIZE - 1);
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 127)
            return err_set(e, "a control character in a file's name");
    }
    bool out = text[0] == '/' || strcmp(text, "..") == 0 || str_starts(text, "../") || strstr(text, "/../") != NULL;
    size_t length = strlen(text);
    if (out || (length >= 3 && strcmp(text + length - 3, "/..") == 0))
        return err_set(e, "'%.80s' leads out of the folder", text);
    return 0;
}

int problem_check_name(const char *text, struct err *e)
{
    if (strlen(text) >= PROBLEM_NAME_SIZE)
        return err_set(e, "a file's name of more than %d characters", PROBLEM_NAME_SIZE - 1);
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 127)
            return err_set(e, "a control character in a file's name");
    }
    if (strchr(text, '/') != NULL || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return err_set(e, "'%s': must be a file's name without a folder", text);
    return 0;
}

/* ---- input.name, output.name: the first word is the name of the file that the program reads or writes */

static int read_name(const struct problem *problem, const char *file, char name[PROBLEM_NAME_SIZE], struct err *e)
{
    char text[1024];
    int fd = problem_open_file(problem, file, e);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, sizeof text - 1); /* a regular file: all that fits at once */
    int error = errno;
    file_close(&fd);
    if (length < 0)
        return err_sys(e, error, "read %s/%s", problem->folder, file);
    text[length] = '\0';
    char *word = text + (str_starts(text, "\xef\xbb\xbf") ? 3 : 0);
    word += strspn(word, " \t\r\n");
    word[strcspn(word, " \t\r\n")] = '\0';
    if (*word == '\0')
        return err_set(e, "%s/%s holds no file's name", problem->folder, file);
    if (problem_check_name(word, e) != 0)
        return err_add(e, "%s/%s", problem->folder, file);
    (void)str_copy(name, PROBLEM_NAME_SIZE, word); /* it was checked to fit */
    return 0;
}

static int read_names(struct problem *problem, const struct problem_folder *folder, const struct conf *conf,
                      struct err *e)
{
    if (folder->input_name && conf_line(conf, "files", "input") == 0 &&
        read_name(problem, "input.name", problem->input_file, e) != 0)
        return -1;
    if (folder->output_name && conf_line(conf, "files", "output") == 0 &&
        read_name(problem, "output.name", problem->output_file, e) != 0)
        return -1;
    if (problem->input_file[0] != '\0' && strcmp(problem->input_file, problem->output_file) == 0)
        return err_set(e, "%s: '%s' is to be both the input and the output file", problem->folder, problem->input_file);
    return 0;
}

/* ---- the problem */

/* Opens the folder itself, whose path is the administrator's: links on the way to it are fine. */
static int open_folder(struct problem *problem, const char *folder, struct err *e)
{
    if (str_copy(problem->folder, sizeof problem->folder, folder) != 0)
        return err_sys(e, ENAMETOOLONG, "open %.64s...", folder);
    for (size_t length = strlen(folder); length > 1 && problem->folder[length - 1] == '/'; length--)
        problem->folder[length - 1] = '\0';
    problem->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (problem->folder_fd < 0 && errno == ENOTDIR)
        return err_set(e, "%s: not a folder", problem->folder);
    if (problem->folder_fd < 0)
        return err_sys(e, errno, "open %s", problem->folder);
    return 0;
}

static int open_problem(struct problem *problem, const char *folder, bool making, struct err *e)
{
    struct conf *conf = NULL;
    struct problem_folder found = {false, false};
    int result = -1;
    memset(problem, 0, sizeof *problem);
    problem->making = making;
    problem->folder_fd = -1;
    if (open_folder(problem, folder, e) != 0 || problem_open_conf(problem, &conf, e) != 0 ||
        problem_apply_conf(problem, conf, e) != 0)
        goto out;
    if (problem_open_package(problem, conf, e) != 0 || problem_find_interactor(problem, conf, e) != 0)
        goto out;
    if (problem->package == NULL &&
        problem_find_cases(problem, conf_choice(conf, "cases", "order", 0) == 1, &found, e) != 0)
        goto out;
    if (problem_find_subtasks(problem, conf, e) != 0)
        goto out;
    if (problem_find_checker(problem, conf, e) != 0 || problem_mark_samples(problem, conf, e) != 0 ||
        problem_find_sources(problem, conf, e) != 0 || read_names(problem, &found, conf, e) != 0 ||
        problem_settle_interactor(problem, e) != 0)
        goto out;
    result = 0;
out:
    conf_close(conf);
    if (result != 0)
        problem_close(problem);
    return result;
}

int problem_open(struct problem *problem, const char *folder, struct err *e)
{
    return open_problem(problem, folder, false, e);
}

int problem_open_making(struct problem *problem, const char *folder, struct err *e)
{
    if (open_problem(problem, folder, true, e) != 0)
        return -1;
    if (problem->interactor.kind == CHECKER_NONE)
        return 0;
    problem_close(problem);
    return err_set(e, "%s: a program that talks to another one makes no answers", folder);
}

int problem_test_run(struct problem *problem, int64_t time_ms, int64_t memory_mib, struct err *e)
{
    enum { OUTPUT_MIB = 1 };
    memset(problem, 0, sizeof *problem);
    problem->folder_fd = -1;
    if (problem_apply_conf(problem, NULL, e) != 0)
        return -1;
    problem->cases = calloc(1, sizeof *problem->cases);
    if (problem->cases == NULL)
        return err_set(e, "out of memory");
    problem->case_count = 1;
    problem->limits.time_ms = time_ms;
    problem->limits.memory_mib = memory_mib;
    problem->limits.output_mib = OUTPUT_MIB;
    (void)str_copy(problem->cases->name, sizeof problem->cases->name, "test"); /* they fit */
    (void)str_copy(problem->cases->input, sizeof problem->cases->input, "test.in");
    return 0;
}

void problem_close(struct problem *problem)
{
    file_close(&problem->folder_fd);
    problem_close_subtasks(problem);
    problem_close_sources(problem);
    problem_close_package(problem);
    free(problem->cases);
    free(problem->headers);
    problem->cases = NULL;
    problem->headers = NULL;
    problem->case_count = problem->header_count = 0;
}

double problem_case_full(const struct problem_case *one)
{
    return one->full > 0 ? one->full : (double)one->score;
}

const char *problem_case_args(const struct problem_case *one, const struct checker *checker)
{
    return one->flags != NULL ? one->flags->args : checker->args;
}

double problem_factor(const struct problem *problem, const char *language)
{
    for (size_t i = 0; i < problem->factor_count; i++) {
        if (strcmp(problem->factors[i].language, language) == 0)
            return problem->factors[i].factor;
    }
    return 1;
}
