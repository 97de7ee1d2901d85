/*
 * answers.c - see answers.h. Runs in a worker, as root, and writes into the folders that teachers fill: only regular files of its
 * own making, below the folder's descriptor, so that no link in there leads it elsewhere.
 */
#include "judge_client/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/hidden_words.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"

#include "common/banned.h"

enum {
    LEAST_MS = 10000,
    LEAST_MIB = 1024,
    OUTPUT_MIB = 128,
    LINE_BYTES = PROBLEM_NAME_SIZE + JUDGE_NOTE_SIZE + 256,
    TAIL_BYTES = 256, /* kept free for the line that says what is left out */
};

int answers_init(struct answers *answers, struct problem *problem, int64_t owner, enum ui_language ui, struct err *e)
{
    *answers = (struct answers){.problem = problem, .owner = owner, .ui = ui};
    answers->states = calloc(problem->case_count, sizeof *answers->states);
    answers->bytes = calloc(problem->case_count, sizeof *answers->bytes);
    struct problem_limits *limits = &problem->limits;
    limits->time_ms = limits->time_ms > LEAST_MS ? limits->time_ms : LEAST_MS;
    limits->memory_mib = limits->memory_mib > LEAST_MIB ? limits->memory_mib : LEAST_MIB;
    limits->wall_ms = 0;
    limits->output_mib = OUTPUT_MIB;
    return answers->states == NULL || answers->bytes == NULL ? err_set(e, "out of memory") : 0;
}

void answers_fini(struct answers *answers)
{
    free(answers->states);
    free(answers->bytes);
    answers->states = NULL;
    answers->bytes = NULL;
}

/* ---- one file */

/* Reads until size bytes are there or the file ends. */
static ssize_t read_part(int fd, char *bytes, size_t size, off_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t count = pread(fd, bytes + done, size - done, at + (off_t)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count < 0 ? -1 : (ssize_t)done;
        done += (size_t)count;
    }
    return (ssize_t)done;
}

/* Whether both files hold the same bytes; one that cannot be read is another. */
static bool is_same(int one_fd, int two_fd)
{
    char one[8192], two[sizeof one];
    for (off_t at = 0;; at += (off_t)sizeof one) {
        ssize_t count = read_part(one_fd, one, sizeof one, at);
        if (count < 0 || read_part(two_fd, two, sizeof two, at) != count || memcmp(one, two, (size_t)count) != 0)
            return false;
        if (count < (ssize_t)sizeof one)
            return true;
    }
}

/* What the new file is to look like: as the one that it replaces, else as the input. */
struct looks {
    uid_t uid;
    gid_t gid;
    mode_t mode;
};

