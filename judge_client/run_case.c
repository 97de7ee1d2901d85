/*
 * run_case.c - one case: the program on its input, its output beside the answer.
 *
 * Runs in judge_client. The answer is opened here and never goes into the sandbox.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/checker_passes.h"
#include "judge_client/checker_run.h"
#include "judge_client/interact_run.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"

#include "common/banned.h"

enum {
    CASE_OPEN_FILES = 64,
    ERROR_BYTES = 1 << 20, /* room for standard error beside what the answer allows */
    OUTPUT_SLACK = 1024,
    OUTPUT_KEPT = 64 << 10,
    LEAST_US = 1000, /* to run at all */
    MOST_S = 86400,  /* that a sandbox grants */
};

struct collecting {
    const struct judge_options *options;
    struct judge *judge;
    const char *output_file;
    bool missing;
};

static void tick(void *context)
{
    judge_tick(((struct collecting *)context)->options);
}

/* The file that the program was to write takes the place of its standard output. */
static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct collecting *collecting = context;
    struct err why;
    (void)k; /* there is one */
    int fd = sandbox_open_left(box_fd, collecting->output_file, &why);
    collecting->missing = fd < 0;
    if (judge_rewind(collecting->judge->output_fd, e) != 0) {
        file_close(&fd);
        return -1;
    }
    if (fd < 0)
        return 0;
    int64_t bytes = file_copy(fd, collecting->judge->output_fd);
    int error = errno;
    (void)close(fd); /* it was only read */
    return bytes < 0 ? err_sys(e, error, "read %s", collecting->output_file) : 0;
}

/* Reads the input through once: its pages are then the worker's, and in memory when the program's clock runs. */
static int warm(struct judge *judge, int fd, const char *name, struct err *e)
{
    off_t at = 0;
    ssize_t count;
    do {
        count = pread(fd, judge->scratch, sizeof judge->scratch, at);
        at += count;
    } while (count == (ssize_t)sizeof judge->scratch); /* a file ends with a short read */
    return count < 0 ? err_sys(e, errno, "read %s", name) : 0;
}

int64_t run_case_output_limit(const struct problem *problem, const struct problem_case *test)
{
    return problem->limits.output_mib > 0 ? problem->limits.output_mib << 20 : 2 * test->answer_bytes + OUTPUT_SLACK;
}

static int64_t granted(int64_t us)
{
    return us < LEAST_US ? LEAST_US : us < MOST_S * INT64_C(1000000) ? us : MOST_S * INT64_C(1000000);
}

struct sandbox_limits judge_case_limits(const struct judge *judge, const struct submission *submission,
                                        const struct problem_case *test, const struct judge_rules *rules)
{
    const struct problem *problem = submission->problem;
    const struct language *language = submission->language;
    int64_t limit_us = rules_cpu_us(rules, problem, language);
    int64_t left_us = rules->time_limit_to_total ? limit_us - judge->spent_us : limit_us;
    int64_t cpu_ms = (int64_t)((double)limit_us / rules->cpu_compensation / 1000);
    int64_t wall_ms = problem->limits.wall_ms > 0 ? problem->limits.wall_ms : 2 * cpu_ms + 1000;
    int64_t mem_mib = rules_memory_mib(rules, problem, language);
    int64_t usual_mib = language->run.stack_mib > 0 ? language->run.stack_mib : mem_mib;
    int64_t stack_mib = problem->limits.stack_mib > 0 ? problem->limits.stack_mib : usual_mib;
    int processes = problem->limits.processes;
    return (struct sandbox_limits){
        .cpu_us = granted((int64_t)((double)left_us / rules->cpu_compensation)),
        .wall_us = granted(wall_ms * 1000),
        .mem_kib = mem_mib * 1024,
        .out_bytes = run_case_output_limit(problem, test) + ERROR_BYTES,
        .stack_kib = stack_mib * 1024,
        .processes = processes > language->run.processes ? processes : language->run.processes,
        .open_files = language->run.open_files > 0 ? language->run.open_files : CASE_OPEN_FILES,
    };
}

/* The case's input, that of its next pass, or the one that came with a test run. A descriptor, or -1 with e. */
static int open_input(const struct judge *judge, const struct submission *submission, const struct problem_case *test,
                      struct err *e)
{
    int pass_fd = checker_passes_open_input(judge, e);
    if (pass_fd != -1)
        return pass_fd < 0 ? -1 : pass_fd;
    if (submission->input == NULL)
        return problem_open_file(submission->problem, test->input, e);
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || file_write_all(fd, submission->input, submission->input_bytes) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        err_sys(e, errno, "make a place for the input");
        file_close(&fd);
    }
    return fd;
}

