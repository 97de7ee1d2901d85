/*
 * settings.c - reads OJ_HOME/etc/judge.conf, ours or HUSTOJ's, and then the environment, into struct settings. Used by every
 * program at its start, before it gives up root: the file holds passwords. It writes nothing but warnings.
 */
#include "common/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/file.h"
#include "common/log.h"
#include "common/settings_parts.h"
#include "common/str.h"

#include "common/banned.h"

#define FILE_BYTES (1024 * 1024)    /* conf.c's limit too */
#define SECRET_FILE_BYTES 4096      /* its first line counts */
#define HOME_BYTES (PATH_MAX - 256) /* what is below it fits */

enum form { FORM_EMPTY, FORM_OURS, FORM_HUSTOJ };

void settings_warn(const struct settings *settings, const char *format, ...)
{
    char text[1024]; /* a line of the log has no more */
    va_list args;
    if (settings->quiet)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* a cut warning is still a warning */
    va_end(args);
    log_warnx("%s", text);
}

/* ---- our form */

/* The path of what a file names: beside it, or absolute. */
static int beside(const char *file, const char *name, char *path, size_t size)
{
    const char *slash = strrchr(file, '/');
    if (*name == '/' || slash == NULL)
        return str_copy(path, size, name);
    return str_format(path, size, "%.*s/%s", (int)(slash - file), file, name);
}

