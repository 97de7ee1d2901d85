/*
 * judge.c - see judge.h. Runs in judge_client as root (for the sandbox's sake).
 */
#include "judge_client/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/checker_run.h"
#include "judge_client/difference.h"
#include "judge_client/interact_run.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/score.h"
#include "judge_client/text.h"

#include "common/banned.h"

struct judge *judge_open(struct sandbox *sandbox, const char *const *policy_folders, struct err *e)
{
    struct judge *judge = calloc(1, sizeof *judge);
    if (judge == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    judge->sandbox = sandbox;
    judge->checker.fd = judge->interactor.fd = judge->code_fd = judge->checker_fd[1] = judge->checker_fd[2] = -1;
    judge->policy_folders = policy_folders;
    judge->output_fd = memfd_create("output", MFD_CLOEXEC);
    judge->error_fd = memfd_create("error", MFD_CLOEXEC);
    if (judge->output_fd < 0 || judge->error_fd < 0) {
        err_sys(e, errno, "make a place for outputs");
        judge_close(judge);
        return NULL;
    }
    return judge;
}

void judge_close(struct judge *judge)
{
    if (judge == NULL)
        return;
    for (size_t i = 0; i < judge->policy_count; i++)
        free(judge->policies[i]);
    file_close(&judge->output_fd);
    file_close(&judge->error_fd);
    checker_run_close(judge);
    free(judge->dialogue);
    free(judge);
}

const struct policy *judge_policy(struct judge *judge, const char *name, struct err *e)
{
    for (size_t i = 0; i < judge->policy_count; i++) {
        if (strcmp(judge->policies[i]->name, name) == 0)
            return judge->policies[i];
    }
    if (judge->policy_count == JUDGE_POLICIES) {
        err_set(e, "policy %s: more than %d policies", name, JUDGE_POLICIES);
        return NULL;
    }
    struct policy *policy = malloc(sizeof *policy);
    if (policy == NULL) {
        err_set(e, "policy %s: out of memory", name);
        return NULL;
    }
    if (policy_load(policy, judge->policy_folders, name, e) != 0) {
        free(policy);
        return NULL;
    }
    judge->policies[judge->policy_count++] = policy;
    return policy;
}

int judge_rewind(int fd, struct err *e)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return err_sys(e, errno, "empty the place for outputs");
    return 0;
}

