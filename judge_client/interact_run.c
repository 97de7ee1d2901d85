/*
 * interact_run.c - see interact_run.h: the specs of the programs, their pipes, and what came of it. Runs in judge_client as root;
 * program and interactor are programs like any other, in the sandbox.
 */
#include "judge_client/interact_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/checker_parts.h"
#include "judge_client/interact.h"
#include "judge_client/interact_parts.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum {
    INTERACTOR_FLOOD_MIB = 1024, /* what an interactor may send */
    LEAVE_US = 500000,           /* for a program that computes to end by itself after the interactor has accepted */
    MORE_MS = 2000,              /* real time of an interactor beyond the program's and twice its own */
};

#define INTERACTOR "interactor" /* its name in the cell */
_Static_assert(CHECKER_CELL == INTERACT_SPEC, "the interactor runs in the checkers' cell");
_Static_assert(INTERACT_PROCESSES + 1 == SANDBOX_CELLS, "a manager has a cell, too");

bool interact_checks(const struct problem *problem)
{
    return interactor_leaves_output(problem->interactor.protocol) &&
           (problem->checker.kind != CHECKER_NONE || problem->checker.by_problem);
}

/* ---- before the cases */

int interact_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                     struct err *e)
{
    const struct problem *problem = submission->problem;
    const struct checker *interactor = &problem->interactor;
    struct checker_program *program = &judge->interactor;
    if (interactor->kind == CHECKER_NONE)
        return 0;
    bool checker = problem->checker.kind == CHECKER_PROGRAM; /* it lies in the cell already */
    if ((!checker && sandbox_clear_program(judge->sandbox, CHECKER_CELL, e) != 0) ||
        checker_places(judge, submission, e) != 0)
        return -1;
    if (checker_build(judge, problem, interactor->source, interactor->binary, options, program, e) != 0) {
        err_add(e, "interactor");
        if (options->teacher)
            return -1;
        log_warnx("%s", e->text);
        return err_set(e, "interactor %s/%s could not be made ready (the log says why)", problem->folder,
                       interactor->source);
    }
    int result = checker_put(judge, problem, interactor->source, INTERACTOR, program, e);
    for (int i = 1; i < problem->processes && result == 0; i++)
        result = sandbox_share_programs(judge->sandbox, 0, interact_spec_of(i), e);
    return result;
}

/* ---- who ends, and when */

/* An interactor that still writes when all programs have gone, and their pipes are full, gets its SIGPIPE here. */
static void tick(void *context)
{
    struct dialogue *dialogue = context;
    const struct judge_options *options = dialogue->options;
    if (dialogue->programs_ended == dialogue->spec_count - 1)
        interact_release(dialogue);
    if (options->tick != NULL)
        options->tick(options->context);
}

/* What the interactor left: its report and message, and the file for a checker. */
static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct dialogue *dialogue = context;
    struct checker_left *left = &dialogue->left;
    enum checker_protocol protocol = dialogue->interactor->protocol;
    struct err why;
    if (k != INTERACT_SPEC)
        return 0;
    if (checker_take_result(box_fd, protocol, left, e) != 0 ||
        checker_take_file(box_fd, checker_message_file(protocol), left->message, &left->has_message, e) != 0)
        return -1;
    int fd = interactor_leaves_output(protocol) ? sandbox_open_left(box_fd, "tout", &why) : -1;
    if (fd < 0)
        return 0; /* what it did not write is empty */
    int64_t bytes = file_copy(fd, dialogue->judge->output_fd);
    int error = errno;
    (void)close(fd); /* it was only read */
    return bytes < 0 ? err_sys(e, error, "read tout") : 0;
}

/* The first that fails ends the others: nothing that they do could matter. Who is accepted may end by itself. */
static uint32_t ended(void *context, size_t k, struct sandbox_ending *how)
{
    struct dialogue *dialogue = context;
    uint32_t all = (uint32_t)(1ULL << dialogue->spec_count) - 1;
    if (k == INTERACT_SPEC) {
        dialogue->interactor_ended = true;
        how->hold_us = LEAVE_US;
        bool accepts = how->exit_code >= 0 && interactor_accepts(dialogue->interactor->protocol, how->exit_code);
        return accepts ? 0 : all & ~(1U << INTERACT_SPEC);
    }
    dialogue->programs_ended++;
    int good_exit = dialogue->submission->language->good_exit;
    bool well = !how->by_us && (how->exit_code == 0 || how->exit_code == good_exit || how->signal == SIGPIPE);
    if (well || (dialogue->interactor_ended && !how->held))
        return 0;
    dialogue->program_failed = true;
    dialogue->failed_spec = k;
    return all & ~(1U << k);
}

