/*
 * local_check_run.c - see local_check.h: a problem's own programs on its own data, in the sandbox. Runs in judge_client's local form,
 * as root.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/checker_run.h"
#include "judge_client/judge_parts.h"
#include "judge_client/local_check.h"
#include "judge_client/problem_package.h"
#include "judge_client/text.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { MOST_SAID = 5, VALIDATOR_MS = 10000, VALIDATOR_MIB = 2048, WORDS = 64, KATTIS_FINE = 42, ERROR_BYTES = 160 };

/* There is one as soon as something is to be run. */
static int open_sandbox(struct local_check *check, struct err *e)
{
    if (check->judge != NULL)
        return 0;
    const struct sandbox_config config = {
        .slot = -1, .cpu = -1, .tier = sandbox_tier_of_name(check->tier, e), .home = check->places.home};
    if (config.tier < -1)
        return -1;
    check->sandbox = sandbox_open(&config, e);
    if (check->sandbox == NULL || sandbox_check_tier(check->sandbox, check->tier, e) != 0)
        return -1;
    check->judge = judge_open(check->sandbox, check->places.policies, e);
    return check->judge == NULL ? -1 : 0;
}

static const struct judge_options teacher = {.teacher = true, .ui = UI_EN, .stop_fd = -1};

/* ---- validators of inputs */

struct validating {
    struct local_check *check;
    const char *source;
    struct checker_program program;
    int good; /* the exit code that accepts */
    size_t said;
    bool broken; /* it crashed, or took too long: it is not run again */
};

/* The end of what it wrote to standard error, in one line. */
static void take_error(struct judge *judge, char text[4 * ERROR_BYTES + 16])
{
    char raw[ERROR_BYTES + 1];
    off_t size = lseek(judge->error_fd, 0, SEEK_END);
    off_t from = size > ERROR_BYTES ? size - ERROR_BYTES : 0;
    ssize_t count = size < 0 ? 0 : pread(judge->error_fd, raw, ERROR_BYTES, from);
    text_clean(text, 4 * ERROR_BYTES + 16, raw, count < 0 ? 0 : (size_t)count);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\n' || *at == '\t' ? ' ' : *at;
    for (size_t length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
        text[length - 1] = '\0';
}

static int run_validator(struct validating *validating, const struct problem_case *one, struct sandbox_result *result,
                         struct err *e)
{
    static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" SANDBOX_RUN_FOLDER, "TMPDIR=/tmp",
                                      "LC_ALL=C.UTF-8", NULL};
    struct judge *judge = validating->check->judge;
    const struct checker_program *program = &validating->program;
    const char *argv[WORDS + 3];
    char path[sizeof SANDBOX_PROGRAM_FOLDER + sizeof program->file];
    size_t count = 0;
    (void)str_format(path, sizeof path, "%s/%s", SANDBOX_PROGRAM_FOLDER, program->file); /* it fits */
    if (program->interpreter != NULL)
        argv[count++] = program->interpreter;
    argv[count++] = path;
    char **own = conf_words(one->flags != NULL ? one->flags->input_args : "", e);
    const struct policy *policy = own == NULL ? NULL : judge_policy(judge, program->policy, e);
    for (size_t i = 0; policy != NULL && own[i] != NULL && i < WORDS; i++)
        argv[count++] = own[i];
    argv[count] = NULL;
    int input_fd = policy == NULL || judge_rewind(judge->error_fd, e) != 0 || judge_rewind(judge->output_fd, e) != 0
                       ? -1
                       : problem_open_file(&validating->check->problem, one->input, e);
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {input_fd, -1, -1},
        .sink = {-1, judge->output_fd, judge->error_fd},
        .policy = policy,
        .limits = {.cpu_us = VALIDATOR_MS * 1000,
                   .wall_us = 2 * VALIDATOR_MS * 1000,
                   .mem_kib = VALIDATOR_MIB * 1024,
                   .out_bytes = 1 << 20,
                   .stack_kib = VALIDATOR_MIB * 1024,
                   .processes = program->processes,
                   .open_files = 64},
    };
    const struct sandbox_hooks hooks = {.stop_fd = -1, .first_cell = CHECKER_CELL};
    int code = input_fd < 0 ? -1 : sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e);
    if (code == 0 && result->not_executed != 0)
        code = sandbox_not_executed(&spec, result, e);
    free(own);
    return code;
}

static int validate(struct validating *validating, const struct problem_case *one, struct err *e)
{
    struct sandbox_result result;
    char text[4 * ERROR_BYTES + 16], why[JUDGE_NOTE_SIZE];
    if (run_validator(validating, one, &result, e) != 0)
        return -1;
    if (result.exit_code == validating->good)
        return 0;
    take_error(validating->check->judge, text);
    verdict_explain(why, sizeof why, verdict_of_run(&result, 0), &result, UI_EN);
    validating->broken = result.exit_code < 0;
    if (validating->said++ < MOST_SAID && result.exit_code >= 0)
        local_check_say(validating->check, true, "%s: %s does not accept it: exit code %d%s%s", one->input,
                        validating->source, result.exit_code, text[0] == '\0' ? "" : ": ", text);
    else if (result.exit_code < 0)
        local_check_say(validating->check, true, "%s: %s failed: %s%s%s", one->input, validating->source, why,
                        text[0] == '\0' ? "" : "; its standard error ends: ", text);
    return 0;
}