static size_t count_words(const char *const *list)
{
    size_t count = 0;
    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

/* Adds the NAME=VALUE words of list, if any, whose names env does not have yet: of two of one name some programs take the first,
 * others the last. */
static void add_words(const char **env, const char *const *list)
{
    size_t count = 0;
    while (env[count] != NULL)
        count++;
    for (; list != NULL && *list != NULL; list++) {
        size_t name = strcspn(*list, "=") + 1, i = 0;
        while (i < count && strncmp(env[i], *list, name) != 0)
            i++;
        if (i == count)
            env[count++] = *list;
    }
}

const char **judge_environment(const struct language *language, const struct language_step *step, struct err *e)
{
    static const char *const usual[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                        ("HOME=" SANDBOX_RUN_FOLDER),
                                        "TMPDIR=/tmp",
                                        "LANG=C.UTF-8",
                                        "LC_ALL=C.UTF-8",
                                        "ONLINE_JUDGE=1",
                                        NULL};
    const char *const *own = (const char *const *)step->env, *const *all = (const char *const *)language->env;
    size_t most = count_words(own) + count_words(all) + count_words(usual);
    const char **env = calloc(most + 1, sizeof *env);
    if (env == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    add_words(env, own);
    add_words(env, all);
    add_words(env, usual);
    return env;
}

int judge_add_headers(const struct problem *problem, const char *suffix, struct sandbox_file files[JUDGE_FILES],
                      size_t *count, struct err *e)
{
    for (size_t i = 0; i < problem->header_count; i++) {
        const char *name = problem->headers[i];
        size_t length = strlen(name);
        if (length < strlen(suffix) || strcmp(name + length - strlen(suffix), suffix) != 0)
            continue;
        if (*count == JUDGE_FILES)
            return err_set(e, "%s: more than %d files *.h and *.dic", problem->folder, JUDGE_FILES - 1);
        int fd = problem_open_file(problem, name, e);
        if (fd < 0)
            return -1;
        files[(*count)++] = (struct sandbox_file){name, fd, 0644};
    }
    return 0;
}

void judge_close_files(const struct sandbox_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)close(files[i].fd); /* they were only read */
}

size_t judge_mounts(const struct language *language, const struct language_step *step,
                    struct sandbox_mount mounts[LANGUAGE_LIST])
{
    size_t count = 0;
    for (char **own = step->mounts; own != NULL && *own != NULL && count < LANGUAGE_LIST; own++) {
        if (access(*own, F_OK) == 0)
            mounts[count++] = (struct sandbox_mount){*own, *own};
    }
    for (size_t i = 0; language->mounts[i] != NULL && count < LANGUAGE_LIST; i++)
        mounts[count++] = (struct sandbox_mount){language->mounts[i], language->mounts[i]};
    return count;
}

/* Which of the files that lie beside the student's are sources: what no language compiles is for each of them. */
static int check_sources(struct problem *problem, const struct languages *languages, struct err *e)
{
    for (size_t i = 0; i < problem->source_count; i++) {
        struct problem_sources *sources = &problem->sources[i];
        const struct language *language = languages_by_name(languages, sources->language);
        const char *nearest = languages_nearest(languages, sources->language);
        if (sources->language[0] != '\0' && language == NULL)
            return err_set(e, "%s/problem.ini:%d: [sources.%s]: unknown language%s%s%s", problem->folder, sources->line,
                           sources->language, nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                           nearest == NULL ? "" : "?)");
        if (language != NULL)
            (void)str_copy(sources->language, sizeof sources->language, language->name); /* names of the same size */
        for (size_t k = 0; sources->with != NULL && sources->with[k] != NULL; k++) {
            if (languages_by_file(languages, sources->with[k]) != NULL)
                sources->source_bits |= UINT64_C(1) << k;
        }
    }
    return 0;
}

int judge_check_problem(struct problem *problem, const struct languages *languages, struct err *e)
{
    for (size_t i = 0; i < problem->factor_count; i++) {
        struct problem_factor *factor = &problem->factors[i];
        const struct language *language = languages_by_name(languages, factor->language);
        const char *nearest = languages_nearest(languages, factor->language);
        if (language == NULL)
            return err_set(e, "%s/problem.ini:%d: [limits.%s]: unknown language%s%s%s", problem->folder, factor->line,
                           factor->language, nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                           nearest == NULL ? "" : "?)");
        (void)str_copy(factor->language, sizeof factor->language, language->name); /* names of the same size */
    }
    return check_sources(problem, languages, e);
}

static void take_most(struct judgement *judgement, const struct case_judgement *of)
{
    if (of->cpu_us > judgement->cpu_us)
        judgement->cpu_us = of->cpu_us;
    if (of->wall_us > judgement->wall_us)
        judgement->wall_us = of->wall_us;
    if (of->mem_kib > judgement->mem_kib)
        judgement->mem_kib = of->mem_kib;
}

/* The end of what the program wrote to standard error, as a student may see it. */
static int take_stderr(struct judge *judge, struct judgement *judgement, struct err *e)
{
    struct stat info;
    if (fstat(judge->error_fd, &info) != 0)
        return err_sys(e, errno, "look at the standard error");
    off_t from = info.st_size > JUDGE_STDERR_BYTES + 1 ? info.st_size - JUDGE_STDERR_BYTES - 1 : 0;
    ssize_t count = pread(judge->error_fd, judge->scratch, JUDGE_STDERR_BYTES + 1, from);
    if (count < 0)
        return err_sys(e, errno, "read the standard error");
    text_show_end(judgement->failed_stderr, JUDGE_STDERR_SIZE, JUDGE_STDERR_BYTES, judge->scratch, (size_t)count);
    text_hide_folders(judgement->failed_stderr);
    compile_text_shift(judgement->failed_stderr, JUDGE_STDERR_SIZE, judge->source, &judge->wrap);
    return 0;
}

/* The difference of the case that was run last, for the site's page. */
static int take_shown(struct judge *judge, const struct problem_case *test, const struct submission *submission,
                      const struct judge_options *options, struct judgement *judgement, struct err *e)
{
    free(judgement->shown);
    judgement->shown = NULL;
    if (!judgement->has_difference || options->rules->full_diff == 0)
        return 0;
    int input_fd = problem_open_file(submission->problem, test->input, e);
    int answer_fd = input_fd < 0 ? -1 : problem_open_file(submission->problem, test->answer, e);
    if (answer_fd >= 0)
        judgement->shown = difference_show(&judgement->difference, options->rules->full_diff, input_fd,
                                           judge->output_fd, answer_fd, options->ui, e);
    file_close(&input_fd);
    file_close(&answer_fd);
    return judgement->shown == NULL ? -1 : 0;
}

static void skip_case(struct case_judgement *result, const struct problem_case *test, enum ui_language ui)
{
    static const char *const why[UI_COUNT] = {"not run: it cannot change the score any more", "未运行：已不会影响得分"};
    *result = (struct case_judgement){.test = test, .verdict = VERDICT_SKIPPED};
    (void)str_copy(result->note, sizeof result->note, why[ui]); /* it fits */
}

/* Who makes the answers of a problem submits a program, whatever students do. */
static enum problem_type type_of(const struct submission *submission, const struct judge_options *options)
{
    return options->answer != NULL ? PROBLEM_PROGRAM : submission->problem->type;
}

/* From the submission to what run_cases needs: judgement->compiled, or what the student did wrong. */
static int prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                   struct judgement *judgement, struct err *e)
{
    judge->wrap.wrapped = false;
    switch (type_of(submission, options)) {
    case PROBLEM_OUTPUT_ONLY:
        return judge_outputs_prepare(judge, submission, options, judgement, e);
    case PROBLEM_RAW_TEXT:
        judgement->compiled = true;
        return 0;
    case PROBLEM_PROGRAM:
    default:
        return compile_submission(judge, submission, options, judgement, e);
    }
}

