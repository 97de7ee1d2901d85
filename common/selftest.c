/*
 * selftest.c - see selftest.h. Written by workers, as root; read by judgectl and the doctor under any uid that may read it.
 *
 * Never follows a link and never trusts a file that somebody else could have written: what it says decides what is judged.
 */
#include "common/selftest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum {
    FILE_BYTES = 4096,
    AGAIN_S = 5,          /* the first wait of what is broken, which doubles */
    AGAIN_MOST_S = 600,   /* and so long at most; what a policy refuses or allows waits so long from the first */
    LEFT_BEHIND_S = 3600, /* a file that somebody was killed at writing */
};

static const char head[] = "self-test 1\n";

/* ---- the fields, a line each */

enum kind { NUMBER, TEXT };

static const struct {
    const char *name;
    enum kind kind;
    size_t offset, size;
} fields[] = {
#define FIELD(kind, member)                                                                                            \
    {                                                                                                                  \
#member, kind, offsetof(struct selftest_record, member), sizeof((struct selftest_record *)NULL)->member        \
    }
    FIELD(NUMBER, language), FIELD(TEXT, name),    FIELD(TEXT, key),  FIELD(NUMBER, tested_s), FIELD(NUMBER, tries),
    FIELD(NUMBER, took_ms),  FIELD(TEXT, version), FIELD(TEXT, step), FIELD(TEXT, policy),     FIELD(TEXT, call),
    FIELD(TEXT, source),     FIELD(TEXT, problem), FIELD(TEXT, text),
#undef FIELD
};

static const char *const states[SELFTEST_STATES] = {
    [SELFTEST_WAITING] = "waiting", [SELFTEST_PASSED] = "passed", [SELFTEST_REFUSED] = "refused",
    [SELFTEST_OPEN] = "open",       [SELFTEST_BROKEN] = "broken", [SELFTEST_NONE] = "none"};

const char *selftest_state_name(enum selftest_state state)
{
    return states[state];
}

bool selftest_may_judge(enum selftest_state state)
{
    return state == SELFTEST_PASSED || state == SELFTEST_NONE;
}

int64_t selftest_next_s(const struct selftest_record *record)
{
    int64_t wait_s = record->state == SELFTEST_BROKEN ? AGAIN_S : AGAIN_MOST_S;
    if (selftest_may_judge(record->state))
        return 0;
    for (int64_t i = 1; i < record->tries && wait_s < AGAIN_MOST_S; i++)
        wait_s *= 2;
    return record->tested_s + (wait_s < AGAIN_MOST_S ? wait_s : AGAIN_MOST_S);
}

/* The hash of text as the last line has it. */
static void seal(const char *text, size_t length, char hash[SHA256_TEXT])
{
    unsigned char digest[SHA256_BYTES];
    struct sha256 state;
    sha256_init(&state);
    sha256_add(&state, text, length);
    sha256_end(&state, digest);
    sha256_text(digest, hash);
}

/* Takes one line `name value`. -1: it is none of ours. */
static int take_line(struct selftest_record *record, char *line)
{
    char *value = strchr(line, ' ');
    if (value == NULL)
        return -1;
    *value++ = '\0';
    if (strcmp(line, "state") == 0) {
        for (int i = 0; i < SELFTEST_STATES; i++) {
            if (strcmp(value, states[i]) == 0) {
                record->state = (enum selftest_state)i;
                return 0;
            }
        }
        return -1;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char *at = (char *)record + fields[i].offset;
        if (strcmp(line, fields[i].name) != 0)
            continue;
        if (fields[i].kind == TEXT)
            return str_copy(at, fields[i].size, value);
        return str_to_int64(value, 0, INT64_MAX, (int64_t *)(void *)at);
    }
    return -1;
}

