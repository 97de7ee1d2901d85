/*
 * local_record_subjects.c - what `judgectl record` is given, and the judging of it. Runs in judge_client's local form, as root.
 *
 * It judges with judge() as it is: that the programs run openly and are counted is the sandbox's doing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"
#include "judge_client/language.h"
#include "judge_client/local_record_parts.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

_Static_assert(CHECKER_CELL == RECORD_CHECKER_CELL, "what runs there is called a checker");

enum { TEST_TIME_MS = 5000, TEST_MEMORY_MIB = 512, MOST_SOURCES = 10000 };

/* ---- what is to be judged */

/* PROBLEM is a folder, or a number of OJ_HOME/data. */
int record_open_problem(struct local_record *local, struct err *e)
{
    const char *name = local->options->problem;
    char folder[PATH_MAX];
    int64_t number;
    int result;
    if (name == NULL) {
        result = problem_test_run(&local->problem, TEST_TIME_MS, TEST_MEMORY_MIB, e);
    } else if (access(name, F_OK) != 0 && str_to_int64(name, 1, INT64_MAX, &number) == 0) {
        if (str_format(folder, sizeof folder, "%s/data/%s", local->places.home, name) != 0)
            return err_set(e, "%s: the path is too long", local->places.home);
        result = problem_open(&local->problem, folder, e);
    } else {
        result = problem_open(&local->problem, name, e);
    }
    local->has_problem = result == 0;
    return result == 0 ? judge_check_problem(&local->problem, local->languages, e) : -1;
}

struct names {
    char **names;
    size_t count;
};

static int add_name(struct names *names, const char *name, struct err *e)
{
    char **more = names->count >= MOST_SOURCES ? NULL : realloc(names->names, (names->count + 1) * sizeof *more);
    if (more == NULL)
        return err_set(e, "more than %d sources, or out of memory", MOST_SOURCES);
    names->names = more;
    names->names[names->count] = strdup(name);
    if (names->names[names->count] == NULL)
        return err_set(e, "out of memory");
    names->count++;
    return 0;
}