/* The input as a file, opened once more, as copying it moves its offset; and what the program may want to read besides. */
int judge_working_files(const struct judge *judge, const struct submission *submission, const struct problem_case *test,
                        bool copy_data, struct sandbox_file files[JUDGE_FILES], size_t *count, struct err *e)
{
    const struct problem *problem = submission->problem;
    const char *names[] = {problem->input_file, copy_data ? "data.in" : ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i][0] == '\0' || (i > 0 && strcmp(names[i], names[0]) == 0))
            continue;
        int fd = open_input(judge, submission, test, e);
        if (fd < 0)
            return -1;
        files[(*count)++] = (struct sandbox_file){names[i], fd, 0644};
    }
    return judge_add_headers(problem, ".dic", files, count, e);
}

/* Before a run and after it. What the run before left is written over where it is small: giving a page back and taking
 * another costs more than comparing. */
int judge_begin_output(int fd, struct err *e)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || (info.st_size > OUTPUT_KEPT && ftruncate(fd, 0) != 0) || lseek(fd, 0, SEEK_SET) != 0)
        return err_sys(e, errno, "empty the place for outputs");
    return 0;
}

int judge_end_output(int fd, struct err *e)
{
    struct stat info;
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (end < 0 || fstat(fd, &info) != 0 || (info.st_size > end && ftruncate(fd, end) != 0))
        return err_sys(e, errno, "end the output");
    return 0;
}

/* The words of the language's command for the program in its folder, in one block. NULL with e. */
char **judge_command(const struct judge *judge, const struct submission *submission, struct err *e)
{
    const struct language *language = submission->language;
    char source[sizeof judge->entry + 64];
    char binary[LANGUAGE_NAME_SIZE + 64];
    if (str_format(source, sizeof source, "%s/%s", SANDBOX_PROGRAM_FOLDER, judge->entry) != 0 ||
        str_format(binary, sizeof binary, "%s/%s", SANDBOX_PROGRAM_FOLDER, language->binary) != 0) {
        err_set(e, "language %s: the names of its files are too long", language->name);
        return NULL;
    }
    const struct language_words words = {
        .source = source, .binary = binary, .mem_mib = submission->problem->limits.memory_mib};
    char **argv = language_command(language->run.argv, &words);
    if (argv == NULL)
        err_set(e, "out of memory");
    return argv;
}

/* input_fd is the program's standard input, and closed in every case. */
static int execute(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                   int input_fd, const struct judge_options *options, struct sandbox_result *result, bool *missing,
                   struct err *e)
{
    const struct problem *problem = submission->problem;
    const struct language *language = submission->language;
    struct sandbox_mount mounts[LANGUAGE_LIST];
    struct sandbox_file files[JUDGE_FILES];
    size_t file_count = 0;
    struct collecting collecting = {.options = options, .judge = judge, .output_file = problem->output_file};
    struct sandbox_limits limits = judge_case_limits(judge, submission, test, options->rules);
    const struct policy *policy = judge_policy(judge, language->run.policy, e);
    if (policy == NULL || judge_begin_output(judge->output_fd, e) != 0 || judge_begin_output(judge->error_fd, e) != 0 ||
        judge_working_files(judge, submission, test, options->rules->copy_data, files, &file_count, e) != 0) {
        judge_close_files(files, file_count);
        file_close(&input_fd);
        return -1;
    }
    char **argv = judge_command(judge, submission, e);
    const char **env = argv == NULL ? NULL : judge_environment(language, &language->run, e);
    struct sandbox_spec spec = {
        .argv = (const char *const *)argv,
        .env = env,
        .fd = {input_fd, -1, -1},
        .sink = {-1, judge->output_fd, judge->error_fd},
        .policy = policy,
        .limits = limits,
        .proc = language->run.proc,
        .files = files,
        .file_count = file_count,
        .mounts = mounts,
        .mount_count = judge_mounts(language, &language->run, mounts),
    };
    struct sandbox_hooks hooks = {.stop_fd = options->stop_fd,
                                  .tick = tick,
                                  .collect = problem->output_file[0] != '\0' ? collect : NULL,
                                  .context = &collecting};
    int code = -1;
    if (env != NULL)
        code = sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e);
    else
        file_close(&input_fd);
    /* What compiling left is the student's; an interpreter is ours. */
    if (code == 0 && result->not_executed != 0 && !str_starts(argv[0], SANDBOX_PROGRAM_FOLDER "/"))
        code = sandbox_not_executed(&spec, result, e);
    if (code == 0 && (judge_end_output(judge->output_fd, e) != 0 || judge_end_output(judge->error_fd, e) != 0))
        code = -1;
    judge_close_files(files, file_count);
    *missing = problem->output_file[0] != '\0' && collecting.missing;
    free(argv);
    free(env);
    if (code == 0 && result->cancelled)
        return err_set(e, "cancelled");
    return code;
}