static int parse(struct selftest_record *record, char *text)
{
    char hash[SHA256_TEXT];
    char *end = strstr(text, "\nend ");
    memset(record, 0, sizeof *record);
    if (!str_starts(text, head) || end == NULL)
        return -1;
    seal(text, (size_t)(end + 1 - text), hash);
    char *said = end + strlen("\nend ");
    if (strncmp(said, hash, strlen(hash)) != 0 || strcmp(said + strlen(hash), "\n") != 0)
        return -1;
    end[1] = '\0';
    bool has_state = false;
    for (char *line = text + strlen(head), *next; *line != '\0'; line = next) {
        next = strchr(line, '\n');
        *next++ = '\0'; /* each line has one: the text ends with it */
        has_state = has_state || str_starts(line, "state ");
        if (take_line(record, line) != 0)
            return -1;
    }
    return has_state ? 0 : -1;
}

/* ---- the files */

static bool is_safe(const struct stat *info)
{
    return (info->st_uid == 0 || info->st_uid == geteuid()) && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int selftest_open(const char *home, bool make, struct err *e)
{
    char path[PATH_MAX];
    struct stat info;
    if (str_format(path, sizeof path, "%s/" SELFTEST_FOLDER, home) != 0)
        return err_set(e, "%s: the path is too long", home);
    if (make && file_make_folders(path, 0755, e) != 0)
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && !make) {
        (void)err_set(e, "%s", "");
        return -1;
    }
    if (fd < 0)
        return err_sys(e, errno, "open %s", path);
    if (fstat(fd, &info) == 0 && is_safe(&info))
        return fd;
    file_close(&fd);
    return err_set(e, "%s is not used: only root may be able to write to it (chown root, chmod 755)", path);
}

int selftest_read(int folder_fd, const char *name, struct selftest_record *record, struct err *e)
{
    char text[FILE_BYTES];
    struct stat info;
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, errno, SELFTEST_FOLDER "/%s", name);
    bool safe = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && is_safe(&info) && info.st_size < FILE_BYTES;
    ssize_t count = safe ? pread(fd, text, sizeof text - 1, 0) : -1;
    (void)close(fd); /* it was only read */
    if (count < 0)
        return err_set(e, SELFTEST_FOLDER "/%s: not a file that a worker has written", name);
    text[count] = '\0';
    if (strlen(text) != (size_t)count || parse(record, text) != 0 || strcmp(record->name, name) != 0)
        return err_set(e, SELFTEST_FOLDER "/%s: not whole", name);
    return 1;
}

/* Appends what fits: the sizes of the fields are such that all does. */
static void add(char *text, size_t size, const char *name, const char *value)
{
    size_t used = strlen(text);
    (void)str_format(text + used, size - used, "%s %s\n", name, value);
    for (char *p = text + used; p[0] != '\0' && p[1] != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    }
}

static void print(const struct selftest_record *record, char *text, size_t size)
{
    char number[24], hash[SHA256_TEXT];
    (void)str_copy(text, size, head); /* it fits */
    add(text, size, "state", states[record->state]);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *at = (const char *)record + fields[i].offset;
        if (fields[i].kind == NUMBER) {
            int64_t value;
            memcpy(&value, at, sizeof value);
            (void)str_format(number, sizeof number, "%lld", (long long)value); /* it fits */
        }
        add(text, size, fields[i].name, fields[i].kind == NUMBER ? number : at);
    }
    seal(text, strlen(text), hash);
    add(text, size, "end", hash);
}

int selftest_write(int folder_fd, const struct selftest_record *record, struct err *e)
{
    char text[FILE_BYTES], name[64];
    print(record, text, sizeof text);
    (void)str_format(name, sizeof name, ".%s.%d", record->name, (int)getpid()); /* a name has 31 bytes at most */
    int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(e, errno, "make " SELFTEST_FOLDER "/%s", name);
    int result = file_write_all(fd, text, strlen(text));
    int error = errno;
    if (close(fd) != 0 && result == 0) {
        result = -1;
        error = errno;
    }
    if (result == 0 && renameat(folder_fd, name, folder_fd, record->name) != 0) {
        result = -1;
        error = errno;
    }
    if (result == 0)
        return 0;
    (void)unlinkat(folder_fd, name, 0); /* it may not be there */
    return err_sys(e, error, "write " SELFTEST_FOLDER "/%s", record->name);
}

