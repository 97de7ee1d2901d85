/*
 * local_record.c - see local_record.h: the command, and what is judged how often. Runs in judge_client's local form, as root.
 *
 * Each source is judged three times: under its policies as they are; with all open and each call counted; the same without
 * counting, for what that costs. After --apply once more. What may be let through is the sandbox's word (record.c), never ours.
 */
#include "judge_client/local_record.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/str.h"
#include "judge_client/language.h"
#include "judge_client/local_record_parts.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl record [-l LANG] [-p PROBLEM] [--apply] [--json] [--home OJ_HOME] SOURCE...\n"
    "       judgectl record [-l LANG | --policy NAME] [-p PROBLEM] [--apply] [--json] --argv PROGRAM ARGS...\n"
    "\n"
    "Runs compilers and programs with all system calls allowed that cannot leave the sandbox, counts them, and prints "
    "those\n"
    "that their policies lack, how dangerous each is, and the lines that would allow them. A SOURCE may be a folder.\n"
    "  -p PROBLEM              a folder, or a number: with the input of each of its cases; else the input is empty\n"
    "  --apply                 write the lines into OJ_HOME/etc/policy, tell the pool, judge again\n"
    "  --yes-dangerous NAME    also the line of this dangerous call\n"
    "  --hustoj NAME           print HUSTOJ's arrays of the numbers that the programs used, and no more\n"
    "Exit: 0 recorded; 1 after --apply something is still refused; 2 it could not be done.\n";

/* ---- arguments */

static int add_yes(struct record_options *options, const char *name, struct err *e)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        if (syscall_index_by_name(arch, name) < 0)
            continue;
        if (options->yes_count == RECORD_YES)
            return err_set(e, "more than %d times --yes-dangerous", RECORD_YES);
        options->yes[options->yes_count++] = name;
        return 0;
    }
    return err_set(e, "--yes-dangerous %.64s: no system call has this name", name);
}

static int take_word(struct record_options *options, int word, struct err *e)
{
    static const char *const plain = "lpHcPu";
    const char **const places[] = {&options->language, &options->problem, &options->home,
                                   &options->tier,     &options->policy,  &options->hustoj};
    const char *at = strchr(plain, word);
    if (at != NULL)
        *places[at - plain] = optarg;
    else if (word == 'j')
        options->json = true;
    else if (word == 'a')
        options->apply = true;
    else
        return add_yes(options, optarg, e);
    return 0;
}

/* HUSTOJ's arrays are C: what stands in their names must be a name's part. */
static int check(const struct record_options *options, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const char *name = options->hustoj;
    if (name != NULL && (strlen(name) > 32 || strspn(name, letters) != strlen(name)))
        return err_set(e, "--hustoj %.64s: letters, digits and _, at most 32", name);
    if (options->argv != NULL && options->source_count > 0)
        return err_set(e, "%.64s: either sources or --argv", options->sources[0]);
    if (options->argv != NULL && options->argc == 0)
        return err_set(e, "--argv PROGRAM ARGS...: no program");
    if (options->argv == NULL && options->policy != NULL)
        return err_set(e, "--policy is for --argv: a source's language names its policies");
    if (options->argv == NULL && options->source_count == 0 && options->problem == NULL)
        return err_set(e, "nothing to record: judgectl record [OPTIONS] SOURCE... (--help says more)");
    return 0;
}

