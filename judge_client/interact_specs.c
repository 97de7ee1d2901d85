/*
 * interact_specs.c - what the sandbox is told of the programs of a dialogue: words, files, policies, and the pipes between them. Runs
 * in judge_client as root; starts nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/interact_parts.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"

#include "common/banned.h"

size_t interact_spec_of(int i)
{
    return i < INTERACT_SPEC ? (size_t)i : (size_t)i + 1;
}

const char *interact_word_of(const struct problem *problem)
{
    return problem->processes > 0 ? "manager" : "interactor";
}

/* ---- pipes */

/* A pipe, from ends[1] to ends[0]; where the dialogue is kept two of them, with a link of the relay between. */
static int make_channel(struct dialogue *dialogue, int ends[2], int i, bool down, struct err *e)
{
    const struct problem *problem = dialogue->submission->problem;
    const char *word = down ? interact_word_of(problem) : "program";
    char who[INTERACT_WORD];
    int beyond[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    if (dialogue->relay == NULL)
        return 0;
    if (problem->processes > 1)
        (void)str_format(who, sizeof who, "%s%s %d", word, down ? " to" : "", i); /* it fits */
    else
        (void)str_copy(who, sizeof who, word); /* as above */
    if (pipe2(beyond, O_CLOEXEC) != 0) {
        int error = errno;
        file_close(&ends[0]);
        file_close(&ends[1]);
        return err_sys(e, error, "make a pipe");
    }
    if (relay_add(dialogue->relay, ends[0], beyond[1], who, e) != 0) {
        file_close(&ends[1]);
        file_close(&beyond[0]);
        return -1;
    }
    ends[0] = beyond[0];
    return 0;
}

/* Between the program's process i and the interactor: on standard input and output, or a manager's further descriptors. */
static int join(struct dialogue *dialogue, int i, bool manager, struct err *e)
{
    struct sandbox_spec *program = &dialogue->specs[interact_spec_of(i)];
    struct sandbox_spec *interactor = &dialogue->specs[INTERACT_SPEC];
    int up[2], down[2];
    if (make_channel(dialogue, up, i, false, e) != 0)
        return -1;
    if (make_channel(dialogue, down, i, true, e) != 0) {
        file_close(&up[0]);
        file_close(&up[1]);
        return -1;
    }
    program->fd[0] = down[0];
    program->fd[1] = up[1];
    dialogue->held[i] = fcntl(down[0], F_DUPFD_CLOEXEC, 3);
    if (manager) {
        dialogue->more[interactor->more_count++] = up[0];
        dialogue->more[interactor->more_count++] = down[1];
    } else {
        interactor->fd[0] = up[0];
        interactor->fd[1] = down[1];
    }
    return dialogue->held[i] >= 0 ? 0 : err_sys(e, errno, "hold a pipe");
}

/* ---- the program */

static int make_argv(struct dialogue *dialogue, int i, struct err *e)
{
    size_t count = 0;
    bool numbered = dialogue->submission->problem->processes > 1;
    while (dialogue->command[count] != NULL)
        count++;
    const char **argv = calloc(count + 2, sizeof *argv);
    dialogue->argv[i] = argv;
    if (argv == NULL)
        return err_set(e, "out of memory");
    for (size_t w = 0; w < count; w++)
        argv[w] = dialogue->command[w];
    (void)str_format(dialogue->numbers[i], INTERACT_WORD, "%d", i); /* it fits */
    argv[count] = numbered ? dialogue->numbers[i] : NULL;
    return 0;
}

static int make_programs(struct dialogue *dialogue, struct err *e)
{
    struct judge *judge = dialogue->judge;
    const struct submission *submission = dialogue->submission;
    const struct language *language = submission->language;
    const struct policy *policy = judge_policy(judge, language->run.policy, e);
    if (policy == NULL || (dialogue->command = judge_command(judge, submission, e)) == NULL ||
        (dialogue->env = judge_environment(language, &language->run, e)) == NULL ||
        judge_working_files(judge, submission, dialogue->test, false, dialogue->files, &dialogue->file_count, e) != 0)
        return -1;
    for (int i = 0; i < (int)dialogue->spec_count - 1; i++) {
        struct sandbox_spec *spec = &dialogue->specs[interact_spec_of(i)];
        if (make_argv(dialogue, i, e) != 0)
            return -1;
        spec->argv = dialogue->argv[i];
        spec->env = dialogue->env;
        spec->sink[2] = judge->error_fd;
        spec->policy = policy;
        spec->limits = judge_case_limits(judge, submission, dialogue->test, dialogue->options->rules);
        spec->proc = language->run.proc;
        spec->files = dialogue->files;
        spec->file_count = dialogue->file_count;
        spec->mounts = dialogue->mounts;
        spec->mount_count = judge_mounts(language, &language->run, dialogue->mounts);
    }
    return 0;
}

/* ---- the interactor */

/* CMS calls a manager with two names a process: what it reads from it, what it writes to it. */
static void manager_words(const struct dialogue *dialogue, char *words, size_t size)
{
    size_t length = 0;
    words[0] = '\0';
    for (size_t i = 0; i < dialogue->specs[INTERACT_SPEC].more_count; i++) {
        (void)str_format(words + length, size - length, "/proc/self/fd/%zu ", i + 3); /* it fits */
        length += strlen(words + length);
    }
}

static int make_interactor(struct dialogue *dialogue, int input_fd, const struct case_judgement *program, struct err *e)
{
    struct judge *judge = dialogue->judge;
    const struct checker *interactor = dialogue->interactor;
    const struct problem *problem = dialogue->submission->problem;
    struct sandbox_spec *spec = &dialogue->specs[INTERACT_SPEC];
    char words[2 * INTERACT_PROCESSES * INTERACT_WORD];
    bool manager = problem->processes > 0;
    manager_words(dialogue, words, sizeof words);
    (void)str_format(dialogue->own_path, sizeof dialogue->own_path, "%s/interactor",
                     SANDBOX_PROGRAM_FOLDER); /* it fits */
    dialogue->own_files[0] = (struct sandbox_file){"input", input_fd, 0644};
    dialogue->own_files[1] = (struct sandbox_file){"answer", checker_open_answer(problem, dialogue->test, e), 0644};
    dialogue->own_files[2] = (struct sandbox_file){"code", judge->code_fd, 0644};
    spec->policy = judge_policy(judge, judge->interactor.policy, e);
    if (spec->policy == NULL || dialogue->own_files[1].fd < 0 ||
        checker_arguments_of(judge->interactor.interpreter, dialogue->own_path,
                             manager ? words : interactor_arguments(interactor->protocol),
                             problem_case_args(dialogue->test, interactor), dialogue->own_blocks, dialogue->own_argv,
                             e) != 0)
        return -1;
    if (manager && (spec->fd[0] = problem_open_file(problem, dialogue->test->input, e)) < 0)
        return -1;
    checker_environment(dialogue->submission, dialogue->test, program, dialogue->own_texts, dialogue->own_env);
    spec->argv = dialogue->own_argv;
    spec->env = dialogue->own_env;
    spec->sink[1] = judge->checker_fd[1];
    spec->sink[2] = judge->checker_fd[2];
    spec->more = dialogue->more;
    spec->proc = manager; /* to open its descriptors by name */
    spec->files = dialogue->own_files;
    spec->file_count = sizeof dialogue->own_files / sizeof *dialogue->own_files;
    return 0;
}

int interact_make_specs(struct dialogue *dialogue, int input_fd, const struct case_judgement *program, struct err *e)
{
    const bool manager = dialogue->submission->problem->processes > 0;
    dialogue->own_files[1].fd = -1;
    for (int i = 0; i < INTERACT_PROCESSES; i++)
        dialogue->held[i] = -1;
    bool keep = dialogue->options->dialogue || dialogue->submission->problem->keep_dialogue;
    if (keep && (dialogue->relay = relay_new()) == NULL)
        return err_set(e, "out of memory");
    for (size_t k = 0; k < dialogue->spec_count; k++)
        dialogue->specs[k] = (struct sandbox_spec){.fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    for (int i = 0; i < (int)dialogue->spec_count - 1; i++) {
        if (join(dialogue, i, manager, e) != 0)
            return -1;
    }
    return make_programs(dialogue, e) != 0 ? -1 : make_interactor(dialogue, input_fd, program, e);
}

void interact_release(struct dialogue *dialogue)
{
    for (int i = 0; i < INTERACT_PROCESSES; i++)
        file_close(&dialogue->held[i]);
}

void interact_free_specs(struct dialogue *dialogue)
{
    for (size_t k = 0; k < dialogue->spec_count && !dialogue->running; k++) {
        for (int i = 0; i < 3; i++)
            file_close(&dialogue->specs[k].fd[i]);
    }
    for (size_t i = 0; i < dialogue->specs[INTERACT_SPEC].more_count && !dialogue->running; i++)
        file_close(&dialogue->more[i]);
    interact_release(dialogue);
    relay_free(dialogue->relay);
    judge_close_files(dialogue->files, dialogue->file_count);
    file_close(&dialogue->own_files[1].fd);
    for (int i = 0; i < INTERACT_PROCESSES; i++)
        free(dialogue->argv[i]);
    free(dialogue->own_blocks[0]);
    free(dialogue->own_blocks[1]);
    free(dialogue->command);
    free(dialogue->env);
}
