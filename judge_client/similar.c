/*
 * similar.c - see similar.h. Runs in judge_client as root, below a folder that the site's web owns: it follows no link there and
 * writes no file but NUMBER.SUFFIX in `ac`.
 */
#include "judge_client/similar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"

#include "common/banned.h"

#define FOLDER "ac"

enum {
    DAYS = 90,
    MOST = 2000,           /* of the newest */
    BATCH = 100,           /* in one run, */
    BATCH_BYTES = 4 << 20, /* which are no more than this */
    CPU_US = 20 * 1000000, /* of a run */
    WALL_US = 60 * 1000000,
    MEMORY_KIB = 1024 << 10,
    SPOKEN = 256 << 10, /* of what the tester writes */
    NAME_SIZE = 32,     /* the largest number and a suffix */
};

/* One of the folder's sources. */
struct earlier {
    int64_t id, bytes;
    char name[NAME_SIZE];
};

struct comparing {
    struct judge *judge;
    const struct submission *submission;
    const struct judge_options *options;
    int folder; /* ac */
    struct earlier *rows;
    size_t count;
    char tester[64];
};

/* ---- which there are */

/* C and C++ are compared with one another: HUSTOJ keeps a source of either under both suffixes. */
static bool is_kin(const char *suffix, const char *own)
{
    static const char *const family[] = {"c", "cc"};
    bool one = strcmp(suffix, family[0]) == 0 || strcmp(suffix, family[1]) == 0;
    bool other = strcmp(own, family[0]) == 0 || strcmp(own, family[1]) == 0;
    return strcmp(suffix, own) == 0 || (one && other);
}

/* The number of NUMBER.SUFFIX, or 0. */
static int64_t number_of(const char *name, const char *own_suffix)
{
    char digits[24];
    int64_t number;
    const char *dot = strchr(name, '.');
    if (dot == NULL || !is_kin(dot + 1, own_suffix) || strlen(name) >= NAME_SIZE ||
        str_format(digits, sizeof digits, "%.*s", (int)(dot - name), name) != 0 ||
        str_to_int64(digits, 1, INT64_MAX, &number) != 0)
        return 0;
    return number;
}

static int newest_first(const void *a, const void *b)
{
    const struct earlier *one = a, *two = b;
    return (one->id < two->id) - (one->id > two->id);
}

static int list(struct comparing *comparing, DIR *dir, int64_t id, struct err *e)
{
    time_t since = time(NULL) - (time_t)DAYS * 24 * 3600;
    size_t room = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        struct stat info;
        int64_t number = number_of(entry->d_name, comparing->submission->language->suffixes[0]);
        if (number == 0 || number >= id || fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode) || info.st_mtime < since || info.st_size > JUDGE_SOURCE_BYTES || info.st_size == 0)
            continue;
        if (comparing->count == room) {
            room = room == 0 ? 64 : 2 * room;
            struct earlier *more = realloc(comparing->rows, room * sizeof *more);
            if (more == NULL)
                return err_set(e, "out of memory");
            comparing->rows = more;
        }
        struct earlier *row = &comparing->rows[comparing->count++];
        *row = (struct earlier){.id = number, .bytes = info.st_size};
        (void)str_copy(row->name, sizeof row->name, entry->d_name); /* it was checked to fit */
    }
    qsort(comparing->rows, comparing->count, sizeof *comparing->rows, newest_first);
    comparing->count = comparing->count > MOST ? MOST : comparing->count;
    return 0;
}

