/*
 * local_problem.c - see local_problem.h. Runs in judge_client's local form, any uid that may read the folder; executes nothing.
 */
#include "judge_client/local_problem.h"

#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/str.h"
#include "judge_client/interact.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/local_check.h"
#include "judge_client/places.h"
#include "judge_client/problem.h"
#include "judge_client/problem_package.h"
#include "judge_client/score.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl problem show [--home OJ_HOME] PROBLEM_DIR\n"
    "       judgectl problem check [--home OJ_HOME] PROBLEM_DIR\n"
    "\n"
    "check looks for what is wrong with a problem's folder, and runs its validators and its checker.\n"
    "show prints what the judge understands of a problem's folder: limits, cases, scores, how outputs are\n"
    "judged and why, files. Judges nothing.\n"
    "Exit: 0, 1 the folder cannot be judged, 2 a wrong command.\n";

/* A name from a folder may hold anything but control characters, which problem_open refuses. */
static void line(const char *key, const char *text)
{
    printf("%-10s %s\n", key, text);
}

static void show_limits(const struct problem *problem)
{
    const struct problem_limits *limits = &problem->limits;
    char text[256];
    /* All of it fits. */
    (void)str_format(text, sizeof text, "%lld ms%s, %lld MiB%s", (long long)limits->time_ms,
                     limits->has_time ? "" : " (usual)", (long long)limits->memory_mib,
                     limits->has_memory ? "" : " (usual)");
    line("limits", text);
    if (limits->wall_ms > 0)
        printf("%-10s wall %lld ms\n", "", (long long)limits->wall_ms);
    if (limits->output_mib > 0)
        printf("%-10s output %lld MiB\n", "", (long long)limits->output_mib);
    if (limits->stack_mib > 0)
        printf("%-10s stack %lld MiB\n", "", (long long)limits->stack_mib);
    if (limits->processes > 0)
        printf("%-10s processes %d\n", "", limits->processes);
    for (size_t i = 0; i < problem->factor_count; i++)
        printf("%-10s %s: %g times the time\n", "", problem->factors[i].language, problem->factors[i].factor);
}

static void show_compare(const struct compare_options *compare)
{
    static const char *const modes[] = {
        [COMPARE_LINES] = "lines", [COMPARE_EXACT] = "exact", [COMPARE_TOKENS] = "tokens", [COMPARE_FLOAT] = "float"};
    printf("%-10s %s%s%s", "compare", modes[compare->mode], compare->ignore_case ? ", ignoring case" : "",
           compare->strict_line_ends ? ", blanks at a line's end count" : "");
    if (compare->mode == COMPARE_FLOAT)
        printf(", abs_error %g, rel_error %g", compare->abs_error, compare->rel_error);
    printf("\n");
}

static void show_interactor(const struct problem *problem)
{
    const struct checker *interactor = &problem->interactor;
    bool source = interactor->source[0] != '\0';
    if (interactor->kind == CHECKER_NONE)
        return;
    if (problem->processes > 0)
        printf("%-10s %s, of %d processes of the program\n", "manager",
               source ? interactor->source : interactor->binary, problem->processes);
    else
        printf("%-10s %s%s\n", "interactor", source ? interactor->source : interactor->binary,
               source ? "" : " (an uploaded program: there is no source)");
    printf("%-10s %s\n", "protocol", interactor_help(interactor->protocol));
    printf("%-10s %s %s\n", "",
           problem->processes > 0 ? "two names for each process" : interactor_arguments(interactor->protocol),
           interactor->args);
    printf("%-10s %lld ms, %lld MiB%s\n", "", (long long)interactor->time_ms, (long long)interactor->memory_mib,
           problem->keep_dialogue ? "; the dialogue of a case that fails is kept" : "");
    printf("%-10s %s\n", "because", interactor->why);
}

static void show_checker(const struct problem *problem)
{
    static const char *const points[] = {"fraction", "percent", "absolute"};
    const struct checker *checker = &problem->checker;
    show_interactor(problem);
    if (checker->kind == CHECKER_NONE && !checker->by_problem && problem->interactor.kind != CHECKER_NONE)
        return;
    if (checker->kind == CHECKER_NONE)
        show_compare(&problem->compare);
    if (checker->kind == CHECKER_BUILTIN)
        printf("%-10s builtin: %s\n", "checker", checker_builtin_name(checker->builtin));
    if (checker->kind == CHECKER_PROGRAM) {
        bool source = checker->source[0] != '\0';
        printf("%-10s %s%s\n", "checker", source ? checker->source : checker->binary,
               source ? "" : " (an uploaded program: there is no source)");
        printf("%-10s %s\n", "protocol", checker_help(checker->protocol));
        printf("%-10s %s %s\n", "", checker_arguments(checker), checker->args);
        if (checker->passes > 1)
            printf("%-10s up to %d passes of a case\n", "", checker->passes);
        printf("%-10s points are %s; %lld ms, %lld MiB\n", "", points[checker->points], (long long)checker->time_ms,
               (long long)checker->memory_mib);
    }
    if (checker->why[0] != '\0')
        printf("%-10s %s\n", "because", checker->why);
}

