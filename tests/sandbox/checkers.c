/*
 * checkers.c - judge() with checkers, again and again in one process, as a worker calls it: that each problem has its own
 * checker, whatever was judged before, and that what a broken one wrote is in the log and not in the error.
 *
 * Runs as root, needs gcc and the languages in etc/languages.d of the current folder.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "tests/sandbox/lib/drive.h"

#include "common/banned.h"

enum { PROBLEMS = 12, ROUNDS = 2 }; /* more than are kept in memory */

struct bed {
    struct drive drive;
    struct sandbox *sandbox;
    struct languages *languages;
    struct judge *judge;
    char folder[64];
};

static const char source[] = "#include <stdio.h>\nint main(void) { puts(\"7\"); return 0; }\n";

static int write_file(const char *path, const char *text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int result = fd < 0 || file_write_all(fd, text, strlen(text)) != 0 ? err_set(e, "write %s", path) : 0;
    file_close(&fd);
    return result;
}

/* A problem whose checker is `main` of this body; "": none. */
static int make_problem(const struct bed *bed, int number, const char *body, char folder[PATH_MAX], struct err *e)
{
    char path[PATH_MAX], text[1024];
    /* All of these fit. */
    (void)str_format(folder, PATH_MAX, "%s/%d", bed->folder, number);
    (void)mkdir(folder, 0755); /* writing tells */
    (void)str_format(path, sizeof path, "%s/%d/1.in", bed->folder, number);
    if (write_file(path, "1\n", e) != 0)
        return -1;
    (void)str_format(path, sizeof path, "%s/%d/1.out", bed->folder, number);
    if (write_file(path, "7\n", e) != 0)
        return -1;
    (void)str_format(path, sizeof path, "%s/%d/spj.c", bed->folder, number);
    (void)str_format(text, sizeof text, "#include <stdio.h>\nint main(void) { %s }\n", body);
    return body[0] == '\0' ? 0 : write_file(path, text, e);
}

/* 0 with *verdict, or -1 with e. */
static int judge_one(const struct bed *bed, const char *folder, enum verdict *verdict, struct err *e)
{
    struct problem problem;
    struct judgement judgement;
    const struct judge_options options = {.stop_fd = -1};
    if (problem_open(&problem, folder, e) != 0)
        return -1;
    const struct submission submission = {.language = languages_by_name(bed->languages, "c"),
                                          .problem = &problem,
                                          .source = source,
                                          .source_bytes = sizeof source - 1};
    int result = judge(bed->judge, &submission, &options, &judgement, e);
    if (result == 0) {
        *verdict = judgement.verdict;
        judgement_fini(&judgement);
    }
    problem_close(&problem);
    return result;
}

static int test_many(struct bed *bed, struct err *e)
{
    char folder[PATH_MAX], body[64];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PROBLEMS; i++) {
            /* Accepted, rejected, none at all, in turns. */
            enum verdict wanted = i % 3 == 1 ? VERDICT_WA : VERDICT_AC;
            enum verdict verdict = VERDICT_SE;
            (void)str_format(body, sizeof body, "return %d; /* %d */", i % 3, i); /* it fits */
            if (make_problem(bed, i, i % 3 == 2 ? "" : body, folder, e) != 0 ||
                judge_one(bed, folder, &verdict, e) != 0)
                return -1;
            if (verdict != wanted)
                return err_set(e, "problem %d, round %d: %s", i, round, verdict_code(verdict));
        }
    }
    return 0;
}

/* What judge() says of a broken checker, and what is logged meanwhile. */
static int fail_one(struct bed *bed, const char *body, struct err *why, char *logged, size_t size, struct err *e)
{
    char folder[PATH_MAX];
    enum verdict verdict = VERDICT_SE;
    int log = drive_memory("log");
    int old = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (make_problem(bed, 100, body, folder, e) != 0)
        return -1;
    if (log < 0 || old < 0 || dup2(log, STDERR_FILENO) < 0)
        return err_set(e, "take the log");
    int result = judge_one(bed, folder, &verdict, why);
    if (dup2(old, STDERR_FILENO) < 0)
        return err_set(e, "give standard error back");
    int64_t length = drive_read(log, logged, size);
    file_close(&log);
    file_close(&old);
    if (result == 0)
        return err_set(e, "a verdict: %s", verdict_code(verdict));
    return length < 0 ? err_set(e, "read the log") : 0;
}

