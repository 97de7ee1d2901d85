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
#include "judge_client/compile_parts.h"
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
static int source_file(struct judge *judge, const struct submission *submission, struct err *e)
{
    int fd = memfd_create("source", MFD_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "make a place for the source");
    if (compile_wrap_write(submission, fd, &judge->wrap, e) != 0)
        file_close(&fd);
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

struct running {
    const struct compile_command *command;
    const struct judge_options *options;
};

static void tick(void *context)
{
    judge_tick(((struct running *)context)->options);
}

static int collect_left(void *context, size_t k, int box_fd, struct err *e)
{
    const struct compile_command *command = ((struct running *)context)->command;
    return command->collect(command->context, k, box_fd, e);
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

int compile_run(struct judge *judge, const struct compile_command *command, const struct judge_options *options,
                struct sandbox_result *result, struct err *e)
{
    const struct language *language = command->language;
    const struct language_step *step = &language->compile;
    struct running running = {command, options};
    struct sandbox_mount mounts[LANGUAGE_LIST];
    const struct policy *policy = judge_policy(judge, step->policy, e);
    if (policy == NULL || judge_rewind(judge->output_fd, e) != 0)
        return -1;
    const char **env = judge_environment(language, step, e);
    struct sandbox_spec spec = {
        .argv = (const char *const *)command->argv,
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
        .files = command->files,
        .file_count = command->file_count,
        .mounts = mounts,
        .mount_count = judge_mounts(language, step, mounts),
    };
    struct sandbox_hooks hooks = {
        .stop_fd = options->stop_fd, .tick = tick, .collect = collect_left, .context = &running};
    int code = -1;
    if (command->argv == NULL)
        err_set(e, "out of memory");
    else if (env != NULL)
        code = sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e);
    if (code == 0 && result->not_executed != 0)
        code = sandbox_not_executed(&spec, result, e); /* the compiler is ours */
    free(env);
    if (code == 0 && result->cancelled)
        return err_set(e, "cancelled");
    return code == 0 ? 0 : err_add(e, "compile");
}

/* Is what runs the source itself? Then compiling only looks at it. */
static bool runs_source(const struct language *language)
{
    return language->binary[0] == '\0' && language->keep[0] == '\0';
}

static int run_compiler(struct compiling *compiling, const struct compile_sources *sources, int source_fd,
                        struct sandbox_result *result, struct err *e)
{
    const struct language *language = compiling->language;
    struct sandbox_file files[JUDGE_FILES] = {{sources->name, source_fd, 0644}};
    const char *units[JUDGE_FILES + 1];
    for (size_t i = 0; i < sources->count; i++)
        files[1 + i] = (struct sandbox_file){sources->files[i].name, sources->files[i].fd, 0644};
    compile_sources_units(sources, units);
    const struct language_words words = {.source =
                                             runs_source(language) ? sources->name : compile_sources_entry(sources),
                                         .binary = language->binary,
                                         .sources = units,
                                         .mem_mib = language->compile.mem_mib};
    char **argv = rules_compiler(compiling->options->rules, language, language->compile.argv);
    struct compile_command command = {.language = language,
                                      .argv = argv == NULL ? NULL : language_command(argv, &words),
                                      .files = files,
                                      .file_count = 1 + sources->count,
                                      .collect = collect,
                                      .context = compiling};
    int code = compile_run(compiling->judge, &command, compiling->options, result, e);
    free(command.argv);
    free(argv);
    return code;
}

/* The messages with the student's own line numbers, and without what they quote of the problem's files. */
static void show_own(const struct judge *judge, const struct compile_sources *sources, struct judgement *judgement)
{
    const char *names[JUDGE_FILES + 3];
    size_t count = 0;
    compile_text_shift(judgement->compile_text, JUDGE_COMPILE_TEXT_BYTES + 1, sources->name, &judge->wrap);
    for (size_t i = 0; i < sources->count; i++) {
        if (!sources->files[i].header && !sources->files[i].object)
            names[count++] = sources->files[i].name;
    }
    if (judge->wrap.wrapped) {
        names[count++] = judge->wrap.before;
        if (judge->wrap.after[0] != '\0')
            names[count++] = judge->wrap.after;
    }
    names[count] = NULL;
    if (count > 0)
        compile_text_hide(judgement->compile_text, names);
}

/* Where no message is about the student's own file, it may be nobody's mistake or the teacher's. */
static void explain_foreign(const struct compile_sources *sources, struct judgement *judgement, enum ui_language ui)
{
    static const char *const says[UI_COUNT] = {
        "These messages are about files of the problem, which use what you submitted. Is everything there that the\n"
        "problem asks for, under the right names? If it is, tell the teacher.\n",
        "以上信息出自题目自带的文件，它们使用了你提交的代码。请检查题目要求的名称是否齐全；若无误，请告知老师。\n"};
    char *text = judgement->compile_text;
    size_t length = strlen(text);
    bool foreign = false;
    for (size_t i = 0; i < sources->count; i++) {
        const char *slash = strrchr(sources->files[i].path, '/');
        foreign = foreign || (sources->files[i].source &&
                              compile_text_names(text, slash == NULL ? sources->files[i].path : slash + 1));
    }
    if (foreign && !compile_text_names(text, sources->name)) /* cut is fine */
        (void)str_format(text + length, JUDGE_COMPILE_TEXT_BYTES + 1 - length, "%s%s",
                         length > 0 && text[length - 1] != '\n' ? "\n" : "", says[ui]);
}

static int compile_with(struct compiling *compiling, const struct submission *submission,
                        struct compile_sources *sources, int source_fd, struct judgement *judgement, struct err *e)
{
    struct judge *judge = compiling->judge;
    const struct language *language = submission->language;
    const struct judge_options *options = compiling->options;
    struct sandbox_result result;
    memset(&result, 0, sizeof result);
    judgement->compiled = true;
    if (language->compile.argv != NULL) {
        if (compile_objects(judge, submission, options, sources, e) != 0 ||
            run_compiler(compiling, sources, source_fd, &result, e) != 0 || take_text(judge, judgement, e) != 0)
            return -1;
        show_own(judge, sources, judgement);
        judgement->compile_wall_us = result.wall_us;
        if (result.refused)
            (void)str_copy(judgement->compile_refused, sizeof judgement->compile_refused,
                           result.refused_name); /* fits */
        judgement->compiled = result.exit_code == 0 && (compiling->found || runs_source(language));
        const char *blamed =
            judgement->compiled ? NULL : rules_blamed(options->rules, language, judgement->compile_text);
        if (blamed != NULL)
            return err_set(e, "compile: the compiler does not take %s, which a judge.conf sets", blamed);
        if (!judgement->compiled) {
            explain(judgement, &result, options->ui);
            explain_foreign(sources, judgement, options->ui);
        }
    }
    (void)str_copy(judge->entry, sizeof judge->entry, compile_sources_entry(sources)); /* of a smaller size */
    (void)str_copy(judge->source, sizeof judge->source, sources->name);
    if (!judgement->compiled || !runs_source(language))
        return 0;
    int code = sandbox_put_program(judge->sandbox, 0, sources->name, source_fd, e);
    for (size_t i = 0; code == 0 && i < sources->count; i++) {
        if (!sources->files[i].header)
            code = sandbox_put_program(judge->sandbox, 0, sources->files[i].name, sources->files[i].fd, e);
    }
    return code;
}

static void refuse_language(const struct submission *submission, const struct compile_sources *sources,
                            const struct judge_options *options, struct judgement *judgement)
{
    static const char *const form[UI_COUNT] = {
        "This problem is not to be solved in %s: it comes with files of its own, and they are %s.",
        "本题不接受 %s：题目自带的文件为 %s。"};
    judgement->compiled = false;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(judgement->compile_text, JUDGE_COMPILE_TEXT_BYTES + 1, form[options->ui],
                     submission->language->title, sources->others); /* it fits */
#pragma GCC diagnostic pop
}

int compile_submission(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                       struct judgement *judgement, struct err *e)
{
    struct compiling compiling = {.judge = judge, .language = submission->language, .options = options};
    struct compile_sources sources;
    int source_fd = -1;
    int code = compile_sources_find(&sources, submission, e);
    if (code == 0 && !sources.offered) {
        refuse_language(submission, &sources, options, judgement);
        goto out;
    }
    if (code == 0)
        code = sandbox_clear_program(judge->sandbox, 0, e);
    if (code == 0)
        code = source_fd = source_file(judge, submission, e);
    if (code >= 0)
        code = compile_with(&compiling, submission, &sources, source_fd, judgement, e);
out:
    file_close(&source_fd);
    compile_sources_close(&sources);
    return code;
}