/* 0; 1 after --help was printed; -1 with e. All that follows --argv is the program's. */
static int parse(struct record_options *options, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {{"language", required_argument, NULL, 'l'},
                                          {"problem", required_argument, NULL, 'p'},
                                          {"home", required_argument, NULL, 'H'},
                                          {"cgroup", required_argument, NULL, 'c'},
                                          {"policy", required_argument, NULL, 'P'},
                                          {"hustoj", required_argument, NULL, 'u'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"apply", no_argument, NULL, 'a'},
                                          {"yes-dangerous", required_argument, NULL, 'y'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int word;
    for (int i = 1; i < argc && options->argv == NULL; i++) {
        if (strcmp(argv[i], "--argv") != 0)
            continue;
        options->argv = argv + i + 1;
        options->argc = argc - i - 1;
        argc = i;
    }
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":l:p:h", table, NULL)) != -1) {
        if (word == 'h') {
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        }
        if (word == '?' || word == ':')
            return err_set(e, "%s '%s': judgectl record --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        if (take_word(options, word, e) != 0)
            return -1;
    }
    options->sources = argv + optind;
    options->source_count = (size_t)(argc - optind);
    return check(options, e);
}

/* ---- writing */

static int reopen_judge(struct local_record *local, struct err *e)
{
    judge_close(local->judge);
    local->judge = judge_open(local->sandbox, local->places.policies, e);
    for (size_t i = 0; i < local->policy_count; i++)
        free(local->policies[i]);
    local->policy_count = 0;
    return local->judge == NULL ? -1 : 0;
}

/* The policies that get lines, each once. 0 with the files in local->written, or -1 with e. */
static int write_all(struct local_record *local, struct err *e)
{
    const char *done[RECORD_POLICIES] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < local->rows.count && count < RECORD_POLICIES; i++) {
        const char *policy = local->rows.rows[i].policy;
        bool seen = false;
        for (size_t k = 0; k < count; k++)
            seen = seen || strcmp(done[k], policy) == 0;
        if (seen || !record_row_counts(&local->rows.rows[i]))
            continue;
        char *lines = record_rows_text(&local->rows, policy, e);
        int result =
            lines == NULL ? -1 : record_apply(local, policy, lines, !local->options->json, local->written[count], e);
        free(lines);
        if (result != 0)
            return -1;
        done[count++] = policy;
        local->written_count = count;
    }
    return 0;
}

/* What --yes-dangerous named without need. */
static void note_yes(const struct local_record *local)
{
    for (size_t i = 0; i < local->options->yes_count; i++) {
        bool used = false;
        for (size_t k = 0; k < local->rows.count; k++)
            used = used || strcmp(local->rows.rows[k].name, local->options->yes[i]) == 0;
        if (!used)
            (void)fprintf(stderr, "judgectl record: --yes-dangerous %s: no line of it was proposed\n",
                          local->options->yes[i]); /* a note */
    }
}

/* Is it as if all were allowed? 0 yes, 1 something is still refused, -1 with e. */
static int prove(struct local_record *local, struct err *e)
{
    int code = 0;
    record_judge_all(local, NULL, RECORD_AFTER);
    for (size_t i = 0; i < local->subject_count; i++) {
        const struct record_verdict *passes = local->subjects[i].passes;
        const struct record_verdict *after = &passes[RECORD_AFTER];
        if (!after->judged)
            return err_set(e, "%s: %s", local->subjects[i].name, after->why.text);
        if ((after->verdict == VERDICT_RE || after->verdict == VERDICT_CE) &&
            after->verdict != passes[RECORD_OPEN].verdict)
            code = 1;
        if (!local->options->json)
            printf("%s: before %s, now %s%s%s\n", local->subjects[i].name,
                   passes[RECORD_BEFORE].judged ? verdict_code(passes[RECORD_BEFORE].verdict) : "no verdict",
                   verdict_code(after->verdict), after->note[0] != '\0' ? ": " : "", after->note);
    }
    return code;
}

/* Writes, tells the pool, judges again. As prove(). */
static int apply(struct local_record *local, struct err *e)
{
    struct err why = {""};
    if (write_all(local, e) != 0)
        return -1;
    if (local->written_count > 0) {
        /* A worker takes all of them or none. */
        int told = judge_check_policies(local->places.policies, local->languages, &why) != 0
                       ? -1
                       : record_reload(local->places.home, &why);
        if (told < 0)
            return err_set(e, "the lines are written, but a pool does not take them: %s", why.text);
        if (!local->options->json)
            printf("%s\n", told > 0 ? "the pool reads its policies again" : why.text);
        if (reopen_judge(local, e) != 0)
            return -1;
    } else if (!local->options->json) {
        printf("nothing to write\n");
    }
    return prove(local, e);
}