static int test_quoted(struct bed *bed, struct err *e)
{
    static const char *const bodies[] = {"fputs(\"hidden answer\", stderr); __builtin_trap();",
                                         "return \"hidden answer\" +;"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char logged[2048];
        struct err why = {""};
        if (fail_one(bed, bodies[i], &why, logged, sizeof logged, e) != 0)
            return -1;
        if (strstr(why.text, "hidden") != NULL || strstr(why.text, "spj.c") == NULL)
            return err_set(e, "the error says: %s", why.text);
        if (strstr(logged, "hidden answer") == NULL)
            return err_set(e, "the log says: %s", logged);
    }
    return 0;
}

/* After a checker that failed, the next submission is judged as ever. */
static int test_after_failure(struct bed *bed, struct err *e)
{
    char folder[PATH_MAX];
    enum verdict verdict = VERDICT_SE;
    if (make_problem(bed, 101, "return 1;", folder, e) != 0 || judge_one(bed, folder, &verdict, e) != 0)
        return -1;
    return verdict == VERDICT_WA ? 0 : err_set(e, "%s", verdict_code(verdict));
}

static int open_bed(struct bed *bed, struct err *e)
{
    static const char *const languages[] = {"etc/languages.d", NULL};
    static const char *policies[2];
    policies[0] = bed->drive.policies;
    (void)str_copy(bed->folder, sizeof bed->folder, "/tmp/judge-checkers.XXXXXX"); /* it fits */
    if (mkdtemp(bed->folder) == NULL)
        return err_set(e, "make a folder in /tmp");
    bed->languages = languages_open(languages, e);
    bed->sandbox = bed->languages == NULL ? NULL : drive_open(&bed->drive, -1, e);
    bed->judge = bed->sandbox == NULL ? NULL : judge_open(bed->sandbox, policies, e);
    return bed->judge == NULL ? -1 : 0;
}

static void remove_folder(const struct bed *bed)
{
    static const char *const names[] = {"1.in", "1.out", "spj.c", ""};
    char path[PATH_MAX];
    for (int i = 0; i < 102; i++) {
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            (void)str_format(path, sizeof path, "%s/%d/%s", bed->folder, i, names[k]); /* it fits */
            (void)remove(path);                                                        /* most are not there */
        }
    }
    (void)rmdir(bed->folder); /* what is left is seen in /tmp */
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct bed *bed, struct err *e);
    } tests[] = {{"many", test_many}, {"quoted", test_quoted}, {"after-failure", test_after_failure}};
    static struct bed bed;
    struct err e = {""};
    int code = drive_init(&bed.drive, "checkers", argc, argv);
    if (code != 0)
        return code;
    if (!drive_ready(&bed.drive))
        return drive_fini(&bed.drive);
    if (access("/usr/bin/gcc", X_OK) != 0) {
        drive_skip(&bed.drive, "all", "no gcc");
        return drive_fini(&bed.drive);
    }
    int opened = open_bed(&bed, &e);
    if (opened != 0)
        drive_not_ok(&bed.drive, "open", "%s", e.text);
    for (size_t i = 0; opened == 0 && i < sizeof tests / sizeof *tests; i++) {
        if (bed.drive.only == NULL || strstr(tests[i].name, bed.drive.only) != NULL)
            drive_say(&bed.drive, tests[i].name, tests[i].run(&bed, &e), &e);
    }
    judge_close(bed.judge);
    sandbox_close(bed.sandbox);
    languages_close(bed.languages);
    remove_folder(&bed);
    return drive_fini(&bed.drive);
}