/* A descriptor of `ac`, or -1; with e untouched where there is none. */
static int open_folder(const struct problem *problem, bool *missing, struct err *e)
{
    int fd = openat(problem->folder_fd, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    *missing = fd < 0 && errno == ENOENT;
    if (fd < 0 && !*missing)
        err_sys(e, errno, "open %s/%s", problem->folder, FOLDER);
    return fd;
}

/* ---- a run of the tester */

void similar_read(const char *text, struct similar *found)
{
    static const char consists[] = " consists for ", of[] = " % of ";
    for (const char *at = strstr(text, consists); at != NULL; at = strstr(at + 1, consists)) {
        char word[24];
        int64_t percent, id;
        const char *number = at + sizeof consists - 1;
        const char *name = number + strspn(number, "0123456789");
        if (str_format(word, sizeof word, "%.*s", (int)(name - number), number) != 0 ||
            str_to_int64(word, 0, 100, &percent) != 0 || !str_starts(name, of))
            continue;
        name += sizeof of - 1;
        if (str_format(word, sizeof word, "%.*s", (int)strspn(name, "0123456789"), name) != 0 ||
            str_to_int64(word, 1, INT64_MAX, &id) != 0)
            continue;
        if (percent > found->percent || (percent == found->percent && id < found->id))
            *found = (struct similar){id, (int)percent};
    }
}

static void tick(void *context)
{
    judge_tick(((struct comparing *)context)->options);
}

/* What the tester said, or -1 with e where it said nothing sensible. */
static int take(struct comparing *comparing, const struct sandbox_result *result, struct similar *found, struct err *e)
{
    char *text = malloc(SPOKEN + 1);
    if (text == NULL)
        return err_set(e, "out of memory");
    ssize_t count = pread(comparing->judge->output_fd, text, SPOKEN, 0);
    int code = 0;
    text[count < 0 ? 0 : count] = '\0';
    if (count < 0)
        code = err_sys(e, errno, "read what %s wrote", comparing->tester);
    else if (result->cancelled)
        code = err_set(e, "cancelled");
    else if (result->exit_code != 0 || result->limit != SANDBOX_LIMIT_NONE || result->refused)
        code = err_set(e, "%s failed: exit code %d, signal %d, limit %s%s%s", comparing->tester, result->exit_code,
                       result->signal, sandbox_limit_name(result->limit), result->refused ? ", refused " : "",
                       result->refused ? result->refused_name : "");
    else
        similar_read(text, found);
    free(text);
    return code;
}

/* The files are there: 0 is the new source. */
static int run(struct comparing *comparing, const struct sandbox_file *files, size_t count, int64_t bytes,
               struct similar *found, struct err *e)
{
    struct judge *judge = comparing->judge;
    const struct language *language = comparing->submission->language;
    const char *argv[BATCH + 16] = {comparing->tester, "-p", "-e", "-S", "-T", "-t", "81", files[0].name, "/"};
    size_t words = 9;
    for (size_t i = 1; i < count; i++)
        argv[words++] = files[i].name;
    const struct policy *policy = judge_policy(judge, "checker", e);
    const char **env = policy == NULL ? NULL : judge_environment(language, &language->run, e);
    if (env == NULL || judge_rewind(judge->output_fd, e) != 0) {
        free(env);
        return -1;
    }
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, judge->output_fd, -1},
        .policy = policy,
        .limits = {.cpu_us = CPU_US,
                   .wall_us = WALL_US,
                   .mem_kib = MEMORY_KIB,
                   .out_bytes = bytes + SPOKEN,
                   .stack_kib = 64 << 10,
                   .processes = 1,
                   .open_files = 2 * BATCH},
        .files = files,
        .file_count = count,
    };
    const struct sandbox_hooks hooks = {.stop_fd = comparing->options->stop_fd, .tick = tick, .context = comparing};
    struct sandbox_result result;
    int code = sandbox_run(judge->sandbox, &spec, &result, 1, &hooks, e);
    free(env);
    return code != 0 ? -1 : take(comparing, &result, found, e);
}

