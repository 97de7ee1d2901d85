/*
 * problem_package.c - see problem_package.h: which format a folder has, and what both readers need. Runs in judge_client as
 * root, on folders that strangers made: every name that they give is opened below the folder or not at all.
 */
#include "judge_client/problem_package.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/str.h"
#include "judge_client/problem_package_parts.h"

#include "common/banned.h"

enum { MOST_CASES = 100000, MOST_FLAGS = 1000, OUTPUT_ROOM = 2 };

/* ---- what the readers put into the problem */

struct problem_case *package_add_case(struct problem *problem, const char *name, const char *input, const char *answer,
                                      struct err *e)
{
    size_t count = problem->case_count;
    if (count == MOST_CASES) {
        err_set(e, "%s: more than %d cases", problem->folder, MOST_CASES);
        return NULL;
    }
    if ((count & (count - 1)) == 0) { /* full at each power of two */
        struct problem_case *more = realloc(problem->cases, (count == 0 ? 1 : 2 * count) * sizeof *more);
        if (more == NULL) {
            err_set(e, "out of memory");
            return NULL;
        }
        problem->cases = more;
    }
    struct problem_case *one = &problem->cases[count];
    *one = (struct problem_case){.score = 1};
    if (problem_check_path(input, e) != 0 || problem_check_path(answer, e) != 0) {
        err_add(e, "%s", problem->folder);
        return NULL;
    }
    if (str_copy(one->name, sizeof one->name, name) != 0) {
        err_set(e, "%s/%s: the name is longer than %zu characters", problem->folder, name, sizeof one->name - 1);
        return NULL;
    }
    (void)str_copy(one->input, sizeof one->input, input); /* both were checked to fit */
    (void)str_copy(one->answer, sizeof one->answer, answer);
    problem->case_count++;
    return one;
}

