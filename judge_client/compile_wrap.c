/*
 * compile_wrap.c - prepend.EXT and append.EXT around a submission, as HUSTOJ's web puts them there. Runs in judge_client as root.
 *
 * What a site's web stored has them already; what was never in a web gets them here.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/compile_parts.h"
#include "judge_client/language.h"

#include "common/banned.h"

enum { PIECE = 4096 };

/* The problem's file of that name, or -1 where there is none, -2 with e. */
static int open_part(const struct problem *problem, const char *name, struct err *e)
{
    struct stat info;
    if (fstatat(problem->folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return -1;
    int fd = problem_open_file(problem, name, e);
    return fd < 0 ? -2 : fd;
}

static int put(int fd, const char *bytes, size_t count, size_t *line_ends, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        *line_ends += bytes[i] == '\n';
    return file_write_all(fd, bytes, count) == 0 ? 0 : err_sys(e, errno, "write the source");
}

static int copy_part(int from, int to, const char *name, size_t *line_ends, struct err *e)
{
    char piece[PIECE];
    ssize_t count;
    while ((count = read(from, piece, sizeof piece)) > 0) {
        if (put(to, piece, (size_t)count, line_ends, e) != 0)
            return -1;
    }
    return count < 0 ? err_sys(e, errno, "read %s", name) : 0;
}

/* As the web does it: a line end between two parts, whether there is one already or not. */
static int write_parts(const struct submission *submission, int fd, int before_fd, int after_fd,
                       struct compile_wrap *wrap, struct err *e)
{
    size_t rest = 0;
    if (before_fd >= 0 && (copy_part(before_fd, fd, wrap->before, &wrap->before_lines, e) != 0 ||
                           put(fd, "\n", 1, &wrap->before_lines, e) != 0))
        return -1;
    if (put(fd, submission->source, submission->source_bytes, &wrap->own_lines, e) != 0)
        return -1;
    if (after_fd >= 0 &&
        (put(fd, "\n", 1, &wrap->own_lines, e) != 0 || copy_part(after_fd, fd, wrap->after, &rest, e) != 0))
        return -1;
    wrap->wrapped = before_fd >= 0 || after_fd >= 0;
    if (after_fd < 0)
        wrap->after[0] = '\0'; /* every line that follows is the student's */
    return 0;
}

int compile_wrap_write(const struct submission *submission, int fd, struct compile_wrap *wrap, struct err *e)
{
    const struct problem *problem = submission->problem;
    const char *suffix = submission->language->suffixes[0];
    bool wanted = problem->wrap == PROBLEM_WRAP_YES || (problem->wrap == PROBLEM_WRAP_AUTO && !submission->wrapped);
    int before_fd = -1, after_fd = -1;
    *wrap = (struct compile_wrap){.wrapped = false};
    if (wanted && problem->folder[0] != '\0' &&
        str_format(wrap->before, sizeof wrap->before, "prepend.%s", suffix) == 0 &&
        str_format(wrap->after, sizeof wrap->after, "append.%s", suffix) == 0) {
        before_fd = open_part(problem, wrap->before, e);
        after_fd = before_fd == -2 ? -2 : open_part(problem, wrap->after, e);
    }
    int result = after_fd == -2 ? -1 : write_parts(submission, fd, before_fd, after_fd, wrap, e);
    file_close(&before_fd);
    file_close(&after_fd);
    return result;
}