static int judge_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                      const struct judge_options *options, struct judgement *judgement, bool *has_difference,
                      struct compare_difference *difference, struct err *e)
{
    struct case_judgement *result = &judgement->cases[test - submission->problem->cases];
    switch (type_of(submission, options)) {
    case PROBLEM_OUTPUT_ONLY:
        return judge_outputs_case(judge, submission, test, options, result, has_difference, difference, e);
    case PROBLEM_RAW_TEXT:
        return judge_raw_text_case(judge, submission, test, options, judgement, result, e);
    case PROBLEM_PROGRAM:
    default:
        return run_case(judge, submission, test, options, result, has_difference, difference, e);
    }
}

static int run_cases(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                     struct judgement *judgement, struct err *e)
{
    const struct problem *problem = submission->problem;
    const struct score_scale scale = score_scale(problem);
    const struct judge_rules *rules = options->rules;
    bool all = options->all || rules->oi_mode || problem->scoring == PROBLEM_ALL;
    bool skip = problem->skip && !options->all;
    score_begin(&scale, judgement);
    judge->spent_us = 0;
    for (size_t i = 0; i < problem->case_count; i++) {
        struct case_judgement *result = &judgement->cases[i];
        struct compare_difference difference;
        bool has_difference = false;
        if (skip && !score_needs(&scale, judgement, i))
            skip_case(result, &problem->cases[i], options->ui);
        else if (judge_case(judge, submission, &problem->cases[i], options, judgement, &has_difference, &difference,
                            e) != 0)
            return err_add(e, "case %s", problem->cases[i].name);
        judgement->case_count = i + 1;
        judge->spent_us += result->cpu_us;
        take_most(judgement, result);
        if (judgement->failed < i && !score_counts(&scale, judgement, judgement->failed))
            judgement->failed = i; /* its subtask was solved after all */
        if (result->verdict != VERDICT_AC && result->verdict != VERDICT_SKIPPED && judgement->failed == i) {
            judgement->has_difference = has_difference;
            if (has_difference)
                judgement->difference = difference;
            if (take_stderr(judge, judgement, e) != 0 ||
                take_shown(judge, result->test, submission, options, judgement, e) != 0)
                return -1;
            free(judgement->failed_dialogue);
            judgement->failed_dialogue = judge->dialogue;
            judge->dialogue = NULL;
        } else if (judgement->failed == i) {
            judgement->failed = i + 1;
        }
        score_case(&scale, result);
        score_take(&scale, judgement, i);
        if (options->progress != NULL)
            options->progress(options->context, judgement, problem->case_count);
        if (!all && result->verdict != VERDICT_AC && result->verdict != VERDICT_PE)
            break;
        if (rules->time_limit_to_total && result->verdict == VERDICT_TLE)
            break; /* there is no time left for the others */
    }
    size_t shown = judgement->failed;
    score_all(&scale, judgement);
    if (shown != judgement->failed || shown == judgement->case_count) { /* it is of a case that counts no more */
        judgement->has_difference = false;
        free(judgement->shown);
        judgement->shown = NULL;
        judgement->failed_stderr[0] = '\0';
        free(judgement->failed_dialogue);
        judgement->failed_dialogue = NULL;
    }
    return 0;
}