struct problem_subtask *package_add_subtask(struct problem *problem, enum problem_points type, int64_t score,
                                            struct err *e)
{
    if (problem->subtask_count == PROBLEM_SUBTASKS) {
        err_set(e, "%s: more than %d groups with points", problem->folder, PROBLEM_SUBTASKS);
        return NULL;
    }
    if (problem->subtasks == NULL)
        problem->subtasks = calloc(PROBLEM_SUBTASKS + 1, sizeof *problem->subtasks);
    if (problem->subtasks == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    struct problem_subtask *subtask = &problem->subtasks[problem->subtask_count];
    *subtask =
        (struct problem_subtask){.number = (int)problem->subtask_count, .type = type, .score = score, .cases = NULL};
    problem->subtask_count++;
    return subtask;
}

int package_take_cases(const struct problem *problem, struct problem_subtask *subtask, size_t first, size_t count,
                       struct err *e)
{
    size_t *cases = realloc(subtask->cases, (subtask->case_count + count + 1) * sizeof *cases);
    if (cases == NULL)
        return err_set(e, "out of memory");
    subtask->cases = cases;
    for (size_t i = first; i < first + count; i++) {
        cases[subtask->case_count++] = i;
        subtask->weight += problem->cases[i].score;
    }
    return 0;
}

int64_t package_round(double number)
{
    return (int64_t)(number + 0.5);
}

static bool is_whole(double number)
{
    double off = number - (double)package_round(number);
    return off < 1e-6 && off > -1e-6;
}

/* Three digits behind the point at most, where the largest allows it. */
int package_set_points(struct problem *problem, const double points[PROBLEM_SUBTASKS], struct err *e)
{
    const double most = 1e6; /* of a subtask's score */
    double scale = 1, sum = 0, largest = 0;
    for (size_t i = 0; i < problem->subtask_count; i++) {
        sum += points[i];
        largest = points[i] > largest ? points[i] : largest;
        while (scale < 1000 && !is_whole(points[i] * scale))
            scale *= 10;
    }
    while (scale * largest > most)
        scale /= 10;
    if (!(sum > 0))
        return err_set(e, "%s: a scoring problem, but no group has points above 0", problem->folder);
    for (size_t i = 0; i < problem->subtask_count; i++)
        problem->subtasks[i].score = package_round(points[i] * scale);
    if (!problem->has_scoring) {
        problem->has_scoring = problem->skip = true;
        problem->scoring = PROBLEM_ALL;
    }
    problem->has_total = true; /* whatever they add up to is all of it */
    return 0;
}

/* The default validator's are settings of the comparison. */
static int set_compare(struct problem *problem, struct problem_flags *flags, struct err *e)
{
    const struct compare_options usual = problem->compare;
    if (problem->checker.kind != CHECKER_NONE) /* an interactor, too, before it is settled */
        return 0;
    int result = problem_validator_flags(problem, flags->args, e);
    flags->compare = problem->compare;
    problem->compare = usual;
    return result;
}

struct problem_flags *package_add_flags(struct problem *problem, const char *args, const struct problem_flags *like,
                                        struct err *e)
{
    struct problem_package *package = problem->package;
    struct problem_flags *flags = NULL;
    if (package->flags_count == MOST_FLAGS) {
        err_set(e, "more than %d groups with flags of their own", MOST_FLAGS);
        return NULL;
    }
    if (package->flags == NULL)
        package->flags = calloc(MOST_FLAGS, sizeof *package->flags);
    if (package->flags == NULL || (flags = calloc(1, sizeof *flags)) == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    package->flags[package->flags_count++] = flags;
    if (like != NULL)
        *flags = *like;
    if (args == NULL && like != NULL)
        return flags;
    if (str_format(flags->args, sizeof flags->args, "%s %s", package->base_flags, args == NULL ? "" : args) != 0) {
        err_set(e, "flags of more than %zu characters", sizeof flags->args - 1);
        return NULL;
    }
    flags->compare = problem->compare;
    return set_compare(problem, flags, e) == 0 ? flags : NULL;
}

void package_note(struct problem_package *package, const char *format, ...)
{
    va_list arguments;
    if (package->note_count == PACKAGE_NOTES)
        return;
    va_start(arguments, format);
    (void)vsnprintf(package->notes[package->note_count++], sizeof package->notes[0], format,
                    arguments); /* cut is fine */
    va_end(arguments);
}

int package_number(const char *text, double low, double high, double *value, struct err *e)
{
    long double number;
    size_t sign = text[0] == '+';
    if (!compare_read_number((const unsigned char *)text + sign, strlen(text + sign), &number) ||
        !((double)number >= low && (double)number <= high))
        return err_set(e, "'%.40s': must be a number from %g to %g", text, low, high);
    *value = (double)number;
    return 0;
}

const char *package_help(const struct problem_package *package)
{
    return package->format == PACKAGE_KATTIS ? "a package of Kattis' or ICPC's" : "a package of Polygon's";
}

/* ---- which format */

static bool is_file(const struct problem *problem, const char *name)
{
    return S_ISREG(problem_kind(problem, name));
}

static bool is_folder(const struct problem *problem, const char *name)
{
    return S_ISDIR(problem_kind(problem, name));
}

/* Is there a case of HUSTOJ's in the folder itself? 1, 0, or -1 with e. */
static int has_own_cases(const struct problem *problem, struct err *e)
{
    struct dirent **entries = NULL;
    int found = 0;
    int count = problem_list(problem, ".", &entries, e);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        found = found || (length > 3 && strcmp(entries[i]->d_name + length - 3, ".in") == 0);
        free(entries[i]);
    }
    free(entries);
    return count < 0 ? -1 : found;
}

/* Both formats have their data one folder down. What has cases of its own is HUSTOJ's, whatever else lies there. */
static int find_format(const struct problem *problem, int *format, struct err *e)
{
    bool data = is_folder(problem, "data/secret") || is_folder(problem, "data/sample");
    bool polygon = is_file(problem, "problem.xml");
    *format = -1;
    if (!data && !polygon && !is_file(problem, "problem.yaml"))
        return 0;
    int own = has_own_cases(problem, e);
    if (own != 0)
        return own < 0 ? -1 : 0;
    if (!data && !polygon)
        return err_set(e, "%s: problem.yaml is there, but neither data/secret nor data/sample: no test data",
                       problem->folder);
    *format = data ? PACKAGE_KATTIS : PACKAGE_POLYGON;
    return 0;
}

/* ---- after it was read */

/* Looks at each file of the cases. The output limit is one for all of them, and never less than what is right needs. */
static int check_cases(struct problem *problem, struct err *e)
{
    int64_t most = 0;
    for (size_t i = 0; i < problem->case_count; i++) {
        struct problem_case *one = &problem->cases[i];
        if (problem_file_size(problem, one->input, &one->input_bytes, e) != 0 ||
            problem_file_size(problem, one->answer, &one->answer_bytes, e) != 0)
            return -1;
        most = one->answer_bytes > most ? one->answer_bytes : most;
    }
    if (problem->limits.output_mib == 0) {
        int64_t needed = (OUTPUT_ROOM * most >> 20) + 1;
        problem->limits.output_mib = needed > PACKAGE_OUTPUT_MIB ? needed : PACKAGE_OUTPUT_MIB;
    }
    return 0;
}

/* Does problem.ini say how outputs are judged? */
static bool is_said(const struct conf *conf)
{
    bool said = conf_line(conf, "compare", "mode") != 0;
    const char *section;
    for (size_t i = 0; conf != NULL && (section = conf_section(conf, i)) != NULL; i++)
        said = said || strcmp(section, "checker") == 0 || strcmp(section, "interactor") == 0;
    return said;
}

int problem_open_package(struct problem *problem, const struct conf *conf, struct err *e)
{
    int format;
    if (find_format(problem, &format, e) != 0)
        return -1;
    if (format < 0)
        return 0;
    problem->package = calloc(1, sizeof *problem->package);
    if (problem->package == NULL)
        return err_set(e, "out of memory");
    problem->package->format = (enum package_format)format;
    const struct compare_options said = problem->compare;
    int result =
        format == PACKAGE_KATTIS ? package_open_kattis(problem, conf, e) : package_open_polygon(problem, conf, e);
    if (result != 0 || check_cases(problem, e) != 0)
        return -1;
    if (is_said(conf)) {
        problem->compare = said;
        for (size_t i = 0; i < problem->case_count; i++)
            problem->cases[i].flags = NULL;
    }
    return problem->subtask_count == 0 ? 0 : problem_order(problem, NULL, e);
}

void problem_close_package(struct problem *problem)
{
    struct problem_package *package = problem->package;
    for (size_t i = 0; package != NULL && i < package->flags_count; i++)
        free(package->flags[i]);
    if (package != NULL) {
        free(package->flags);
        free(package->solutions);
    }
    free(package);
    problem->package = NULL;
}
