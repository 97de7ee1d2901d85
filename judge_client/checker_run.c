/*
 * checker_run.c - see checker_run.h. Runs in judge_client as root; a checker is a program like any other, in the sandbox.
 */
#include "judge_client/checker_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/checker_builtin.h"
#include "judge_client/checker_parts.h"
#include "judge_client/checker_passes.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum {
    TAIL_BYTES = 160, /* of its standard error, in a message */
};

struct checking {
    struct judge *judge;
    const struct submission *submission;
    const struct problem_case *test;
    const struct judge_options *options;
    const struct case_judgement *program; /* what the student's program did */
    const struct sandbox_file *files;     /* that it is given */
    size_t file_count;
    struct checker_left left;
};

/* ---- before the cases */

int checker_places(struct judge *judge, const struct submission *submission, struct err *e)
{
    for (int i = 1; i < 3; i++) {
        if (judge->checker_fd[i] < 0 && (judge->checker_fd[i] = memfd_create("checker", MFD_CLOEXEC)) < 0)
            return err_sys(e, errno, "make a place for what a checker writes");
    }
    file_close(&judge->code_fd);
    judge->code_fd = memfd_create("code", MFD_CLOEXEC);
    if (judge->code_fd < 0 || file_write_all(judge->code_fd, submission->source, submission->source_bytes) != 0)
        return err_sys(e, errno, "make a place for the source");
    return 0;
}

int checker_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                    struct err *e)
{
    const struct problem *problem = submission->problem;
    const struct checker *checker = &problem->checker;
    struct checker_program *program = &judge->checker;
    if (checker->kind != CHECKER_PROGRAM)
        return 0;
    if (checker_places(judge, submission, e) != 0)
        return -1;
    if (checker_build(judge, problem, checker->source, checker->binary, options, program, e) != 0) {
        err_add(e, "checker");
        if (options->teacher)
            return -1;
        log_warnx("%s", e->text);
        return err_set(e, "checker %s/%s could not be made ready (the log says why)", problem->folder, checker->source);
    }
    int result = sandbox_clear_program(judge->sandbox, CHECKER_CELL, e);
    if (result == 0)
        result = checker_put(judge, problem, checker->source, program->file, program, e);
    file_close(&program->fd);
    return result;
}

void checker_run_close(struct judge *judge)
{
    file_close(&judge->code_fd);
    file_close(&judge->checker_fd[1]);
    file_close(&judge->checker_fd[2]);
    checker_passes_clear(judge);
    checker_build_forget(judge->built);
    judge->built = NULL;
}

/* ---- a run */

static void tick(void *context)
{
    judge_tick(((struct checking *)context)->options);
}

/* The beginning of a file as a text. A NUL byte ends it. */
int checker_read_text(int fd, char text[CHECKER_TEXT_SIZE], struct err *e)
{
    ssize_t count = pread(fd, text, CHECKER_TEXT_SIZE - 1, 0);
    text[count < 0 ? 0 : count] = '\0';
    return count < 0 ? err_sys(e, errno, "read what the checker wrote") : 0;
}

int checker_take_file(int box_fd, const char *name, char text[CHECKER_TEXT_SIZE], bool *has, struct err *e)
{
    struct err why;
    int fd = name[0] == '\0' ? -1 : sandbox_open_left(box_fd, name, &why);
    *has = fd >= 0;
    if (fd < 0)
        return 0;
    int result = checker_read_text(fd, text, e);
    (void)close(fd); /* it was only read */
    return result;
}

/* In Kattis' later formats a share of the case's points takes the place of points. */
int checker_take_result(int box_fd, enum checker_protocol protocol, struct checker_left *left, struct err *e)
{
    if (checker_take_file(box_fd, checker_result_file(protocol), left->result, &left->has_result, e) != 0)
        return -1;
    if (protocol != CHECKER_KATTIS || left->has_result)
        return 0;
    int result = checker_take_file(box_fd, "score_multiplier.txt", left->result, &left->is_share, e);
    left->has_result = left->is_share;
    return result;
}

static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct checking *checking = context;
    struct checker_left *left = &checking->left;
    enum checker_protocol protocol = checking->submission->problem->checker.protocol;
    (void)k; /* there is one */
    if (checker_take_result(box_fd, protocol, left, e) != 0)
        return -1;
    if (checker_take_file(box_fd, checker_message_file(protocol), left->message, &left->has_message, e) != 0)
        return -1;
    if (checking->submission->problem->checker.passes < 2)
        return 0;
    return checker_passes_take(checking->judge, box_fd, checking->files, checking->file_count, e);
}

