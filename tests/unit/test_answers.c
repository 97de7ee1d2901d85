/*
 * test_answers.c - answers made by a reference program: which file each output goes to, whole or not at all, and the report. Works in a
 * temporary folder, as any user.
 */
#include "judge_client/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/hidden_words.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { TEXT = 16 << 10 };

/* A folder of a problem, opened for its answers. */
struct bench {
    char folder[64];
    int fd;
    struct problem problem;
    struct answers answers;
    struct case_judgement *cases;
    struct judgement judgement;
};

static void put(const struct bench *bench, const char *name, const char *text)
{
    int fd = openat(bench->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    (void)UNIT_CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0, "write %s: %s", name, strerror(errno));
    file_close(&fd);
}

static bool holds(const struct bench *bench, const char *name, const char *text)
{
    char got[256] = "";
    struct err e;
    return file_read(bench->fd, name, got, sizeof got, &e) >= 0 && strcmp(got, text) == 0;
}

static void bench_make(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    (void)str_copy(bench->folder, sizeof bench->folder, "/tmp/test_answers.XXXXXX"); /* it fits */
    CU_ASSERT_FATAL(mkdtemp(bench->folder) != NULL);
    bench->fd = open(bench->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(bench->fd >= 0);
}

static void bench_open(struct bench *bench, enum ui_language ui)
{
    struct err e = {""};
    UNIT_CHECK(problem_open_making(&bench->problem, bench->folder, &e) == 0, "%s", e.text);
    CU_ASSERT_FATAL(bench->problem.case_count > 0);
    CU_ASSERT_FATAL(answers_init(&bench->answers, &bench->problem, -1, ui, &e) == 0);
    bench->cases = calloc(bench->problem.case_count, sizeof *bench->cases);
    CU_ASSERT_FATAL(bench->cases != NULL);
    bench->judgement.cases = bench->cases;
    bench->judgement.case_count = bench->problem.case_count;
    for (size_t i = 0; i < bench->problem.case_count; i++)
        bench->cases[i] = (struct case_judgement){.test = &bench->problem.cases[i], .cpu_us = 1500, .mem_kib = 640};
}

static void bench_close(struct bench *bench)
{
    struct err e = {""};
    answers_fini(&bench->answers);
    problem_close(&bench->problem);
    free(bench->cases);
    UNIT_CHECK(file_empty_folder(bench->fd, &e) == 0 && rmdir(bench->folder) == 0, "%s", e.text);
    file_close(&bench->fd);
}

/* The program's output of a case. */
static void take(struct bench *bench, size_t i, const char *output)
{
    struct err e = {""};
    int fd = memfd_create("output", MFD_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, output, strlen(output)) == 0);
    UNIT_CHECK(answers_take(&bench->answers, &bench->cases[i], fd, &e) == 0, "%s", e.text);
    file_close(&fd);
}