/* The folder's names one after the other; folder_fd stays the caller's. */
static DIR *list_folder(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL)
        file_close(&fd);
    return dir;
}

static int compare_languages(const void *a, const void *b)
{
    const struct selftest_record *x = a, *y = b;
    return (x->language > y->language) - (x->language < y->language);
}

int selftest_list(const char *home, struct selftest_record *records, int most)
{
    struct err e;
    int count = 0;
    int fd = selftest_open(home, false, &e);
    DIR *dir = fd < 0 ? NULL : list_folder(fd);
    const struct dirent *entry;
    while (dir != NULL && count < most && (entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe): our own */
        if (entry->d_name[0] != '.' && selftest_read(fd, entry->d_name, &records[count], &e) == 1)
            count++;
    }
    if (dir != NULL)
        (void)closedir(dir); /* it was only read */
    file_close(&fd);
    qsort(records, (size_t)count, sizeof *records, compare_languages);
    return count;
}

void selftest_keep(int folder_fd, const char *const *names, size_t count)
{
    struct stat info, own;
    DIR *dir = list_folder(folder_fd);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe): our own */
        bool keep = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        for (size_t i = 0; i < count && !keep; i++)
            keep = strcmp(entry->d_name, names[i]) == 0;
        keep = keep || strcmp(entry->d_name, ".lock") == 0;
        if (!keep && entry->d_name[0] == '.') /* it may be under way */
            keep = fstatat(folder_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || fstat(folder_fd, &own) != 0 ||
                   own.st_mtime - info.st_mtime < LEFT_BEHIND_S;
        if (!keep)
            (void)unlinkat(folder_fd, entry->d_name, 0); /* one that stays is looked at again at the next start */
    }
    if (dir != NULL)
        (void)closedir(dir); /* it was only read */
}

/* ---- for people */

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void selftest_say(const struct selftest_record *record, char text[SELFTEST_TEXT])
{
    switch (record->state) {
    case SELFTEST_REFUSED:
        (void)str_format(text, SELFTEST_TEXT, "the system call %s was refused when %s %s, by the policy %s%s%s%s",
                         record->call, base(record->source),
                         strcmp(record->step, "compile") == 0 ? "was compiled" : "ran", record->policy,
                         record->version[0] == '\0' ? "" : " (", record->version,
                         record->version[0] == '\0' ? "" : ")"); /* they fit, here and below */
        break;
    case SELFTEST_OPEN:
        (void)str_format(text, SELFTEST_TEXT, "the policy %s lets %s do what it must refuse: %s", record->policy,
                         base(record->source), record->text);
        break;
    case SELFTEST_BROKEN:
        (void)str_format(text, SELFTEST_TEXT, "could not be tested: %s", record->text);
        break;
    default:
        (void)str_copy(text, SELFTEST_TEXT, record->text);
    }
}

void selftest_fix(const struct selftest_record *record, const char *home, char text[SELFTEST_TEXT])
{
    char at[PATH_MAX] = ""; /* a command's home, where it is another than the usual one */
    if (strcmp(home, JUDGE_HOME) != 0)
        (void)str_format(at, sizeof at, " --home %s", home); /* it fits, or no home is that long */
    switch (record->state) {
    case SELFTEST_REFUSED:
        (void)str_format(text, SELFTEST_TEXT, "judgectl record%s -l %s -p %s --apply %s", at, record->name,
                         record->problem, record->source); /* they fit, here and below */
        break;
    case SELFTEST_OPEN:
        (void)str_format(text, SELFTEST_TEXT,
                         "judgectl policy show%s %s; mend it in %s/etc/policy, then judgectl reload%s", at,
                         record->policy, home, at);
        break;
    default:
        (void)str_format(text, SELFTEST_TEXT,
                         "judgectl judge%s -l %s %s %s shows it; it is tried again by itself, and at judgectl reload%s",
                         at, record->name, record->problem, record->source, at);
    }
}