/* What the program of a test run wrote, for its page: both outputs, also of one that ended well. */
static int take_output(struct judge *judge, struct judgement *judgement, struct err *e)
{
    char raw[JUDGE_COMPILE_TEXT_BYTES + 1];
    ssize_t count = pread(judge->output_fd, raw, sizeof raw, 0);
    if (count < 0)
        return err_sys(e, errno, "read the output");
    judgement->output = malloc(JUDGE_COMPILE_TEXT_BYTES + 1);
    if (judgement->output == NULL)
        return err_set(e, "out of memory");
    text_clean(judgement->output, JUDGE_COMPILE_TEXT_BYTES + 1, raw, (size_t)count);
    return take_stderr(judge, judgement, e);
}

int judge(struct judge *judge, const struct submission *submission, const struct judge_options *options,
          struct judgement *judgement, struct err *e)
{
    const struct problem *problem = submission->problem;
    struct judge_options with_rules = *options;
    if (options->rules == NULL)
        with_rules.rules = &rules_usual;
    options = &with_rules;
    memset(judgement, 0, sizeof *judgement);
    judgement->verdict = VERDICT_CE;
    judgement->cases = calloc(problem->case_count, sizeof *judgement->cases);
    judgement->subtasks = calloc(problem->subtask_count + 1, sizeof *judgement->subtasks);
    judgement->compile_text = calloc(1, JUDGE_COMPILE_TEXT_BYTES + 1);
    judgement->failed_stderr = calloc(1, JUDGE_STDERR_SIZE);
    int result = -1;
    if (judgement->cases == NULL || judgement->subtasks == NULL || judgement->compile_text == NULL ||
        judgement->failed_stderr == NULL)
        err_set(e, "out of memory");
    else
        result = prepare(judge, submission, options, judgement, e);
    if (result == 0 && options->progress != NULL)
        options->progress(options->context, judgement, problem->case_count);
    if (result == 0 && judgement->compiled && options->answer == NULL)
        result = checker_prepare(judge, submission, options, e);
    if (result == 0 && judgement->compiled)
        result = interact_prepare(judge, submission, options, e);
    if (result == 0 && judgement->compiled)
        result = run_cases(judge, submission, options, judgement, e);
    if (result == 0 && submission->input != NULL && judgement->compiled)
        result = take_output(judge, judgement, e);
    judge_outputs_clear(judge);
    if (result != 0)
        judgement_fini(judgement);
    return result;
}

void judgement_fini(struct judgement *judgement)
{
    free(judgement->cases);
    free(judgement->subtasks);
    free(judgement->compile_text);
    free(judgement->failed_stderr);
    free(judgement->shown);
    free(judgement->failed_dialogue);
    free(judgement->output);
    free(judgement->report);
    judgement->cases = NULL;
    judgement->subtasks = NULL;
    judgement->subtask_count = 0;
    judgement->compile_text = NULL;
    judgement->failed_stderr = NULL;
    judgement->shown = NULL;
    judgement->failed_dialogue = NULL;
    judgement->output = NULL;
    judgement->report = NULL;
}
