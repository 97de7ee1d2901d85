/*
 * compile.c - from a source to what run_case executes.
 *
 * Runs in judge_client. The compiler is a program like any other: in the sandbox, with the limits and the policy of its
 * language, seeing the source, the problem's headers and the system, and nothing else of the box.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum { MOST_KEPT = 512, COMPILE_OPEN_FILES = 256 };

struct compiling {
    struct judge *judge;
    const struct language *language;
    const struct judge_options *options;
    bool found; /* what the compiler was to leave is there */
};

/* A memfd with the source: it is put into run folders from there. -1 with e. */
static int source_file(const struct submission *submission, struct err *e)
{
    int fd = memfd_create("source", MFD_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "make a place for the source");
    if (file_write_all(fd, submission->source, submission->source_bytes) != 0) {
        err_sys(e, errno, "write the source");
        file_close(&fd);
    }
    return fd;
}

static int keep_file(struct compiling *compiling, int box_fd, const char *name, struct err *e)
{
    int fd = sandbox_open_left(box_fd, name, e);
    if (fd < 0)
        return -1;
    int result = sandbox_put_program(compiling->judge->sandbox, 0, name, fd, e);
    (void)close(fd); /* it was only read */
    return result;
}

/* Further files of the language's glob: Main$1.class and its like. What is no regular file is left behind. */
static int keep_matching(struct compiling *compiling, int box_fd, struct err *e)
{
    int fd = openat(box_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "look at what the compiler left");
    }
    int result = 0;
    int kept = 0;
    struct dirent *entry;
    while (result == 0 && kept < MOST_KEPT && (entry = readdir(folder)) != NULL) {
        if (fnmatch(compiling->language->keep, entry->d_name, FNM_PERIOD) != 0 || entry->d_type != DT_REG)
            continue;
        result = keep_file(compiling, box_fd, entry->d_name, e);
        kept++;
    }
    (void)closedir(folder); /* it was only read; closes fd */
    if (compiling->language->binary[0] == '\0')
        compiling->found = kept > 0;
    return result;
}

static void tick(void *context)
{
    const struct judge_options *options = ((struct compiling *)context)->options;
    if (options->tick != NULL)
        options->tick(options->context);
}

static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct compiling *compiling = context;
    const struct language *language = compiling->language;
    struct err why;
    (void)k; /* there is one */
    if (language->binary[0] != '\0') {
        int fd = sandbox_open_left(box_fd, language->binary, &why);
        compiling->found = fd >= 0;
        file_close(&fd);
        if (!compiling->found)
            return 0; /* the compiler failed, and says why itself */
        if (keep_file(compiling, box_fd, language->binary, e) != 0)
            return -1;
    }
    return language->keep[0] == '\0' ? 0 : keep_matching(compiling, box_fd, e);
}

/* What the compiler said, as a student may see it: text, and no more than fits. */
static int take_text(struct judge *judge, struct judgement *judgement, struct err *e)
{
    _Static_assert(JUDGE_COMPILE_TEXT_BYTES < JUDGE_SCRATCH, "one byte more than fits tells that it was cut");
    ssize_t count = pread(judge->output_fd, judge->scratch, JUDGE_COMPILE_TEXT_BYTES + 1, 0);
    if (count < 0)
        return err_sys(e, errno, "read the compiler's messages");
    text_clean(judgement->compile_text, JUDGE_COMPILE_TEXT_BYTES + 1, judge->scratch, (size_t)count);
    text_hide_folders(judgement->compile_text);
    return 0;
}

/* Why there is nothing to run, where the compiler itself does not say it. */
static void explain(struct judgement *judgement, const struct sandbox_result *result, enum ui_language ui)
{
    static const char *const did_not_end[UI_COUNT] = {"The compiler was ended: ", "编译器被终止："};
    static const char *const left_nothing[UI_COUNT] = {"The compiler left no program.", "编译器没有生成程序。"};
    char why[JUDGE_NOTE_SIZE];
    size_t length = strlen(judgement->compile_text);
    char *end = judgement->compile_text + length;
    size_t room = JUDGE_COMPILE_TEXT_BYTES + 1 - length;
    const char *line = length > 0 && end[-1] != '\n' ? "\n" : "";
    enum verdict verdict = verdict_of_run(result, 0);
    verdict_explain(why, sizeof why, verdict, result, ui);
    if (result->exit_code < 0)
        (void)str_format(end, room, "%s%s%s", line, did_not_end[ui], why); /* cut is fine */
    else if (length == 0 || result->exit_code == 0)
        (void)str_format(end, room, "%s%s", line, left_nothing[ui]); /* cut is fine */
}