static int find_looks(const struct answers *answers, const struct problem_case *test, bool *replaces,
                      struct looks *looks, struct err *e)
{
    struct stat info;
    int folder_fd = answers->problem->folder_fd;
    if (fstatat(folder_fd, test->answer, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISDIR(info.st_mode))
            return err_set(e, "%s is a folder", test->answer);
        *replaces = S_ISREG(info.st_mode);
    }
    if (!*replaces && fstatat(folder_fd, test->input, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return err_sys(e, errno, "%s", test->input);
    looks->uid = !*replaces && answers->owner >= 0 ? (uid_t)answers->owner : info.st_uid;
    looks->gid = info.st_gid;
    looks->mode = S_ISREG(info.st_mode) ? info.st_mode & 0666 : 0644;
    return 0;
}

/* A file system that knows no owners, or is another box's: the answer is worth more than whose it is. */
static void dress(int fd, const struct looks *looks, const char *name)
{
    if (fchown(fd, looks->uid, looks->gid) != 0 && errno != EPERM && errno != EINVAL)
        log_warn("change the owner of %s", name);
    if (fchmod(fd, looks->mode) != 0)
        log_warn("change the mode of %s", name);
}

static int write_file(const struct answers *answers, const struct problem_case *test, const struct looks *looks,
                      int from_fd, struct err *e)
{
    char name[PROBLEM_NAME_SIZE + 32];
    int folder_fd = answers->problem->folder_fd;
    if (str_format(name, sizeof name, ".%s.%lld", test->answer, (long long)getpid()) != 0)
        return err_sys(e, ENAMETOOLONG, "%s", test->answer);
    (void)unlinkat(folder_fd, name, 0); /* what an earlier process of this number left */
    int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(e, errno, "write %s", test->answer);
    int error = 0;
    if (lseek(from_fd, 0, SEEK_SET) != 0 || file_copy(from_fd, fd) < 0)
        error = errno;
    dress(fd, looks, test->answer);
    if (error == 0 && fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0 && renameat(folder_fd, name, folder_fd, test->answer) != 0)
        error = errno;
    if (error == 0)
        return 0;
    (void)unlinkat(folder_fd, name, 0); /* as well as it can be */
    return err_sys(e, error, "write %s", test->answer);
}

/* 0 with *state, or -1 with e. */
static int put_answer(const struct answers *answers, const struct problem_case *test, int from_fd,
                      enum answer_state *state, struct err *e)
{
    struct looks looks = {0, 0, 0};
    struct err none;
    bool replaces = false;
    int old_fd = problem_open_file(answers->problem, test->answer, &none); /* there need not be one */
    bool same = old_fd >= 0 && is_same(old_fd, from_fd);
    file_close(&old_fd);
    if (same) {
        *state = ANSWER_SAME;
        return 0;
    }
    if (find_looks(answers, test, &replaces, &looks, e) != 0 || write_file(answers, test, &looks, from_fd, e) != 0)
        return -1;
    *state = replaces ? ANSWER_REPLACED : ANSWER_NEW;
    return 0;
}

int answers_take(void *context, struct case_judgement *result, int fd, struct err *e)
{
    struct answers *answers = context;
    const struct problem *problem = answers->problem;
    size_t i = (size_t)(result->test - problem->cases);
    struct err why;
    struct stat info;
    if (fstat(fd, &info) != 0)
        return err_sys(e, errno, "look at the output");
    answers->bytes[i] = info.st_size;
    if (put_answer(answers, result->test, fd, &answers->states[i], &why) != 0) {
        log_warnx("answer not written folder=%s: %s", problem->folder, why.text);
        result->verdict = VERDICT_SE;
        hidden_words_replace(result->note, sizeof result->note, why.text);
    }
    return 0;
}

/* ---- the report */

struct report {
    char *text;
    size_t size, used;
};

/* Appends the line where TAIL_BYTES stay free. */
static bool append(struct report *report, const char *line)
{
    size_t length = strlen(line);
    if (length + TAIL_BYTES >= report->size - report->used)
        return false;
    memcpy(report->text + report->used, line, length + 1);
    report->used += length;
    return true;
}

static const char *const state_words[UI_COUNT][4] = {{"", "as it was", "written", "replaced"},
                                                     {"", "未变", "已写入", "已替换"}};

/* A name that comes from the folder, in a table's cell, and without a word that hides the page. */
static void shown_name(char *out, size_t size, const char *name)
{
    hidden_words_replace(out, size, name);
    for (char *at = out; *at != '\0'; at++)
        *at = *at == '|' || *at == '\n' || *at == '\r' ? '_' : *at;
}

static void report_row(struct report *report, const struct answers *answers, const struct case_judgement *one, size_t i,
                       size_t *left_out)
{
    char line[LINE_BYTES], name[PROBLEM_NAME_SIZE * 2];
    enum answer_state state = answers->states[i];
    shown_name(name, sizeof name, state == ANSWER_NONE ? one->test->input : one->test->answer);
    if (state == ANSWER_NONE)
        (void)str_format(line, sizeof line, "%s|-|%s|%lldKB|%lldms\n", name, verdict_code(one->verdict),
                         (long long)one->mem_kib, (long long)one->cpu_us / 1000); /* these fit */
    else
        (void)str_format(line, sizeof line, "%s|%lld|%s|%lldKB|%lldms\n", name, (long long)answers->bytes[i],
                         state_words[answers->ui][state], (long long)one->mem_kib, (long long)one->cpu_us / 1000);
    if (*left_out > 0 || !append(report, line))
        (*left_out)++;
}

/* What the first that failed wrote to standard error, as lines that Markdown leaves alone. */
static void report_stderr(struct report *report, const struct judgement *judgement)
{
    char clean[2 * JUDGE_STDERR_SIZE], line[LINE_BYTES];
    if (judgement->failed_stderr == NULL || judgement->failed_stderr[0] == '\0')
        return;
    hidden_words_replace(clean, sizeof clean, judgement->failed_stderr);
    for (char *at = clean, *next = at; next != NULL; at = next + 1) {
        next = strchr(at, '\n');
        if (next != NULL)
            *next = '\0';
        (void)str_format(line, sizeof line, "    %s\n", at); /* cut is fine */
        if (*at != '\0')
            (void)append(report, line); /* it fits: half of the text is left to it and the table */
    }
    (void)append(report, "\n");
}

void answers_report(char *text, size_t size, const struct answers *answers, const struct judgement *judgement)
{
    static const char *const heads[UI_COUNT] = {
        "**Answers of problem %s**: %zu written, %zu as they were, %zu not made\n\n",
        "**题目 %s 的标准输出**：写入 %zu 个，未变 %zu 个，失败 %zu 个\n\n"};
    static const char *const tails[UI_COUNT] = {"\n%zu more lines are not shown\n", "\n另有 %zu 行未列出\n"};
    struct report report = {.text = text, .size = size};
    char line[LINE_BYTES], name[PROBLEM_NAME_SIZE * 2];
    size_t counts[4] = {0}, left_out = 0;
    const char *slash = strrchr(answers->problem->folder, '/');
    text[0] = '\0';
    for (size_t i = 0; i < judgement->case_count; i++)
        counts[answers->states[i]]++;
    shown_name(name, sizeof name, slash == NULL ? answers->problem->folder : slash + 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(line, sizeof line, heads[answers->ui], name, counts[ANSWER_NEW] + counts[ANSWER_REPLACED],
                     counts[ANSWER_SAME], counts[ANSWER_NONE]); /* it fits */
    (void)append(&report, line);
    for (size_t i = 0; i < judgement->case_count; i++) { /* why, before what may be a long table */
        const struct case_judgement *one = &judgement->cases[i];
        if (answers->states[i] != ANSWER_NONE)
            continue;
        shown_name(name, sizeof name, one->test->input);
        (void)str_format(line, sizeof line, "%s: %s: %s\n\n", name, verdict_name(one->verdict, answers->ui), one->note);
        if (report.used > size / 4 || !append(&report, line))
            left_out++;
    }
    report_stderr(&report, judgement);
    size_t notes_left_out = left_out;
    left_out = 0;
    (void)append(&report, "filename|size|result|memory|time\n--|--|--|--|--\n"); /* notes leave it room */
    for (size_t i = 0; i < judgement->case_count; i++)
        report_row(&report, answers, &judgement->cases[i], i, &left_out);
    if (left_out + notes_left_out > 0) {
        (void)str_format(line, sizeof line, tails[answers->ui], left_out + notes_left_out); /* it fits */
        (void)str_copy(report.text + report.used, report.size - report.used, line);         /* kept free for it */
    }
#pragma GCC diagnostic pop
}