/* From row number `from` on, as many as fit. How many, or -1 with e. */
static int run_batch(struct comparing *comparing, int source_fd, size_t from, struct similar *found, struct err *e)
{
    const struct submission *submission = comparing->submission;
    struct sandbox_file files[BATCH + 1] = {{submission->language->source, source_fd, 0444}};
    size_t count = 1;
    int64_t bytes = (int64_t)submission->source_bytes;
    size_t at = from;
    for (; at < comparing->count && count <= BATCH; at++) {
        const struct earlier *row = &comparing->rows[at];
        if (count > 1 && bytes + row->bytes > BATCH_BYTES)
            break;
        int fd = openat(comparing->folder, row->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            continue; /* it was taken away meanwhile */
        bytes += row->bytes;
        files[count++] = (struct sandbox_file){row->name, fd, 0444};
    }
    int result = count == 1 ? 0 : run(comparing, files, count, bytes, found, e);
    judge_close_files(files + 1, count - 1);
    return result == 0 ? (int)(at - from) : -1;
}

static int compare_all(struct comparing *comparing, struct similar *found, struct err *e)
{
    const struct submission *submission = comparing->submission;
    int source_fd = memfd_create("source", MFD_CLOEXEC);
    int result = 0;
    if (source_fd < 0 || file_write_all(source_fd, submission->source, submission->source_bytes) != 0)
        result = err_sys(e, errno, "make a place for the source");
    for (size_t at = 0; result == 0 && at < comparing->count;) {
        int done = run_batch(comparing, source_fd, at, found, e);
        result = done < 0 ? -1 : 0;
        at += done < 0 ? 0 : (size_t)done;
    }
    file_close(&source_fd);
    return result;
}

int similar_find(struct judge *judge, const struct submission *submission, int64_t id,
                 const struct judge_options *options, struct similar *found, struct err *e)
{
    struct comparing comparing = {.judge = judge, .submission = submission, .options = options};
    bool missing;
    *found = (struct similar){0, 0};
    if (strcmp(submission->language->similarity, "none") == 0)
        return 0;
    if (str_format(comparing.tester, sizeof comparing.tester, "/usr/bin/%s", submission->language->similarity) != 0 ||
        access(comparing.tester, X_OK) != 0)
        return err_set(e, "/usr/bin/%s cannot be executed: apt install similarity-tester",
                       submission->language->similarity);
    comparing.folder = open_folder(submission->problem, &missing, e);
    if (comparing.folder < 0)
        return missing ? 0 : -1;
    int list_fd = openat(comparing.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = list_fd < 0 ? NULL : fdopendir(list_fd);
    int result = dir == NULL ? err_sys(e, errno, "open %s/%s", submission->problem->folder, FOLDER)
                             : list(&comparing, dir, id, e);
    if (dir != NULL)
        (void)closedir(dir); /* it was only read; closes list_fd */
    else
        file_close(&list_fd);
    if (result == 0)
        result = compare_all(&comparing, found, e);
    free(comparing.rows);
    file_close(&comparing.folder);
    return result;
}

/* ---- keeping */

/* A file system that knows no owners, or is another box's: the source is worth more than whose it is. */
static void give(int fd, const struct stat *owner, const char *name)
{
    if (fchown(fd, owner->st_uid, owner->st_gid) != 0)
        log_warn("change the owner of %s", name);
}

static int make_folder(const struct problem *problem, const struct stat *owner, struct err *e)
{
    bool missing;
    int fd = open_folder(problem, &missing, e);
    if (fd >= 0 || !missing)
        return fd;
    if (mkdirat(problem->folder_fd, FOLDER, 0750) != 0 && errno != EEXIST)
        return err_sys(e, errno, "make %s/%s", problem->folder, FOLDER);
    fd = open_folder(problem, &missing, e);
    if (fd < 0 && missing)
        return err_sys(e, ENOENT, "open %s/%s", problem->folder, FOLDER);
    if (fd >= 0)
        give(fd, owner, FOLDER);
    return fd;
}

int similar_keep(const struct submission *submission, int64_t id, int64_t owner_id, struct err *e)
{
    const struct problem *problem = submission->problem;
    char name[NAME_SIZE], draft[NAME_SIZE + 8];
    struct stat owner;
    if (str_format(name, sizeof name, "%lld.%s", (long long)id, submission->language->suffixes[0]) != 0 ||
        str_format(draft, sizeof draft, ".%s.new", name) != 0)
        return err_set(e, "language %s: its suffix is too long", submission->language->name);
    if (fstat(problem->folder_fd, &owner) != 0)
        return err_sys(e, errno, "look at %s", problem->folder);
    owner.st_uid = owner_id >= 0 ? (uid_t)owner_id : owner.st_uid;
    int folder = make_folder(problem, &owner, e);
    if (folder < 0)
        return -1;
    (void)unlinkat(folder, draft, 0); /* of a worker that died; most often there is none */
    int fd = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    int result = 0;
    if (fd >= 0)
        give(fd, &owner, name);
    if (fd < 0 || file_write_all(fd, submission->source, submission->source_bytes) != 0 ||
        renameat(folder, draft, folder, name) != 0)
        result = err_sys(e, errno, "write %s/%s/%s", problem->folder, FOLDER, name);
    if (fd >= 0 && close(fd) != 0 && result == 0)
        result = err_sys(e, errno, "write %s/%s/%s", problem->folder, FOLDER, name);
    if (fd >= 0 && result != 0)
        (void)unlinkat(folder, draft, 0); /* it may be renamed already */
    file_close(&folder);
    return result;
}