static int run_compiler(struct compiling *compiling, const struct submission *submission, int source_fd,
                        const struct judge_options *options, struct sandbox_result *result, struct err *e)
{
    struct judge *judge = compiling->judge;
    const struct language *language = submission->language;
    const struct language_step *step = &language->compile;
    /* The source and the headers. */
    struct sandbox_file files[JUDGE_FILES] = {{language->source, source_fd, 0644}};
    size_t file_count = 1;
    struct sandbox_mount mounts[LANGUAGE_LIST];
    const struct policy *policy = judge_policy(judge, step->policy, e);
    if (policy == NULL || judge_rewind(judge->output_fd, e) != 0)
        return -1;
    if (judge_add_headers(submission->problem, "", files, &file_count, e) != 0) {
        judge_close_files(files + 1, file_count - 1);
        return -1;
    }
    char **words = rules_compiler(options->rules, language);
    char **argv = words == NULL ? NULL : language_command(words, language->source, language->binary, step->mem_mib);
    const char **env = judge_environment(language, e);
    struct sandbox_spec spec = {
        .argv = (const char *const *)argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, judge->output_fd, judge->output_fd},
        .policy = policy,
        .limits = {.cpu_us = step->cpu_ms * 1000,
                   .wall_us = step->wall_ms * 1000,
                   .mem_kib = step->mem_mib * 1024,
                   .out_bytes = step->out_mib << 20,
                   .stack_kib = (step->stack_mib > 0 ? step->stack_mib : step->mem_mib) * 1024,
                   .processes = step->processes,
                   .open_files = step->open_files > 0 ? step->open_files : COMPILE_OPEN_FILES},
        .proc = step->proc,
        .files = files,
        .file_count = file_count,
        .mounts = mounts,
        .mount_count = judge_mounts(language, mounts),
    };
    struct sandbox_hooks hooks = {.stop_fd = options->stop_fd, .tick = tick, .collect = collect, .context = compiling};
    int code = -1;
    if (argv == NULL)
        err_set(e, "out of memory");
    else if (env != NULL)
        code = sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e);
    if (code == 0 && result->not_executed != 0)
        code = sandbox_not_executed(&spec, result, e); /* the compiler is ours */
    free(words);
    free(argv);
    free(env);
    judge_close_files(files + 1, file_count - 1);
    if (code == 0 && result->cancelled)
        return err_set(e, "cancelled");
    return code == 0 ? 0 : err_add(e, "compile");
}

int compile_submission(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                       struct judgement *judgement, struct err *e)
{
    const struct language *language = submission->language;
    struct compiling compiling = {.judge = judge, .language = language, .options = options};
    struct sandbox_result result;
    int source_fd = source_file(submission, e);
    int code = -1;
    memset(&result, 0, sizeof result);
    if (source_fd < 0 || sandbox_clear_program(judge->sandbox, 0, e) != 0)
        goto out;
    if (language->compile.argv == NULL) {
        judgement->compiled = true;
    } else {
        if (run_compiler(&compiling, submission, source_fd, options, &result, e) != 0 ||
            take_text(judge, judgement, e) != 0)
            goto out;
        judgement->compile_wall_us = result.wall_us;
        if (result.refused)
            (void)str_copy(judgement->compile_refused, sizeof judgement->compile_refused, result.refused_name); /* fits */
        bool needs = language->binary[0] != '\0' || language->keep[0] != '\0';
        judgement->compiled = result.exit_code == 0 && (compiling.found || !needs);
        if (!judgement->compiled)
            explain(judgement, &result, options->ui);
    }
    code = 0;
    /* What has no binary is run from its source. */
    if (judgement->compiled && language->binary[0] == '\0' && language->keep[0] == '\0')
        code = sandbox_put_program(judge->sandbox, 0, language->source, source_fd, e);
out:
    file_close(&source_fd);
    return code;
}
