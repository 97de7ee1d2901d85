/*
 * local_judge.c - see local_judge.h. Runs in judge_client's local form, as root; it takes a slot of its own and so works
 * beside a running pool.
 */
#include "judge_client/local_judge.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/local_package.h"
#include "judge_client/local_report.h"
#include "judge_client/local_sources.h"
#include "judge_client/places.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl judge [-l LANG] [--json] [--all] [--dialogue] [--ui en|zh] [--home OJ_HOME] [--cgroup "
    "v2|v1|none]\n"
    "                      PROBLEM_DIR [SOURCE...]\n"
    "\n"
    "Without sources it judges those under PROBLEM_DIR/solutions/, or a package's own. A source in "
    "solutions/<verdict>/,\n"
    "or one that says @EXPECTED_RESULTS@: <verdict>, is compared with what it expects.\n"
    "Exit: 0 judged, 1 an expectation differs, 2 something could not be judged.\n";

struct local_options {
    const char *language;
    const char *home;
    const char *tier;
    bool json;
    bool all;
    bool dialogue;
    enum ui_language ui;
    const char *folder;
    char **sources;
    size_t source_count;
};

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct local_options *options, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {
        {"language", required_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {"all", no_argument, NULL, 'a'},
        {"dialogue", no_argument, NULL, 'd'},
        {"ui", required_argument, NULL, 'u'},
        {"home", required_argument, NULL, 'H'},
        {"cgroup", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    opterr = 0;
    optind = 1;
    int word;
    while ((word = getopt_long(argc, argv, ":l:h", table, NULL)) != -1) {
        switch (word) {
        case 'l':
            options->language = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'a':
            options->all = true;
            break;
        case 'd':
            options->dialogue = true;
            break;
        case 'H':
            options->home = optarg;
            break;
        case 'c':
            options->tier = optarg;
            break;
        case 'h':
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        case 'u':
            if (strcmp(optarg, "en") != 0 && strcmp(optarg, "zh") != 0)
                return err_set(e, "--ui %s: must be en or zh", optarg);
            options->ui = optarg[0] == 'z' ? UI_ZH : UI_EN;
            break;
        default:
            return err_set(e, "%s '%s': judgectl judge --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        }
    }
    if (optind == argc)
        return err_set(e, "no problem: judgectl judge [OPTIONS] PROBLEM_DIR [SOURCE...]");
    options->folder = argv[optind];
    options->sources = argv + optind + 1;
    options->source_count = (size_t)(argc - optind - 1);
    return 0;
}

struct local {
    const struct local_options *options;
    struct places places;
    struct languages *languages;
    struct problem problem;
    bool has_problem;
    struct judge_rules rules;
    struct local_sources sources;
    struct local_outcome *outcomes;
    struct sandbox *sandbox;
    struct judge *judge;
    bool terminal;
    size_t at; /* the source that is being judged */
};

static void show_progress(void *context, const struct judgement *so_far, size_t cases)
{
    const struct local *local = context;
    const struct local_source *source = &local->sources.rows[local->at];
    char text[256];
    const char *slash = strrchr(source->path, '/');
    /* A cut line is fine on a terminal. */
    if (!local->terminal)
        return;
    (void)str_format(text, sizeof text, "[%zu/%zu] %.100s  %s %zu/%zu", local->at + 1, local->sources.count,
                     slash == NULL ? source->path : slash + 1, so_far->case_count == 0 ? "compiled" : "case",
                     so_far->case_count, cases);
    local_report_progress(text);
}

static void judge_source(struct local *local, size_t i)
{
    const struct local_source *source = &local->sources.rows[i];
    struct local_outcome *outcome = &local->outcomes[i];
    const struct submission submission = {.language = source->language,
                                          .problem = &local->problem,
                                          .source = source->bytes,
                                          .source_bytes = source->size};
    const struct judge_options options = {.rules = &local->rules,
                                          .all = local->options->all,
                                          .dialogue = local->options->dialogue,
                                          .teacher = true,
                                          .ui = local->options->ui,
                                          .stop_fd = -1,
                                          .progress = show_progress,
                                          .context = local};
    local->at = i;
    if (source->why.text[0] != '\0') {
        outcome->why = source->why;
        outcome->skipped =
            source->skipped || (source->found && source->language != NULL && !source->language->installed);
    } else if (judge(local->judge, &submission, &options, &outcome->judgement, &outcome->why) == 0) {
        outcome->judged = true;
        outcome->differs = local_sources_differs(source, &outcome->judgement);
    } else {
        outcome->meant = (source->expected & 1U << VERDICT_SE) != 0;
        err_add(&outcome->why, "%s", source->path);
    }
    if (local->terminal)
        local_report_progress("");
    /* What is skipped, and what was to fail, has its row in the table. */
    if (!outcome->judged && !outcome->meant && (!outcome->skipped || local->options->json))
        (void)fprintf(stderr, "judgectl judge: %s\n", outcome->why.text); /* nowhere else to say it */
    if (local->options->json && !outcome->skipped) {
        local_report_json(source, outcome);
        (void)fflush(stdout); /* a line as soon as it is known; whether it was printed is asked in the end */
    }
}

/* The rules of the judge that this box has, as a submission on it would be judged; what is wrong in the problem's judge.conf is
 * warned about. */
static int find_rules(struct local *local, struct err *e)
{
    struct settings *settings = malloc(sizeof *settings); /* too large for a stack */
    if (settings == NULL)
        return err_set(e, "out of memory");
    int result = settings_read_quiet(settings, local->options->home, NULL, e);
    if (result == 0) {
        settings->quiet = false;
        problem_apply_site(&local->problem, true, strcmp(settings->tpj_argv, "hustoj") == 0);
        result = rules_of_problem(&local->rules, settings, &local->problem, e);
    }
    free(settings);
    return result;
}

static int find_sources(struct local *local, struct err *e)
{
    const struct local_options *options = local->options;
    if (local->problem.package != NULL && options->source_count == 0)
        return local_package_sources(&local->sources, &local->problem, options->language, local->languages, e);
    bool program = local->problem.type == PROBLEM_PROGRAM;
    if ((program ? local_sources_read : local_sources_read_any)(&local->sources, options->folder, options->sources,
                                                                options->source_count, options->language,
                                                                local->languages, e) != 0)
        return -1;
    if (local->problem.package != NULL)
        local_package_named(&local->sources, &local->problem);
    return 0;
}

/* A package without a time limit has that of its own accepted submissions, whichever are to be judged. */
static int find_time(struct local *local, struct err *e)
{
    const struct judge_options options = {
        .rules = &local->rules, .teacher = true, .ui = local->options->ui, .stop_fd = -1};
    struct local_sources own = {.rows = NULL};
    char text[512];
    if (local->problem.package == NULL || local->problem.limits.has_time)
        return 0;
    struct err none;
    (void)local_package_sources(&own, &local->problem, NULL, local->languages,
                                &none); /* without any: the usual limit */
    int result = local_package_time(local->judge, &local->problem, &own, &options, text, sizeof text, e);
    if (result == 0)
        (void)fprintf(stderr, "judgectl judge: %s\n", text); /* nowhere else to say it */
    local_sources_fini(&own);
    return result;
}

static int open_all(struct local *local, struct err *e)
{
    const struct local_options *options = local->options;
    places_find(&local->places, options->home);
    const struct sandbox_config config = {
        .slot = -1, .cpu = -1, .tier = sandbox_tier_of_name(options->tier, e), .home = local->places.home};
    if (config.tier < -1)
        return -1;
    local->languages = languages_open(local->places.languages, e);
    if (local->languages == NULL || problem_open(&local->problem, options->folder, e) != 0)
        return -1;
    local->has_problem = true;
    if (judge_check_problem(&local->problem, local->languages, e) != 0 || find_rules(local, e) != 0 ||
        find_sources(local, e) != 0)
        return -1;
    local->outcomes = calloc(local->sources.count, sizeof *local->outcomes);
    if (local->outcomes == NULL)
        return err_set(e, "out of memory");
    local->sandbox = sandbox_open(&config, e);
    if (local->sandbox == NULL || sandbox_check_tier(local->sandbox, options->tier, e) != 0)
        return -1;
    local->judge = judge_open(local->sandbox, local->places.policies, e);
    return local->judge == NULL ? -1 : find_time(local, e);
}

static void close_all(struct local *local)
{
    for (size_t i = 0; local->outcomes != NULL && i < local->sources.count; i++) {
        if (local->outcomes[i].judged)
            judgement_fini(&local->outcomes[i].judgement);
    }
    free(local->outcomes);
    judge_close(local->judge);
    sandbox_close(local->sandbox);
    local_sources_fini(&local->sources);
    if (local->has_problem)
        problem_close(&local->problem);
    languages_close(local->languages);
}

static int exit_code(const struct local *local)
{
    int code = 0;
    for (size_t i = 0; i < local->sources.count; i++) {
        const struct local_outcome *outcome = &local->outcomes[i];
        if (!outcome->judged && !outcome->skipped && !outcome->meant)
            return 2;
        if (outcome->differs)
            code = 1;
    }
    return code;
}

int local_judge(int argc, char **argv)
{
    struct err e = {""};
    struct local_options options = {.ui = UI_EN};
    struct local local = {.options = &options};
    int code = parse(&options, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = open_all(&local, &e);
    if (code == 0) {
        local.terminal = isatty(STDERR_FILENO) == 1;
        for (size_t i = 0; i < local.sources.count; i++)
            judge_source(&local, i);
        if (!options.json)
            local_report_table(&local.sources, local.outcomes, options.ui);
        code = exit_code(&local);
        if (fflush(stdout) != 0 || ferror(stdout) != 0)
            code = err_set(&e, "the result could not be printed");
    }
    if (code < 0) {
        (void)fprintf(stderr, "judgectl judge: %s\n", e.text); /* nowhere else to say it */
        code = 2;
    }
    close_all(&local);
    return code;
}