/* The first line of a password_file. */
static int set_from_file(struct settings *settings, const struct settings_row *row, const char *name, struct err *e)
{
    char path[PATH_MAX];
    char text[SECRET_FILE_BYTES];
    struct stat info;
    if (beside(settings->file, name, path, sizeof path) != 0)
        return err_set(e, "%s: too long for a path", row->name);
    ssize_t length = file_read(AT_FDCWD, path, text, sizeof text, e);
    if (length < 0)
        return err_add(e, "%s", row->name);
    const char *end = memchr(text, '\n', (size_t)length);
    bool nul = memchr(text, '\0', end == NULL ? (size_t)length : (size_t)(end - text)) != NULL;
    text[strcspn(text, "\r\n")] = '\0';
    int result = 0;
    if (nul)
        result = err_set(e, "%s: %s: a NUL byte", row->name, path);
    else if (text[0] == '\0')
        result = err_set(e, "%s: %s: its first line is empty", row->name, path);
    else if (settings_set(settings, row, path, text, e) != 0)
        result = err_add(e, "%s", row->name);
    else if (stat(path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
        settings_warn(settings, "%s: everybody can read this password: chmod o= %s", path, path);
    explicit_bzero(text, sizeof text);
    return result;
}

static int apply_row(struct settings *settings, const struct conf *conf, const struct settings_row *row, struct err *e)
{
    const char *value = conf_text(conf, row->section, row->name, NULL);
    if (value == NULL || (row->kind == SETTINGS_FILE && *value == '\0'))
        return 0;
    if (strcmp(row->name, "password") == 0 && *value != '\0')
        settings->holds_password = true;
    return row->kind == SETTINGS_FILE ? set_from_file(settings, row, value, e)
                                      : settings_set(settings, row, row->name, value, e);
}

/* Two keys of one section of which only one may say something. 0, or -1 with e. */
static int check_pair(const struct settings *settings, const struct conf *conf, const char *section, const char *one,
                      const char *other, struct err *e)
{
    if (*conf_text(conf, section, one, "") == '\0' || *conf_text(conf, section, other, "") == '\0')
        return 0;
    int line = conf_line(conf, section, one);
    int other_line = conf_line(conf, section, other);
    return line > other_line ? err_set(e, "%s:%d: %s and %s (line %d): only one of them", settings->file, line, one,
                                       other, other_line)
                             : err_set(e, "%s:%d: %s and %s (line %d): only one of them", settings->file, other_line,
                                       other, one, line);
}

static int check_pairs(const struct settings *settings, const struct conf *conf, struct err *e)
{
    static const char *const sections[] = {"database", "redis"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (check_pair(settings, conf, sections[i], "password", "password_file", e) != 0 ||
            check_pair(settings, conf, sections[i], "host", "socket", e) != 0)
            return -1;
    }
    return 0;
}

/* Values that are right each by itself. */
static int check_together(const struct settings *settings, const struct conf *conf, struct err *e)
{
    if (settings->mod >= settings->total)
        return err_set(e, "%s:%d: mod = %d: must be below total (%d)", settings->file, conf_line(conf, "intake", "mod"),
                       settings->mod, settings->total);
    if (settings->cpu_compensation <= 0)
        return err_set(e, "%s:%d: cpu_compensation = 0: all times would be 0", settings->file,
                       conf_line(conf, "judging", "cpu_compensation"));
    return 0;
}

static int read_ours(struct settings *settings, int fd, struct err *e)
{
    struct conf *conf = conf_open_fd(fd, settings->file, settings_keys, e);
    if (conf == NULL)
        return -1;
    int result = check_pairs(settings, conf, e);
    for (const struct settings_row *row = settings_rows; row->section != NULL && result == 0; row++) {
        if (apply_row(settings, conf, row, e) != 0)
            result = err_add(e, "%s:%d", settings->file, conf_line(conf, row->section, row->name));
    }
    if (result == 0)
        result = check_together(settings, conf, e);
    conf_close(conf);
    return result;
}

/* ---- which form */

/* A line that begins with '[' makes it ours. So does a file without any key of HUSTOJ's, whose faults are told as ours. */
static enum form find_form(const char *text)
{
    enum form form = FORM_EMPTY;
    while (text != NULL) {
        text += strspn(text, " \t\r\v\f");
        if (*text == '[')
            return FORM_OURS;
        if (str_starts(text, "OJ_"))
            form = FORM_HUSTOJ;
        else if (form == FORM_EMPTY && *text != '\0' && strchr("#;\n", *text) == NULL)
            form = FORM_OURS;
        text = strchr(text, '\n');
        if (text != NULL)
            text++;
    }
    return form;
}

/* Reads fd, up to size bytes, into text, terminated. Returns the length, or -1 with errno. */
static ssize_t load(int fd, char *text, size_t size)
{
    size_t length = 0;
    while (length < size) {
        ssize_t count = pread(fd, text + length, size - length, (off_t)length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    text[length] = '\0';
    return (ssize_t)length;
}

static int read_text(struct settings *settings, int fd, char *text, struct err *e)
{
    char *start = str_starts(text, "\xef\xbb\xbf") ? text + 3 : text;
    settings->hustoj = find_form(start) == FORM_HUSTOJ;
    settings_defaults(settings, settings->hustoj);
    if (!settings->hustoj)
        return read_ours(settings, fd, e);
    settings_hustoj(settings, settings->file, start);
    settings->holds_password = settings->database_password[0] != '\0' || settings->redis_password[0] != '\0';
    return 0;
}

static int read_fd(struct settings *settings, int fd, struct err *e)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return err_sys(e, errno, "%s", settings->file);
    /* What is no text at all is read as ours: conf.c says why it is none. */
    size_t size = S_ISREG(info.st_mode) && info.st_size <= FILE_BYTES ? (size_t)info.st_size : 0;
    if (S_ISREG(info.st_mode) && info.st_size == 0)
        settings_warn(settings, "%s: an empty file: all settings have their defaults", settings->file);
    char *text = malloc(size + 1);
    if (text == NULL)
        return err_set(e, "%s: no memory", settings->file);
    ssize_t length = load(fd, text, size);
    if (length > 0 && memchr(text, '\0', (size_t)length) != NULL)
        text[0] = '\0';
    int result = length < 0 ? err_sys(e, errno, "read %s", settings->file) : read_text(settings, fd, text, e);
    explicit_bzero(text, size);
    free(text);
    return result;
}

/* ---- the whole */

/* OJ_HOME without slashes at its end; one that is not absolute is so afterwards. */
static int set_home(struct settings *settings, const char *home, struct err *e)
{
    char *real = *home == '/' ? NULL : realpath(home, NULL);
    if (*home != '/' && real == NULL)
        return err_sys(e, errno, "OJ_HOME %s", home);
    int result = str_copy(settings->home, HOME_BYTES, real == NULL ? home : real);
    free(real);
    if (result != 0)
        return err_set(e, "OJ_HOME: longer than %d bytes", HOME_BYTES - 1);
    for (size_t length = strlen(settings->home); length > 1 && settings->home[length - 1] == '/'; length--)
        settings->home[length - 1] = '\0';
    return 0;
}

/* A file that holds a password is for root and its group. */
static void warn_readable(const struct settings *settings, int fd)
{
    struct stat info;
    if (settings->holds_password && fstat(fd, &info) == 0 && (info.st_mode & S_IROTH) != 0)
        settings_warn(settings, "%s: everybody can read the passwords in it: chmod o= %s", settings->file,
                      settings->file);
}

static int read_all(struct settings *settings, const char *home, const char *path, struct err *e)
{
    if (set_home(settings, home == NULL ? JUDGE_HOME : home, e) != 0)
        return -1;
    if (path != NULL ? str_copy(settings->file, sizeof settings->file, path) != 0
                     : str_format(settings->file, sizeof settings->file, "%s/etc/judge.conf", settings->home) != 0)
        return err_set(e, "the file's name is too long");
    int fd = open(settings->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a fifo must not hold us */
    if (fd < 0) {
        int error = errno;
        struct stat link; /* that leads nowhere: not the same as no file */
        if (error != ENOENT || path != NULL || lstat(settings->file, &link) == 0)
            return err_sys(e, error, "open %s", settings->file);
        settings->file[0] = '\0';
        settings_defaults(settings, false);
        return settings_environment(settings, e);
    }
    int result = read_fd(settings, fd, e);
    if (result == 0)
        warn_readable(settings, fd);
    file_close(&fd);
    return result == 0 ? settings_environment(settings, e) : -1;
}

int settings_read(struct settings *settings, const char *home, const char *path, struct err *e)
{
    memset(settings, 0, sizeof *settings);
    return read_all(settings, home, path, e);
}

int settings_read_quiet(struct settings *settings, const char *home, const char *path, struct err *e)
{
    memset(settings, 0, sizeof *settings);
    settings->quiet = true;
    return read_all(settings, home, path, e);
}

bool settings_has_database(const struct settings *settings)
{
    return settings->database_host[0] != '\0' || settings->database_socket[0] != '\0';
}

bool settings_has_redis(const struct settings *settings)
{
    return settings->redis_host[0] != '\0' || settings->redis_socket[0] != '\0';
}
