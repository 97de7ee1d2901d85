/*
 * wrap.c - see wrap.h. Runs as whoever submits; reads the problem's folder.
 */
#include "judgectl/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { MOST_PART = 1 << 20 };

/* HUSTOJ's suffixes, by its numbers. */
static const char *const suffixes[] = {"c",   "cc",  "pas", "java", "rb", "sh",  "py",  "php", "pl",
                                       "cs",  "m",   "bas", "scm",  "c",  "cc",  "lua", "js",  "go",
                                       "sql", "f95", "m",   "cob",  "R",  "sb3", "cj"};

/* The file, terminated; *text is NULL where there is none. 0, or -1 with e. */
static int read_part(const char *folder, const char *name, char **text, size_t *size, struct err *e)
{
    char path[PATH_MAX];
    struct stat info;
    *text = NULL;
    *size = 0;
    if (str_format(path, sizeof path, "%s/%s", folder, name) != 0)
        return err_set(e, "%s: a path of this length is not served", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, errno, "%s", path);
    int result = -1;
    if (fstat(fd, &info) != 0)
        err_sys(e, errno, "%s", path);
    else if (!S_ISREG(info.st_mode) || info.st_size > MOST_PART)
        err_set(e, "%s: not a file of at most 1 MiB", path);
    else if ((*text = calloc(1, (size_t)info.st_size + 1)) == NULL)
        err_set(e, "%s: out of memory", path);
    else if (pread(fd, *text, (size_t)info.st_size, 0) != info.st_size)
        err_sys(e, errno, "read %s", path);
    else
        result = 0;
    *size = result == 0 ? (size_t)info.st_size : 0;
    file_close(&fd);
    if (result != 0) {
        free(*text);
        *text = NULL;
    }
    return result;
}

/* Does a line of the problem.ini say `wrap = ...`? Then the judge does what it says, or nobody does. */
static bool says_wrap(const char *text)
{
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        if (str_starts(line, "wrap") && line[4 + strspn(line + 4, " \t")] == '=')
            return true;
    }
    return false;
}

static int join(char **source, size_t *size, const char *before, size_t before_size, const char *after,
                size_t after_size, struct err *e)
{
    char *whole = malloc(before_size + *size + after_size + 2);
    size_t used = 0;
    if (whole == NULL)
        return err_set(e, "out of memory");
    if (before != NULL) {
        memcpy(whole, before, before_size);
        used = before_size;
        whole[used++] = '\n';
    }
    memcpy(whole + used, *source, *size);
    used += *size;
    if (after != NULL) {
        whole[used++] = '\n';
        memcpy(whole + used, after, after_size);
        used += after_size;
    }
    free(*source);
    *source = whole;
    *size = used;
    return 0;
}

int wrap_source(const char *folder, int language, char **source, size_t *size, struct err *e)
{
    char before_name[32], after_name[32];
    char *conf = NULL, *before = NULL, *after = NULL;
    size_t conf_size, before_size = 0, after_size = 0;
    if (language < 0 || (size_t)language >= sizeof suffixes / sizeof *suffixes)
        return 0; /* HUSTOJ has no such language */
    (void)str_format(before_name, sizeof before_name, "prepend.%s", suffixes[language]); /* they fit */
    (void)str_format(after_name, sizeof after_name, "append.%s", suffixes[language]);
    int result = read_part(folder, "problem.ini", &conf, &conf_size, e);
    bool wanted = result == 0 && (conf == NULL || !says_wrap(conf));
    if (wanted)
        result = read_part(folder, before_name, &before, &before_size, e);
    if (wanted && result == 0)
        result = read_part(folder, after_name, &after, &after_size, e);
    if (result == 0 && (before != NULL || after != NULL))
        result = join(source, size, before, before_size, after, after_size, e);
    free(conf);
    free(before);
    free(after);
    return result;
}