/* The words: interpreter, program, the protocol's, the problem's own. Texts belong to the two blocks, which the caller frees. */
int checker_arguments_of(const char *interpreter, const char *program, const char *arguments, const char *own,
                         char **blocks[2], const char *argv[CHECKER_WORDS + 1], struct err *e)
{
    size_t count = 0;
    if (interpreter != NULL)
        argv[count++] = interpreter;
    argv[count++] = program;
    blocks[0] = conf_words(arguments, e);
    blocks[1] = blocks[0] == NULL ? NULL : conf_words(own, e);
    for (size_t i = 0; i < 2; i++) {
        if (blocks[i] == NULL)
            return -1;
        for (size_t w = 0; blocks[i][w] != NULL; w++) {
            if (count == CHECKER_WORDS)
                return err_set(e, "more than %d arguments for a checker", CHECKER_WORDS);
            argv[count++] = blocks[i][w];
        }
    }
    argv[count] = NULL;
    return 0;
}

/* What every checker is told besides its arguments. */
void checker_environment(const struct submission *submission, const struct problem_case *test,
                         const struct case_judgement *program, char texts[CHECKER_VARIABLES][CHECKER_VARIABLE_SIZE],
                         const char *env[CHECKER_VARIABLES + 1])
{
    const struct problem *problem = submission->problem;
    const struct {
        const char *name;
        const char *text; /* or NULL: the number */
        long long number;
    } rows[] = {
        {"PATH", "/usr/local/bin:/usr/bin:/bin", 0},
        {"HOME", SANDBOX_RUN_FOLDER, 0},
        {"TMPDIR", "/tmp", 0},
        {"LC_ALL", "C.UTF-8", 0},
        {"PYTHONIOENCODING", "utf-8", 0},
        {"CASE_NUMBER", NULL, test - problem->cases + 1},
        {"CASE_COUNT", NULL, (long long)problem->case_count},
        {"CASE_NAME", test->name, 0},
        {"CASE_SCORE", NULL, test->score},
        {"TIME_MS", NULL, program->cpu_us / 1000},
        {"MEMORY_KIB", NULL, program->mem_kib},
        {"TIME_LIMIT_MS", NULL, problem->limits.time_ms},
        {"MEMORY_LIMIT_MIB", NULL, problem->limits.memory_mib},
        {"LANGUAGE", submission->language->name, 0},
    };
    size_t count = 0;
    for (; count < sizeof rows / sizeof *rows; count++) {
        if (rows[count].text != NULL) /* both fit: names of cases and languages are shorter */
            (void)str_format(texts[count], CHECKER_VARIABLE_SIZE, "%s=%s", rows[count].name, rows[count].text);
        else
            (void)str_format(texts[count], CHECKER_VARIABLE_SIZE, "%s=%lld", rows[count].name, rows[count].number);
        env[count] = texts[count];
    }
    env[count] = NULL;
}

/* The memfd of the output from its start, as standard input; -1 with e. */
static int open_output(const struct judge *judge, struct err *e)
{
    char path[32];
    (void)str_format(path, sizeof path, "/proc/self/fd/%d", judge->output_fd); /* it fits */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? fd : err_sys(e, errno, "open the output");
}

static int run_in_cell(struct checking *checking, const char *const *argv, const char *const *env,
                       const struct sandbox_file *files, size_t file_count, struct sandbox_result *result,
                       struct err *e)
{
    struct judge *judge = checking->judge;
    const struct checker *checker = &checking->submission->problem->checker;
    const struct policy *policy = judge_policy(judge, judge->checker.policy, e);
    if (policy == NULL)
        return -1;
    int input_fd = checker_reads_output(checker->protocol) ? open_output(judge, e) : -1;
    if (checker_reads_output(checker->protocol) && input_fd < 0)
        return -1;
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {input_fd, -1, -1},
        .sink = {-1, judge->checker_fd[1], judge->checker_fd[2]},
        .policy = policy,
        .limits = {.cpu_us = checker->time_ms * 1000,
                   .wall_us = (2 * checker->time_ms + 1000) * 1000,
                   .mem_kib = checker->memory_mib * 1024,
                   .out_bytes = (int64_t)CHECKER_WROTE_MIB << 20,
                   .stack_kib = checker->memory_mib * 1024,
                   .processes = judge->checker.processes,
                   .open_files = CHECKER_OPEN_FILES},
        .files = files,
        .file_count = file_count,
    };
    const struct sandbox_hooks hooks = {.stop_fd = checking->options->stop_fd,
                                        .tick = tick,
                                        .collect = collect,
                                        .context = checking,
                                        .first_cell = CHECKER_CELL};
    if (sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e) != 0)
        return -1;
    if (result->cancelled)
        return err_set(e, "cancelled");
    return result->not_executed != 0 ? sandbox_not_executed(&spec, result, e) : 0;
}