/* Makes of measured time what students see, and of a submission whose cases took too long together one that was stopped. */
void judge_compensate(const struct judge *judge, const struct submission *submission, const struct judge_rules *rules,
                      struct sandbox_result *run)
{
    run->cpu_us = (int64_t)((double)run->cpu_us * rules->cpu_compensation);
    run->cpu_limit_us = (int64_t)((double)run->cpu_limit_us * rules->cpu_compensation);
    bool well = run->limit == SANDBOX_LIMIT_NONE && !run->refused && !run->stopped && run->not_executed == 0;
    if (well && rules->time_limit_to_total &&
        judge->spent_us + run->cpu_us > rules_cpu_us(rules, submission->problem, submission->language))
        run->limit = SANDBOX_LIMIT_CPU;
}

static void note_total(struct case_judgement *result, int64_t cpu_us, enum ui_language ui)
{
    static const char *const form[UI_COUNT] = {
        "the time limit, which is for all cases together, was reached (%lld ms of processor time used so far)",
        "超出时间限制（所有测试点合计，至此已用处理器时间 %lld 毫秒）"};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(result->note, sizeof result->note, form[ui], (long long)cpu_us / 1000); /* it fits */
#pragma GCC diagnostic pop
}

/* Patterns of the language in what the program wrote to standard error. */
enum verdict judge_verdict_of_error(struct judge *judge, const struct language *language, enum verdict verdict)
{
    bool wanted = language->run.stderr_is_error || (language->pattern_count > 0 && verdict == VERDICT_RE);
    ssize_t count = wanted ? pread(judge->error_fd, judge->scratch, sizeof judge->scratch, 0) : 0;
    if (count <= 0)
        return verdict;
    if (verdict == VERDICT_AC && language->run.stderr_is_error)
        return VERDICT_RE;
    for (size_t i = 0; i < language->pattern_count && verdict == VERDICT_RE; i++) {
        const char *pattern = language->patterns[i].text;
        if (memmem(judge->scratch, (size_t)count, pattern, strlen(pattern)) != NULL)
            return (enum verdict)language->patterns[i].verdict;
    }
    return verdict;
}

static void note_difference(struct case_judgement *result, const struct compare_difference *difference,
                            enum ui_language ui)
{
    static const char *const form[UI_COUNT] = {"line %lld, column %lld: %s instead of %s",
                                               "第 %lld 行第 %lld 列：输出 %s，应为 %s"};
    /* Both forms have the same arguments. */
    const char *format = form[ui];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(result->note, sizeof result->note, format, (long long)difference->output_line,
                     (long long)difference->output_column, difference->output, difference->answer); /* cut is fine */
#pragma GCC diagnostic pop
}

/* The part of the answer with which the output begins, in millionths. */
static int64_t matched_share(const struct compare_difference *difference, const struct problem_case *test)
{
    enum { MOST_SHARE = 990000, WHOLE = 1000000 };
    if (test->answer_bytes <= 0)
        return 0;
    int64_t share = (int64_t)((double)difference->matched / (double)test->answer_bytes * WHOLE);
    return share < MOST_SHARE ? share : MOST_SHARE;
}

static int compare_output(struct judge *judge, const struct problem *problem, const struct problem_case *test,
                          const struct judge_rules *rules, struct case_judgement *result, bool *has_difference,
                          struct compare_difference *difference, struct err *e)
{
    enum compare_result outcome;
    int answer_fd = problem_open_file(problem, test->answer, e);
    if (answer_fd < 0)
        return -1;
    const struct compare_options *options = test->flags != NULL ? &test->flags->compare : &problem->compare;
    int code = compare_files(answer_fd, judge->output_fd, options, &outcome, difference, e);
    (void)close(answer_fd); /* it was only read */
    if (code != 0)
        return -1;
    *has_difference = outcome != COMPARE_SAME;
    result->verdict = outcome == COMPARE_SAME ? VERDICT_AC : outcome == COMPARE_PRESENTATION ? VERDICT_PE : VERDICT_WA;
    if (result->verdict == VERDICT_WA && rules->internal_mark)
        result->share = matched_share(difference, test);
    return 0;
}

int run_case_output(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                    const struct judge_options *options, struct case_judgement *result, bool *has_difference,
                    struct compare_difference *difference, struct err *e)
{
    const struct problem *problem = submission->problem;
    if (problem->checker.kind != CHECKER_NONE)
        return checker_run_case(judge, submission, test, options, result, e);
    if (compare_output(judge, problem, test, options->rules, result, has_difference, difference, e) != 0)
        return -1;
    if (*has_difference)
        note_difference(result, difference, options->ui);
    return 0;
}