/* ---- what came of it */

static enum interact_program program_end(const struct dialogue *dialogue, const struct sandbox_result *result)
{
    if (result->dismissed)
        return PROGRAM_DISMISSED;
    if (result->limit != SANDBOX_LIMIT_NONE)
        return result->limit == SANDBOX_LIMIT_WALL ? PROGRAM_WAITED : PROGRAM_LIMIT;
    if (result->refused || result->stopped || result->not_executed != 0)
        return PROGRAM_CRASH;
    if (result->signal != 0)
        return result->signal == SIGPIPE ? PROGRAM_PIPE : PROGRAM_CRASH;
    bool good = result->exit_code == 0 || result->exit_code == dialogue->submission->language->good_exit;
    return good ? PROGRAM_WELL : PROGRAM_EXIT;
}

/* A library that turns the signal into an error message: a program that has gone is not the interactor's fault. */
static bool says_broken_pipe(const struct dialogue *dialogue)
{
    static const char *const words[] = {"BrokenPipeError", "Broken pipe"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(dialogue->left.error, words[i]) != NULL)
            return true;
    }
    return false;
}

/* *why is set where it is broken. 0, or -1 with e: a fault of ours. */
static int interactor_end(struct dialogue *dialogue, enum interact_interactor *end, struct err *why, struct err *e)
{
    struct sandbox_result *result = &dialogue->results[INTERACT_SPEC];
    const int *fds = dialogue->judge->checker_fd;
    char text[JUDGE_NOTE_SIZE];
    if (checker_read_text(fds[1], dialogue->left.out, e) != 0 ||
        checker_read_text(fds[2], dialogue->left.error, e) != 0)
        return -1;
    dialogue->left.exit_code = result->exit_code;
    *end = INTERACTOR_BROKEN;
    if (result->dismissed) {
        *end = INTERACTOR_DISMISSED;
    } else if (result->exit_code >= 0) {
        if (checker_read(dialogue->interactor, problem_case_full(dialogue->test), &dialogue->left, &dialogue->verdict,
                         why) == 0)
            *end = dialogue->verdict.verdict == VERDICT_AC ? INTERACTOR_ACCEPTS : INTERACTOR_REJECTS;
        else if (says_broken_pipe(dialogue))
            *end = INTERACTOR_PIPE;
    } else {
        verdict_explain(text, sizeof text, verdict_of_run(result, 0), result, UI_EN);
        (void)err_set(why, "%s", text);
        *end = result->signal == SIGPIPE             ? INTERACTOR_PIPE
               : result->limit != SANDBOX_LIMIT_NONE ? INTERACTOR_LIMIT
                                                     : INTERACTOR_BROKEN;
    }
    return 0;
}

/* Of several programs: the one that failed first, else the one whose end is the worst. */
static size_t program_that_counts(const struct dialogue *dialogue)
{
    size_t worst = 0;
    if (dialogue->program_failed)
        return dialogue->failed_spec;
    for (size_t k = 0; k < dialogue->spec_count; k++) {
        if (k != INTERACT_SPEC && program_end(dialogue, &dialogue->results[k]) < PROGRAM_DISMISSED &&
            program_end(dialogue, &dialogue->results[k]) > program_end(dialogue, &dialogue->results[worst]))
            worst = k;
    }
    return worst;
}

/* It slept while the program waited for it. */
static bool slept(const struct sandbox_result *program, const struct sandbox_result *interactor)
{
    static const char *const calls[] = {"nanosleep", "clock_nanosleep", "pause", "rt_sigsuspend", "rt_sigtimedwait"};
    bool waits = strcmp(program->waits_in, "read") == 0 && program->waits_fd == 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls && waits; i++) {
        if (strcmp(interactor->waits_in, calls[i]) == 0)
            return true;
    }
    return false;
}

static void take_figures(const struct dialogue *dialogue, struct case_judgement *result)
{
    for (size_t k = 0; k < dialogue->spec_count; k++) {
        const struct sandbox_result *run = &dialogue->results[k];
        if (k == INTERACT_SPEC)
            continue;
        result->cpu_us = run->cpu_us > result->cpu_us ? run->cpu_us : result->cpu_us;
        result->wall_us = run->wall_us > result->wall_us ? run->wall_us : result->wall_us;
        result->mem_kib = run->mem_kib > result->mem_kib ? run->mem_kib : result->mem_kib;
    }
}