static void show_subtasks(const struct problem *problem, const struct score_scale *scale)
{
    static const char *const types[] = {
        [PROBLEM_MIN] = "min", [PROBLEM_SUM] = "sum", [PROBLEM_MAX] = "max", [PROBLEM_WHOLE] = "all or nothing"};
    for (size_t i = 0; i < problem->subtask_count; i++) {
        const struct problem_subtask *one = &problem->subtasks[i];
        long long full = (long long)one->score * 100000 / scale->out_of;
        printf("%-10s %-20d %4lld.%03lld %s of", i == 0 ? "subtasks" : "", one->number, full / 1000, full % 1000,
               types[one->type]);
        for (size_t k = 0; k < one->case_count; k++)
            printf(" %s", problem->cases[one->cases[k]].name);
        for (size_t k = 0, count = 0; k < i; k++) {
            if (problem_is_after(one, k))
                printf("%s %d", count++ == 0 ? ", after" : "", problem->subtasks[k].number);
        }
        printf("\n");
    }
}

static void show_cases(const struct problem *problem)
{
    const struct score_scale scale = score_scale(problem);
    bool subtasks = problem->subtask_count > 0 && problem->subtasks[0].number >= 0;
    printf("%-10s %zu, %s; %s\n", "cases", problem->case_count,
           subtasks      ? "points in subtasks"
           : scale.named ? "points in their names (what is the same before the first '.' is one subtask)"
                         : "each counts the same",
           problem->skip                     ? "what cannot change the score is skipped"
           : problem->scoring == PROBLEM_ALL ? "all are run"
                                             : "stops at the first failure");
    if (subtasks)
        show_subtasks(problem, &scale);
    printf("%-10s %-20s %8s %12s %12s\n", "", "case", "points", "input", "answer");
    for (size_t i = 0; i < problem->case_count; i++) {
        const struct problem_case *one = &problem->cases[i];
        struct case_judgement whole = {.test = one, .verdict = VERDICT_AC};
        score_case(&scale, &whole);
        printf("%-10s %-20s %4lld.%03lld %10lld B %10lld B%s\n", "", one->name, (long long)whole.score / 1000,
               (long long)whole.score % 1000, (long long)one->input_bytes, (long long)one->answer_bytes,
               one->sample    ? "  sample"
               : one->pretest ? "  pretest"
                              : "");
    }
}

static void show_files(const struct problem *problem)
{
    line("input", problem->input_file[0] == '\0' ? "standard input" : problem->input_file);
    line("output", problem->output_file[0] == '\0' ? "standard output" : problem->output_file);
    for (size_t i = 0; i < problem->header_count; i++)
        line(i == 0 ? "beside" : "", problem->headers[i]);
}

static void show_sources(const struct problem *problem)
{
    static const char *const types[] = {[PROBLEM_OUTPUT_ONLY] = "the outputs, as a zip or a text",
                                        [PROBLEM_RAW_TEXT] = "answers to questions, as a text"};
    static const char *const wraps[] = {
        [PROBLEM_WRAP_YES] = "prepend and append always", [PROBLEM_WRAP_NO] = "prepend and append never"};
    if (problem->type != PROBLEM_PROGRAM)
        line("submitted", types[problem->type]);
    if (problem->wrap != PROBLEM_WRAP_AUTO)
        line("wrap", wraps[problem->wrap]);
    for (size_t i = 0; i < problem->source_count; i++) {
        const struct problem_sources *sources = &problem->sources[i];
        printf("%-10s %s:", i == 0 ? "sources" : "", sources->language[0] == '\0' ? "all" : sources->language);
        for (size_t k = 0; sources->with != NULL && sources->with[k] != NULL; k++)
            printf(" %s", sources->with[k]);
        printf("%s%s\n", sources->name[0] == '\0' ? "" : " submitted as ", sources->name);
    }
}

static void show_package(const struct problem_package *package)
{
    if (package == NULL)
        return;
    line("format", package_help(package));
    for (size_t i = 0; i < package->validator_count; i++)
        line(i == 0 ? "validators" : "", package->validators[i].source);
    for (size_t i = 0; i < package->note_count; i++)
        line(i == 0 ? "note" : "", package->notes[i]);
}

static int show(const char *home, const char *folder, struct err *e)
{
    struct places places;
    struct problem problem;
    if (problem_open(&problem, folder, e) != 0)
        return -1;
    places_find(&places, home);
    struct languages *languages = languages_open(places.languages, e);
    int result = languages == NULL ? -1 : judge_check_problem(&problem, languages, e);
    if (result == 0) {
        line("problem", problem.folder);
        show_package(problem.package);
        show_limits(&problem);
        show_files(&problem);
        show_sources(&problem);
        show_checker(&problem);
        show_cases(&problem);
        if (fflush(stdout) != 0 || ferror(stdout) != 0)
            result = err_set(e, "the result could not be printed");
    }
    languages_close(languages);
    problem_close(&problem);
    return result;
}

int local_problem(int argc, char **argv)
{
    struct err e = {""};
    const char *home = NULL;
    int at = 2;
    if (argc > 1 && strcmp(argv[1], "check") == 0)
        return local_check(argc - 1, argv + 1);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout); /* nothing follows it */
        return 0;
    }
    if (argc > 3 && strcmp(argv[2], "--home") == 0) {
        home = argv[3];
        at = 4;
    }
    if (argc != at + 1 || strcmp(argv[1], "show") != 0) {
        (void)fputs(usage, stderr); /* nowhere else to say it */
        return 2;
    }
    if (strcmp(argv[at], "--help") == 0) {
        (void)fputs(usage, stdout); /* as above */
        return 0;
    }
    if (show(home, argv[at], &e) == 0)
        return 0;
    (void)fprintf(stderr, "judgectl problem: %s\n", e.text); /* nowhere else to say it */
    return 1;
}