/* Of the pass that is judged: the case's, or what the checker itself left for it. -1 or -2 with e. */
static int open_case_input(const struct checking *checking, struct err *e)
{
    int fd = checker_passes_open_input(checking->judge, e);
    return fd != -1 ? fd : problem_open_file(checking->submission->problem, checking->test->input, e);
}

int checker_open_answer(const struct problem *problem, const struct problem_case *test, struct err *e)
{
    if (test->answer[0] != '\0')
        return problem_open_file(problem, test->answer, e);
    int fd = memfd_create("answer", MFD_CLOEXEC);
    return fd >= 0 ? fd : err_sys(e, errno, "make a place for an answer");
}

static int run_checker(struct checking *checking, struct sandbox_result *result, struct err *e)
{
    struct judge *judge = checking->judge;
    const struct problem *problem = checking->submission->problem;
    const char *argv[CHECKER_WORDS + 1], *env[CHECKER_VARIABLES + 1];
    char texts[CHECKER_VARIABLES][CHECKER_VARIABLE_SIZE];
    char path[sizeof SANDBOX_PROGRAM_FOLDER + sizeof judge->checker.file];
    char **blocks[2] = {NULL, NULL};
    (void)str_format(path, sizeof path, "%s/%s", SANDBOX_PROGRAM_FOLDER, judge->checker.file); /* it fits */
    struct sandbox_file files[4 + CHECKER_PASS_FILES] = {{"input", open_case_input(checking, e), 0644},
                                                         {"answer", -1, 0644},
                                                         {"user_out", judge->output_fd, 0644},
                                                         {"code", judge->code_fd, 0644}};
    size_t file_count = 4;
    checking->files = files;
    checking->file_count = file_count;
    checker_passes_add(judge, files, &file_count);
    int code = files[0].fd < 0 ? -1 : 0;
    if (code == 0)
        code = files[1].fd = checker_open_answer(problem, checking->test, e);
    if (code >= 0)
        code = checker_arguments_of(judge->checker.interpreter, path, checker_arguments(&problem->checker),
                                    problem_case_args(checking->test, &problem->checker), blocks, argv, e);
    checker_environment(checking->submission, checking->test, checking->program, texts, env);
    if (code == 0)
        code = run_in_cell(checking, argv, env, files, file_count, result, e);
    checking->files = NULL;
    file_close(&files[0].fd);
    file_close(&files[1].fd);
    free(blocks[0]);
    free(blocks[1]);
    return code;
}

/* ---- what it said */