static void explain_program(const struct dialogue *dialogue, const struct sandbox_result *run,
                            struct case_judgement *result)
{
    static const char *const locked[UI_COUNT] = {
        "the program waited for the interactor, which waited for the program: is the output flushed after each "
        "message, and is no more read than is sent?",
        "程序在等待交互器，而交互器也在等待程序：每次输出后是否刷新了缓冲区？是否读取了多于对方发送的内容？"};
    enum ui_language ui = dialogue->options->ui;
    if (run->limit == SANDBOX_LIMIT_WALL && run->dead_lock)
        (void)str_copy(result->note, sizeof result->note, locked[ui]); /* it fits */
    else
        verdict_explain(result->note, sizeof result->note, result->verdict, run, ui);
}

/* What the rows of interact_judge mean for the case. 0, or -1 with e: a fault of the interactor's. */
static int give_verdict(struct dialogue *dialogue, const struct interact_ends *ends, struct sandbox_result *run,
                        struct case_judgement *result, struct err *why, struct err *e)
{
    static const char *const rejects[UI_COUNT] = {"the interactor does not accept what the program said",
                                                  "交互器不接受程序的回答"};
    static const char *const left[UI_COUNT] = {
        "the program ended, or closed its input, while the interactor still had something to say",
        "交互还没有结束，程序就退出了或关闭了输入"};
    const enum ui_language ui = dialogue->options->ui;
    switch (interact_judge(ends)) {
    case WORD_PROGRAM:
        result->verdict = judge_verdict_of_error(dialogue->judge, dialogue->submission->language,
                                                 verdict_of_run(run, dialogue->submission->language->good_exit));
        if (run->refused)
            (void)str_copy(result->refused, sizeof result->refused, run->refused_name); /* of one size */
        explain_program(dialogue, run, result);
        return 0;
    case WORD_INTERACTOR:
        result->verdict = dialogue->verdict.verdict;
        result->share = dialogue->verdict.share;
        checker_note(result, dialogue->verdict.message, rejects[ui], ui);
        return 0;
    case WORD_FLOOD:
        result->verdict = VERDICT_OLE;
        verdict_explain(result->note, sizeof result->note, VERDICT_OLE, run, ui);
        return 0;
    case WORD_LEFT:
        result->verdict = VERDICT_WA;
        (void)str_copy(result->note, sizeof result->note, left[ui]); /* it fits */
        return 0;
    case WORD_SYSTEM:
        break;
    }
    *e = *why;
    if (ends->asleep)
        (void)err_set(e, "the program waited for it, and it slept until the time limit");
    return checker_blame(dialogue->judge, dialogue->submission->problem, dialogue->test, dialogue->options,
                         interact_word_of(dialogue->submission->problem), dialogue->interactor, e);
}

static int judge_ends(struct dialogue *dialogue, struct case_judgement *result, struct err *e)
{
    struct interact_ends ends = {.program_first = dialogue->program_failed};
    struct err why = {""};
    for (size_t k = 0; k < dialogue->spec_count; k++) {
        struct sandbox_result *run = &dialogue->results[k];
        if (k == INTERACT_SPEC)
            continue;
        judge_compensate(dialogue->judge, dialogue->submission, dialogue->options->rules, run);
        run->out_bytes = run->written_bytes > run->out_bytes ? run->written_bytes : run->out_bytes;
        ends.flooded = ends.flooded || run->written_bytes > dialogue->specs[k].written_bytes;
    }
    take_figures(dialogue, result);
    if (interactor_end(dialogue, &ends.interactor, &why, e) != 0)
        return -1;
    struct sandbox_result *run = &dialogue->results[program_that_counts(dialogue)];
    const struct language *language = dialogue->submission->language;
    ends.program = program_end(dialogue, run);
    ends.asleep = ends.program == PROGRAM_WAITED && slept(run, &dialogue->results[INTERACT_SPEC]);
    if (ends.program == PROGRAM_WELL && judge_verdict_of_error(dialogue->judge, language, VERDICT_AC) != VERDICT_AC) {
        ends.program = PROGRAM_EXIT; /* its language calls what it wrote to standard error an error */
        ends.program_first = true;
    }
    return give_verdict(dialogue, &ends, run, result, &why, e);
}

/* ---- a case */