/* A folder stands for the sources in it: the files whose suffix a language has. */
static int add_folder(struct names *names, const char *path, const struct languages *languages, struct err *e)
{
    struct dirent **entries;
    size_t before = names->count;
    int count = scandir(path, &entries, NULL, alphasort);
    int result = count < 0 ? err_sys(e, errno, "%s", path) : 0;
    for (int i = 0; i < count; i++) {
        char name[PATH_MAX];
        struct stat info;
        if (result == 0 && entries[i]->d_name[0] != '.' && languages_by_file(languages, entries[i]->d_name) != NULL &&
            str_format(name, sizeof name, "%s/%s", path, entries[i]->d_name) == 0 && stat(name, &info) == 0 &&
            S_ISREG(info.st_mode))
            result = add_name(names, name, e);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return result == 0 && names->count == before ? err_set(e, "%s: no source of a known language in it", path) : result;
}

int record_read_sources(struct local_record *local, struct err *e)
{
    const struct record_options *options = local->options;
    struct names names = {.count = 0};
    struct stat info;
    int result = 0;
    for (size_t i = 0; i < options->source_count && result == 0; i++) {
        const char *path = options->sources[i];
        bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        result = folder ? add_folder(&names, path, local->languages, e) : add_name(&names, path, e);
    }
    if (result == 0)
        result = local_sources_read(&local->sources, local->problem.folder, names.names, names.count, options->language,
                                    local->languages, e);
    for (size_t i = 0; i < names.count; i++)
        free(names.names[i]);
    free(names.names);
    for (size_t i = 0; i < local->sources.count && result == 0; i++) {
        const struct local_source *source = &local->sources.rows[i];
        if (source->why.text[0] != '\0' && !source->found)
            result = err_set(e, "%s", source->why.text);
    }
    return result;
}

int record_make_subjects(struct local_record *local, struct err *e)
{
    size_t most = local->options->argv != NULL ? 1 : local->sources.count;
    local->subjects = calloc(most, sizeof *local->subjects);
    if (local->subjects == NULL)
        return err_set(e, "out of memory");
    local->subject_count = most;
    if (local->options->argv != NULL) {
        local->subjects[0] = (struct record_subject){.name = local->options->argv[0], .language = ""};
        return record_argv_prepare(local, e);
    }
    local->subject_count = 0;
    for (size_t i = 0; i < most; i++) {
        const struct local_source *source = &local->sources.rows[i];
        if (source->why.text[0] == '\0') /* else found, in a language that is not installed */
            local->subjects[local->subject_count++] =
                (struct record_subject){.name = source->path, .language = source->language->name};
    }
    return local->subject_count > 0 ? 0 : err_set(e, "no source is in a language that is installed here");
}

/* ---- judging */

static void mark_program(void *context, const struct judgement *so_far, size_t cases)
{
    struct local_record *local = context;
    (void)cases;
    if (local->now != NULL && so_far->compiled)
        local->now->program = RECORD_PROGRAM;
}

static const struct local_source *source_of(const struct local_record *local, const struct record_subject *subject)
{
    for (size_t i = 0; i < local->sources.count; i++) {
        if (local->sources.rows[i].path == subject->name)
            return &local->sources.rows[i];
    }
    return NULL;
}

static int judge_source(struct local_record *local, const struct record_subject *subject,
                        struct record_verdict *verdict, struct err *e)
{
    const struct local_source *source = source_of(local, subject);
    const struct submission submission = {.language = source->language,
                                          .problem = &local->problem,
                                          .source = source->bytes,
                                          .source_bytes = source->size,
                                          .input = local->options->problem == NULL ? "" : NULL};
    const struct judge_options options = {
        .all = true, .teacher = true, .ui = UI_EN, .stop_fd = -1, .progress = mark_program, .context = local};
    struct judgement judgement;
    if (judge(local->judge, &submission, &options, &judgement, e) != 0)
        return -1;
    verdict->verdict = judgement.verdict;
    if (judgement.failed < judgement.case_count)
        (void)str_copy(verdict->note, sizeof verdict->note, judgement.cases[judgement.failed].note); /* of one size */
    else if (judgement.compile_refused[0] != '\0')
        (void)str_format(verdict->note, sizeof verdict->note, "a system call that is not allowed: %s",
                         judgement.compile_refused); /* it fits */
    else if (!judgement.compiled)
        (void)str_format(verdict->note, sizeof verdict->note, "%.*s", (int)strcspn(judgement.compile_text, "\n"),
                         judgement.compile_text); /* cut is fine */
    judgement_fini(&judgement);
    return 0;
}

/* Judges all once; record: NULL, or what counts. A fault of ours with one of them is its verdict's why. */
void record_judge_all(struct local_record *local, struct record *record, enum record_pass pass)
{
    struct record_verdict ignored = {.judged = false};
    local->now = record;
    sandbox_record(local->sandbox, record);
    for (size_t i = 0; i < local->subject_count; i++) {
        struct record_subject *subject = &local->subjects[i];
        struct record_verdict *verdict = pass < RECORD_PASSES ? &subject->passes[pass] : &ignored;
        memset(verdict, 0, sizeof *verdict);
        if (record != NULL)
            record->program = local->options->argv != NULL ? RECORD_PROGRAM : RECORD_COMPILER;
        int result = local->options->argv != NULL ? record_argv_run(local, verdict, &verdict->why)
                                                  : judge_source(local, subject, verdict, &verdict->why);
        verdict->judged = result == 0;
    }
    sandbox_record(local->sandbox, NULL);
    local->now = NULL;
}

const struct policy *record_policy_named(struct local_record *local, const char *name, struct err *e)
{
    for (size_t i = 0; i < local->policy_count; i++) {
        if (strcmp(local->policies[i]->name, name) == 0)
            return local->policies[i];
    }
    struct policy *policy = local->policy_count < RECORD_POLICIES ? malloc(sizeof *policy) : NULL;
    if (policy == NULL || policy_load(policy, local->places.policies, name, e) != 0) {
        if (policy == NULL)
            (void)err_set(e, "more than %d policies, or out of memory", RECORD_POLICIES);
        free(policy);
        return NULL;
    }
    local->policies[local->policy_count++] = policy;
    return policy;
}