static void test_files(void)
{
    struct bench bench;
    struct stat info;
    char text[TEXT];
    bench_make(&bench);
    for (int i = 1; i <= 5; i++)
        put(&bench, (char[]){(char)('0' + i), '.', 'i', 'n', '\0'}, "7\n");
    put(&bench, "1.out", "same\n");
    put(&bench, "2.out", "a longer one\n");
    CU_ASSERT(fchmodat(bench.fd, "2.out", 0604, 0) == 0);
    put(&bench, "3.ans", "old\n");
    CU_ASSERT(symlinkat("/nowhere/else", bench.fd, "4.out") == 0);
    bench_open(&bench, UI_EN);
    CU_ASSERT(bench.problem.limits.time_ms >= 10000 && bench.problem.limits.output_mib > 1);
    static const char *const outputs[] = {"same\n", "new\n", "ans\n", "", "x"};
    for (size_t i = 0; i < 4; i++)
        take(&bench, i, outputs[i]);
    bench.cases[4].verdict = VERDICT_RE;
    (void)str_copy(bench.cases[4].note, JUDGE_NOTE_SIZE, "exit code 3");
    char error[] = "Traceback:\n  judge.py, line 1\nNameError\n";
    bench.judgement.failed_stderr = error;
    CU_ASSERT(holds(&bench, "1.out", "same\n") && holds(&bench, "2.out", "new\n") && holds(&bench, "3.ans", "ans\n") &&
              holds(&bench, "4.out", ""));
    CU_ASSERT(fstatat(bench.fd, "3.out", &info, 0) != 0 && fstatat(bench.fd, "5.out", &info, 0) != 0);
    CU_ASSERT(fstatat(bench.fd, "2.out", &info, 0) == 0 && (info.st_mode & 0777) == 0604);
    CU_ASSERT(fstatat(bench.fd, "4.out", &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
              (info.st_mode & 0777) == 0640);
    answers_report(text, sizeof text, &bench.answers, &bench.judgement);
    const char *table = strstr(text, "5.in: Runtime Error: exit code 3\n\n    Traceback:\n      [grader].py, line 1\n  "
                                     "  NameError\n\nfilename|size|result|memory|time\n--|--|--|--|--\n"
                                     "1.out|5|as it was|640KB|1ms\n2.out|4|replaced|640KB|1ms\n"
                                     "3.ans|4|replaced|640KB|1ms\n4.out|0|written|640KB|1ms\n5.in|-|RE|640KB|1ms\n");
    UNIT_CHECK(table != NULL && strstr(text, ": 3 written, 1 as they were, 1 not made\n") != NULL, "%s", text);
    bench_close(&bench);
}

/* What stands in the way is told, and stays. */
static void test_cannot_be_written(void)
{
    struct bench bench;
    char text[TEXT];
    bench_make(&bench);
    put(&bench, "1.in", "7\n");
    put(&bench, "a judge, PHP|PASS.in", "7\n");
    CU_ASSERT(mkdirat(bench.fd, "1.out", 0755) == 0);
    bench_open(&bench, UI_ZH);
    take(&bench, 0, "8\n");
    take(&bench, 1, "9\n");
    CU_ASSERT(bench.cases[0].verdict == VERDICT_SE && bench.cases[1].verdict == VERDICT_AC);
    answers_report(text, sizeof text, &bench.answers, &bench.judgement);
    CU_ASSERT(strstr(text, "1.out is a folder") != NULL && strstr(text, "写入 1 个，未变 0 个，失败 1 个") != NULL);
    UNIT_CHECK(strcasestr(text, "judge") == NULL && strcasestr(text, "php") == NULL && strstr(text, "PASS") == NULL &&
                   strstr(text, "]_[") != NULL,
               "%s", text);
    CU_ASSERT(unlinkat(bench.fd, "1.out", AT_REMOVEDIR) == 0);
    bench_close(&bench);
}

static void test_many(void)
{
    enum { MANY = 2000 };
    struct bench bench;
    char text[TEXT], name[32];
    bench_make(&bench);
    for (int i = 0; i < MANY; i++) {
        (void)str_format(name, sizeof name, "%d.in", i); /* it fits */
        put(&bench, name, "");
    }
    bench_open(&bench, UI_EN);
    for (size_t i = 0; i < MANY; i++) {
        bench.cases[i].verdict = VERDICT_TLE;
        memset(bench.cases[i].note, 'x', JUDGE_NOTE_SIZE - 1);
    }
    static char error[JUDGE_STDERR_SIZE];
    memset(error, 'y', sizeof error - 1);
    bench.judgement.failed_stderr = error;
    answers_report(text, sizeof text, &bench.answers, &bench.judgement);
    CU_ASSERT(strlen(text) < sizeof text && strstr(text, " more lines are not shown\n") != NULL);
    UNIT_CHECK(strstr(text, "\n0.in|-|TLE|") != NULL, "%.200s", text);
    bench_close(&bench);
}

static void test_refused(void)
{
    struct bench bench;
    struct err e = {""};
    bench_make(&bench);
    CU_ASSERT_EQUAL(problem_open_making(&bench.problem, bench.folder, &e), -1);
    UNIT_CHECK(strstr(e.text, "no test data") != NULL, "%s", e.text);
    put(&bench, "1.in", "");
    put(&bench, "interactor.cc", "");
    CU_ASSERT_EQUAL(problem_open_making(&bench.problem, bench.folder, &e), -1);
    CU_ASSERT_EQUAL(problem_open_making(&bench.problem, "/nowhere", &e), -1);
    bench_close(&bench);
}

static void test_hidden_words(void)
{
    char text[64];
    hidden_words_replace(text, sizeof text, "/home/judge/x.PHP: PASS, pass, jud");
    CU_ASSERT_STRING_EQUAL(text, "/home/[grader]/x.[script]: [ok], pass, jud");
    hidden_words_replace(text, 16, "0123456789judgejudge");
    UNIT_CHECK(strlen(text) < 16 && strstr(text, "judge") == NULL, "%s", text);
    hidden_words_replace(text, sizeof text, "");
    CU_ASSERT_STRING_EQUAL(text, "");
}

static const struct unit_test tests[] = {
    {"files", test_files},     {"cannot_be_written", test_cannot_be_written}, {"many", test_many},
    {"refused", test_refused}, {"hidden_words", test_hidden_words},
};

UNIT_MAIN("answers", tests)