/* For judge(), should the case fail. */
static int keep_dialogue(const struct dialogue *dialogue, struct err *e)
{
    free(dialogue->judge->dialogue);
    dialogue->judge->dialogue = NULL;
    if (dialogue->relay == NULL)
        return 0;
    enum { DOTS = 8 }; /* for the last line where it is cut, which it is not */
    size_t size;
    const char *text = relay_text(dialogue->relay, &size);
    char *clean = dialogue->judge->dialogue = malloc(size + DOTS);
    if (clean == NULL)
        return err_set(e, "out of memory");
    text_clean(clean, size + DOTS, text, size);
    return 0;
}

static int run_together(struct dialogue *dialogue, struct err *e)
{
    struct judge *judge = dialogue->judge;
    const struct sandbox_hooks hooks = {
        .stop_fd = dialogue->options->stop_fd, .tick = tick, .collect = collect, .ended = ended, .context = dialogue};
    if (dialogue->relay != NULL && relay_start(dialogue->relay, e) != 0)
        return -1;
    dialogue->running = true; /* the descriptors are the sandbox's from here on */
    int code = sandbox_run(judge->sandbox, dialogue->specs, dialogue->results, dialogue->spec_count, &hooks, e);
    interact_release(dialogue);
    relay_wait(dialogue->relay);
    if (code != 0)
        return -1;
    for (size_t k = 0; k < dialogue->spec_count; k++) {
        const struct sandbox_result *result = &dialogue->results[k];
        if (result->cancelled)
            return err_set(e, "cancelled");
        /* What compiling left is the student's; an interpreter is ours, and so is the interactor. */
        if (result->not_executed != 0 &&
            (k == INTERACT_SPEC || !str_starts(dialogue->specs[k].argv[0], SANDBOX_PROGRAM_FOLDER "/")))
            return sandbox_not_executed(&dialogue->specs[k], result, e);
    }
    return judge_end_output(judge->error_fd, e) != 0 ? -1 : keep_dialogue(dialogue, e);
}

/* The limits of the interactor: its own, and real time that no program can use up before its own has passed. */
static void give_limits(struct dialogue *dialogue)
{
    const struct checker *interactor = dialogue->interactor;
    const struct judge *judge = dialogue->judge;
    struct sandbox_spec *spec = &dialogue->specs[INTERACT_SPEC];
    const struct sandbox_limits *program = &dialogue->specs[0].limits;
    spec->limits = (struct sandbox_limits){
        .cpu_us = interactor->time_ms * 1000,
        .wall_us = program->wall_us + (2 * interactor->time_ms + MORE_MS) * 1000,
        .mem_kib = interactor->memory_mib * 1024,
        .out_bytes = ((int64_t)CHECKER_WROTE_MIB << 20) + program->out_bytes,
        .stack_kib = interactor->memory_mib * 1024,
        .processes = judge->interactor.processes,
        .open_files = CHECKER_OPEN_FILES,
    };
    spec->written_bytes = (int64_t)INTERACTOR_FLOOD_MIB << 20;
    for (size_t k = 0; k < dialogue->spec_count; k++) {
        dialogue->specs[k].last_words = true; /* what one does as the other has gone is not taken for its own fault */
        if (k == INTERACT_SPEC)
            continue;
        dialogue->specs[k].waits_for = 1U << INTERACT_SPEC;
        dialogue->specs[k].written_bytes = program->out_bytes;
    }
}

int interact_run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                      int input_fd, const struct judge_options *options, struct case_judgement *result, struct err *e)
{
    const struct problem *problem = submission->problem;
    struct dialogue *dialogue = calloc(1, sizeof *dialogue);
    int code = -1;
    if (dialogue == NULL) {
        file_close(&input_fd);
        return err_set(e, "out of memory");
    }
    *dialogue = (struct dialogue){.judge = judge,
                                  .submission = submission,
                                  .test = test,
                                  .options = options,
                                  .interactor = &problem->interactor,
                                  .spec_count = (size_t)(problem->processes > 1 ? problem->processes : 1) + 1};
    if (judge_begin_output(judge->error_fd, e) == 0 && judge_rewind(judge->output_fd, e) == 0 &&
        judge_rewind(judge->checker_fd[1], e) == 0 && judge_rewind(judge->checker_fd[2], e) == 0 &&
        interact_make_specs(dialogue, input_fd, result, e) == 0) {
        give_limits(dialogue);
        code = run_together(dialogue, e);
    }
    if (code == 0)
        code = judge_ends(dialogue, result, e);
    file_close(&input_fd);
    interact_free_specs(dialogue);
    free(dialogue);
    return code;
}