/* One that does not compile is found, not failed. */
static int run_validators_of(struct local_check *check, const char *source, int good, struct err *e)
{
    struct validating validating = {.check = check, .source = source, .good = good};
    struct err why;
    if (open_sandbox(check, e) != 0)
        return -1;
    if (checker_build(check->judge, &check->problem, source, "", &teacher, &validating.program, &why) != 0) {
        local_check_say(check, true, "%s", why.text);
        return 0;
    }
    int result = sandbox_clear_program(check->sandbox, CHECKER_CELL, e);
    if (result == 0)
        result = checker_put(check->judge, &check->problem, source, validating.program.file, &validating.program, e);
    file_close(&validating.program.fd);
    for (size_t i = 0; i < check->problem.case_count && result == 0 && !validating.broken; i++)
        result = validate(&validating, &check->problem.cases[i], e);
    if (validating.said > MOST_SAID)
        local_check_say(check, true, "%s does not accept %zu more", source, validating.said - MOST_SAID);
    return result;
}

/* A package's, or those of these names in a folder of HUSTOJ's. */
static int run_validators(struct local_check *check, struct err *e)
{
    static const char *const names[] = {"validator.cc", "validator.cpp", "validator.c", "validator.py", "validator.pas",
                                        "val.cc",       "val.cpp",       "val.c",       "val.py",       "val.pas"};
    const struct problem_package *package = check->problem.package;
    int good = package != NULL && package->format == PACKAGE_KATTIS ? KATTIS_FINE : 0;
    size_t count = 0;
    int result = 0;
    for (size_t i = 0; package != NULL && i < package->validator_count && result == 0; i++, count++)
        result = run_validators_of(check, package->validators[i].source, good, e);
    for (size_t i = 0; package == NULL && i < sizeof names / sizeof *names && result == 0; i++) {
        if (problem_kind(&check->problem, names[i]) == 0)
            continue;
        result = run_validators_of(check, names[i], good, e);
        count++;
    }
    if (result == 0 && count == 0)
        local_check_say(check, false, "no validator: whether inputs are as the statement says was not checked");
    return result;
}

/* ---- the checker on the answers */

static int check_answer(struct local_check *check, const struct submission *submission, const struct problem_case *one,
                        size_t *said, struct err *e)
{
    struct judge *judge = check->judge;
    struct case_judgement result = {.test = one};
    struct err why;
    int fd = problem_open_file(&check->problem, one->answer, e);
    if (fd < 0 || judge_rewind(judge->output_fd, e) != 0) {
        file_close(&fd);
        return -1;
    }
    int copied = file_copy(fd, judge->output_fd) < 0 ? err_set(e, "copy %s", one->answer) : 0;
    file_close(&fd);
    if (copied != 0)
        return -1;
    if (checker_run_case(judge, submission, one, &teacher, &result, &why) != 0) {
        if ((*said)++ < MOST_SAID)
            local_check_say(check, true, "%s, as an output: %s", one->answer, why.text);
    } else if (result.verdict != VERDICT_AC && (*said)++ < MOST_SAID) {
        local_check_say(check, true, "%s: the checker does not accept the answer itself: %s%s%s", one->answer,
                        verdict_code(result.verdict), result.note[0] == '\0' ? "" : ": ", result.note);
    }
    return 0;
}

static int run_checker(struct local_check *check, struct err *e)
{
    const struct problem *problem = &check->problem;
    static const struct language nobody = {.name = "none"};
    const struct submission submission = {.language = &nobody, .problem = problem, .source = "", .source_bytes = 0};
    struct err why;
    size_t said = 0;
    if (problem->checker.kind == CHECKER_NONE || problem->interactor.kind != CHECKER_NONE ||
        problem->checker.passes > 1)
        return 0;
    if (open_sandbox(check, e) != 0)
        return -1;
    if (checker_prepare(check->judge, &submission, &teacher, &why) != 0) {
        local_check_say(check, true, "%s", why.text);
        return 0;
    }
    for (size_t i = 0; i < problem->case_count && said <= MOST_SAID; i++) {
        if (problem->cases[i].answer[0] != '\0' && check_answer(check, &submission, &problem->cases[i], &said, e) != 0)
            return -1;
    }
    if (said > MOST_SAID)
        local_check_say(check, true, "the checker does not accept further answers");
    return 0;
}

/* An interactor needs a program to talk to: here it is only compiled. */
static int build_interactor(struct local_check *check, struct err *e)
{
    const struct checker *interactor = &check->problem.interactor;
    struct checker_program program;
    struct err why;
    if (interactor->kind != CHECKER_PROGRAM)
        return 0;
    if (open_sandbox(check, e) != 0)
        return -1;
    if (checker_build(check->judge, &check->problem, interactor->source, interactor->binary, &teacher, &program,
                      &why) != 0)
        local_check_say(check, true, "%s", why.text);
    else
        file_close(&program.fd);
    return 0;
}

int local_check_programs(struct local_check *check, struct err *e)
{
    return run_validators(check, e) != 0 || build_interactor(check, e) != 0 ? -1 : run_checker(check, e);
}