static void one_line(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\n' || *at == '\t' ? ' ' : *at;
    for (size_t length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
        text[length - 1] = '\0';
}

int checker_blame(const struct judge *judge, const struct problem *problem, const struct problem_case *test,
                  const struct judge_options *options, const char *what, const struct checker *checker, struct err *e)
{
    int fd = judge->checker_fd[2];
    char raw[TAIL_BYTES + 1], tail[4 * TAIL_BYTES + 16];
    const char *file = checker->source[0] != '\0' ? checker->source : checker->binary;
    char why[200];
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    ssize_t count = size < 0 ? 0 : pread(fd, raw, sizeof raw, from);
    text_clean(tail, sizeof tail, raw, count < 0 ? 0 : (size_t)count);
    one_line(tail);
    (void)str_copy(why, sizeof why, e->text); /* cut is fine */
    err_set(e, "%s %s/%s (%s): %s%s%s", what, problem->folder, file, checker_name(checker->protocol), why,
            tail[0] == '\0' ? "" : "; its standard error ends: ", tail);
    if (options->teacher)
        return -1;
    log_warnx("case=%s %s", test->name, e->text);
    return err_set(e, "%s %s/%s (%s) failed (the log says why)", what, problem->folder, file,
                   checker_name(checker->protocol));
}

static int blame(const struct checking *checking, struct err *e)
{
    const struct problem *problem = checking->submission->problem;
    return checker_blame(checking->judge, problem, checking->test, checking->options, "checker", &problem->checker, e);
}

/* testlib's report is XML. In place. */
static void decode(char *text)
{
    static const struct {
        const char *entity;
        char byte;
    } rows[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    char *end = strstr(text, "</result>");
    char *out = text;
    if (end != NULL)
        *end = '\0';
    while (*text != '\0') {
        size_t row = 0;
        while (row < sizeof rows / sizeof *rows && !str_starts(text, rows[row].entity))
            row++;
        *out++ = row < sizeof rows / sizeof *rows ? rows[row].byte : *text;
        text += row < sizeof rows / sizeof *rows ? strlen(rows[row].entity) : 1;
    }
    *out = '\0';
}

/* A sentence for the student: its share, and what the checker says to it. */
void checker_note(struct case_judgement *result, const char *raw, const char *rejects, enum ui_language ui)
{
    static const char *const part[UI_COUNT] = {"of the points", "的分数"};
    char message[CHECKER_MESSAGE_SIZE], share[64] = "";
    text_clean(message, sizeof message, raw, strlen(raw));
    decode(message);
    one_line(message);
    if (result->share > 0) /* it fits */
        (void)str_format(share, sizeof share, "%lld.%lld%% %s%s", (long long)result->share / 10000,
                         (long long)result->share % 10000 / 1000, part[ui], message[0] == '\0' ? "" : ": ");
    if (result->verdict == VERDICT_AC)
        result->note[0] = '\0';
    else /* cut is fine */
        (void)str_format(result->note, sizeof result->note, "%s%s", share,
                         message[0] != '\0' || share[0] != '\0' ? message : rejects);
}

static int judge_by_program(struct checking *checking, struct case_judgement *result, struct err *e)
{
    static const char *const rejects[UI_COUNT] = {"the checker does not accept the output", "检查程序不接受该输出"};
    const struct problem *problem = checking->submission->problem;
    struct checker_left *left = &checking->left;
    struct checker_verdict verdict;
    struct sandbox_result run;
    for (int i = 1; i < 3; i++) {
        if (judge_rewind(checking->judge->checker_fd[i], e) != 0)
            return -1;
    }
    if (run_checker(checking, &run, e) != 0)
        return blame(checking, e);
    if (run.exit_code < 0) {
        char why[JUDGE_NOTE_SIZE];
        verdict_explain(why, sizeof why, verdict_of_run(&run, 0), &run, UI_EN);
        (void)err_set(e, "%s", why);
        return blame(checking, e);
    }
    left->exit_code = run.exit_code;
    if (checker_read_text(checking->judge->checker_fd[1], left->out, e) != 0 ||
        checker_read_text(checking->judge->checker_fd[2], left->error, e) != 0 ||
        checker_read(&problem->checker, problem_case_full(checking->test), left, &verdict, e) != 0)
        return blame(checking, e);
    if (checker_passes_waits(checking->judge) && verdict.verdict != VERDICT_AC) {
        (void)err_set(e, "it left %s, for one more pass, and did not accept this one", CHECKER_NEXT_PASS);
        return blame(checking, e);
    }
    result->verdict = verdict.verdict;
    result->share = verdict.share;
    checker_note(result, verdict.message, rejects[checking->options->ui], checking->options->ui);
    return 0;
}

int checker_run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                     const struct judge_options *options, struct case_judgement *result, struct err *e)
{
    const struct problem *problem = submission->problem;
    if (problem->checker.kind == CHECKER_BUILTIN) {
        bool accepted;
        int answer_fd = checker_open_answer(problem, test, e);
        int code = answer_fd < 0 ? -1
                                 : checker_builtin_judge(problem->checker.builtin, answer_fd, judge->output_fd,
                                                         &accepted, result->note, sizeof result->note, options->ui, e);
        file_close(&answer_fd);
        if (code == 0)
            result->verdict = accepted ? VERDICT_AC : VERDICT_WA;
        return code == 0 ? 0 : err_add(e, "%s/%s", problem->folder, test->answer);
    }
    struct checking checking = {
        .judge = judge, .submission = submission, .test = test, .options = options, .program = result};
    return judge_by_program(&checking, result, e);
}