static int run_pass(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                    const struct judge_options *options, struct case_judgement *result, bool *has_difference,
                    struct compare_difference *difference, struct err *e)
{
    static const char *const no_file[UI_COUNT] = {"the program did not write its output file %s",
                                                  "程序没有写出输出文件 %s"};
    const struct problem *problem = submission->problem;
    struct sandbox_result run;
    struct stat output;
    bool missing = false;
    *result = (struct case_judgement){.test = test};
    int input_fd = open_input(judge, submission, test, e);
    if (input_fd < 0)
        return -1;
    if (warm(judge, input_fd, test->input, e) != 0) {
        file_close(&input_fd);
        return -1;
    }
    if (problem->interactor.kind != CHECKER_NONE && submission->input == NULL) {
        if (interact_run_case(judge, submission, test, input_fd, options, result, e) != 0)
            return -1;
        return result->verdict == VERDICT_AC && interact_checks(problem)
                   ? run_case_output(judge, submission, test, options, result, has_difference, difference, e)
                   : 0;
    }
    if (execute(judge, submission, test, input_fd, options, &run, &missing, e) != 0)
        return -1;
    judge_compensate(judge, submission, options->rules, &run);
    result->cpu_us = run.cpu_us;
    result->wall_us = run.wall_us;
    result->mem_kib = run.mem_kib;
    if (run.refused)
        (void)str_copy(result->refused, sizeof result->refused, run.refused_name); /* of one size */
    result->verdict =
        judge_verdict_of_error(judge, submission->language, verdict_of_run(&run, submission->language->good_exit));
    if (fstat(judge->output_fd, &output) != 0)
        return err_sys(e, errno, "look at the output");
    if (result->verdict == VERDICT_AC && output.st_size > run_case_output_limit(problem, test))
        result->verdict = VERDICT_OLE;
    if (result->verdict != VERDICT_AC || missing) {
        if (missing && result->verdict == VERDICT_AC) {
            result->verdict = VERDICT_WA;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)str_format(result->note, sizeof result->note, no_file[options->ui], problem->output_file);
#pragma GCC diagnostic pop
            return 0;
        }
        verdict_explain(result->note, sizeof result->note, result->verdict, &run, options->ui);
        if (run.limit == SANDBOX_LIMIT_CPU && options->rules->time_limit_to_total && judge->spent_us > 0)
            note_total(result, judge->spent_us + run.cpu_us, options->ui);
        return 0;
    }
    if (options->answer != NULL)
        return options->answer(options->answers, result, judge->output_fd, e);
    if (submission->input != NULL)
        return 0;
    return run_case_output(judge, submission, test, options, result, has_difference, difference, e);
}

/* A case of several passes uses what the pass that used most did: the limits are for each of them. */
static void take_pass(struct case_judgement *result, const struct case_judgement *before)
{
    result->cpu_us = before->cpu_us > result->cpu_us ? before->cpu_us : result->cpu_us;
    result->wall_us = before->wall_us > result->wall_us ? before->wall_us : result->wall_us;
    result->mem_kib = before->mem_kib > result->mem_kib ? before->mem_kib : result->mem_kib;
}

/* "pass 2, 31 ms in all: ..." before the note. */
static void note_pass(struct case_judgement *result, int pass, int64_t sum_us, enum ui_language ui)
{
    static const char *const form[UI_COUNT] = {"pass %d, %lld ms in all%s%s", "第 %d 轮，共 %lld 毫秒%s%s"};
    static const char *const colon[UI_COUNT] = {": ", "："};
    char note[JUDGE_NOTE_SIZE];
    (void)str_copy(note, sizeof note, result->note); /* of the same size */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(result->note, sizeof result->note, form[ui], pass, (long long)sum_us / 1000,
                     note[0] == '\0' ? "" : colon[ui], note); /* cut is fine */
#pragma GCC diagnostic pop
}

int run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
             const struct judge_options *options, struct case_judgement *result, bool *has_difference,
             struct compare_difference *difference, struct err *e)
{
    const struct checker *checker = &submission->problem->checker;
    int64_t sum_us = 0;
    int pass = 1;
    int code = 0;
    for (;; pass++) {
        struct case_judgement before = *result;
        code = run_pass(judge, submission, test, options, result, has_difference, difference, e);
        sum_us += result->cpu_us;
        if (pass > 1)
            take_pass(result, &before);
        if (code != 0 || result->verdict != VERDICT_AC || !checker_passes_next(judge))
            break;
        if (pass >= checker->passes) {
            code = err_set(e, "checker %s/%s asks for a pass after the last, number %d: [checker] passes allows more",
                           submission->problem->folder, checker->source, pass);
            break;
        }
    }
    checker_passes_clear(judge);
    if (code == 0 && pass > 1)
        note_pass(result, pass, sum_us, options->ui);
    return code;
}