static const struct policy *policy_of(void *context, const char *name)
{
    struct err e;
    return record_policy_named(context, name,
                               &e); /* it was read a moment ago; else each row is for all architectures */
}

/* ---- the whole */

static int open_all(struct local_record *local, struct err *e)
{
    const struct record_options *options = local->options;
    places_find(&local->places, options->home);
    const struct sandbox_config config = {
        .slot = -1, .cpu = -1, .tier = sandbox_tier_of_name(options->tier, e), .home = local->places.home};
    if (config.tier < -1)
        return -1;
    local->written = calloc(RECORD_POLICIES, sizeof *local->written);
    if (local->written == NULL)
        return err_set(e, "out of memory");
    local->languages = languages_open(local->places.languages, e);
    if (local->languages == NULL || record_open_problem(local, e) != 0 ||
        (options->argv == NULL && record_read_sources(local, e) != 0))
        return -1;
    local->sandbox = sandbox_open(&config, e);
    if (local->sandbox == NULL || sandbox_check_tier(local->sandbox, options->tier, e) != 0)
        return -1;
    local->judge = judge_open(local->sandbox, local->places.policies, e);
    return local->judge == NULL ? -1 : record_make_subjects(local, e);
}

static void close_all(struct local_record *local)
{
    judge_close(local->judge);
    sandbox_close(local->sandbox);
    record_rows_fini(&local->rows);
    record_fini(&local->counted);
    record_fini(&local->quiet);
    for (size_t i = 0; i < local->policy_count; i++)
        free(local->policies[i]);
    free(local->subjects);
    free(local->written);
    local_sources_fini(&local->sources);
    if (local->has_problem)
        problem_close(&local->problem);
    languages_close(local->languages);
}

static int run(struct local_record *local, struct err *e)
{
    const struct record_options *options = local->options;
    int code = 0;
    record_init(&local->counted, true);
    record_init(&local->quiet, false);
    if (options->hustoj == NULL)
        record_judge_all(local, NULL, RECORD_BEFORE);
    record_judge_all(local, &local->counted, RECORD_OPEN);
    for (size_t i = 0; i < local->subject_count; i++) {
        const struct record_verdict *open = &local->subjects[i].passes[RECORD_OPEN];
        if (!open->judged)
            return err_set(e, "%s: %s", local->subjects[i].name, open->why.text);
    }
    if (options->hustoj != NULL) {
        record_print_hustoj(&local->counted, options->hustoj);
        return 0;
    }
    record_judge_all(local, &local->quiet, RECORD_PASSES);
    if (record_rows_make(&local->rows, &local->counted, policy_of, local, options->yes, e) != 0)
        return -1;
    if (!options->json) {
        record_print_table(local);
        record_print_rows(local);
    }
    note_yes(local);
    if (options->apply)
        code = apply(local, e);
    if (options->json && code >= 0)
        record_print_json(local);
    return code;
}

int local_record(int argc, char **argv)
{
    struct err e = {""};
    struct record_options options = {.language = NULL};
    struct local_record local = {.options = &options};
    int code = parse(&options, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = open_all(&local, &e);
    if (code == 0)
        code = run(&local, &e);
    if (code >= 0 && (fflush(stdout) != 0 || ferror(stdout) != 0))
        code = err_set(&e, "the result could not be printed");
    if (code < 0)
        (void)fprintf(stderr, "judgectl record: %s\n", e.text); /* nowhere else to say it */
    close_all(&local);
    return code < 0 ? 2 : code;
}
