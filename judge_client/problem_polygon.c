/*
 * problem_polygon.c - a package of Polygon's: problem.xml says where tests, checker, validators and solutions lie. Runs in
 * judge_client as root, on what strangers wrote: each path in it is checked before it is opened below the folder.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/problem_package_parts.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { MOST_MS = 3600000, MOST_TESTS = 100000, MOST_GROUPS = PROBLEM_SUBTASKS };

#define MIB 1048576.0
#define BIT(verdict) (1U << VERDICT_##verdict)

struct polygon {
    struct problem *problem;
    struct tree *tree;
    const struct tree_node *root;
    const struct tree_node *testset;
    double points[PROBLEM_SUBTASKS];
};

static int at(const struct polygon *polygon, const struct tree_node *node, struct err *e)
{
    return tree_error(polygon->tree, node, e);
}

/* `what` from an element, its path is checked: 0 with path, 1 where it has none, -1 with e. */
static int take_path(const struct polygon *polygon, const struct tree_node *node, const char *what,
                     char path[PROBLEM_PATH_SIZE], struct err *e)
{
    const char *text = tree_text(node, what, "");
    if (text[0] == '\0')
        return 1;
    if (problem_check_path(text, e) != 0)
        return at(polygon, tree_find(node, what), e);
    (void)str_copy(path, PROBLEM_PATH_SIZE, text); /* it was checked to fit */
    return 0;
}

/* ---- problem.xml */

static int open_xml(struct polygon *polygon, struct err *e)
{
    static const char name[] = "problem.xml";
    char path[PATH_MAX + sizeof name];
    int fd = problem_open_file(polygon->problem, name, e);
    if (fd < 0)
        return -1;
    (void)str_format(path, sizeof path, "%s/%s", polygon->problem->folder, name); /* as large as it can be */
    polygon->tree = tree_open_xml(fd, path, e);
    file_close(&fd);
    if (polygon->tree == NULL)
        return -1;
    polygon->root = tree_root(polygon->tree);
    if (strcmp(polygon->root->name, "problem") != 0) {
        (void)err_set(e, "<%.40s> where Polygon has <problem>", polygon->root->name);
        return at(polygon, polygon->root, e);
    }
    const struct tree_node *judging = tree_find(polygon->root, "judging");
    const struct tree_node *set = tree_find(judging, "testset");
    for (polygon->testset = set; set != NULL; set = tree_next(set->next, "testset")) {
        if (strcmp(tree_text(set, "@name", ""), "tests") == 0)
            polygon->testset = set;
    }
    if (polygon->testset == NULL) {
        (void)err_set(e, "no <judging> with a <testset>");
        return at(polygon, polygon->root, e);
    }
    const char *runs = tree_text(judging, "@run-count", "1");
    if (strcmp(runs, "1") != 0 && runs[0] != '\0') {
        (void)err_set(e, "run-count %.10s: a problem with several runs is not supported", runs);
        return at(polygon, judging, e);
    }
    return 0;
}

/* A number of an element, or otherwise. */
static int take_number(const struct polygon *polygon, const struct tree_node *from, const char *what, double low,
                       double high, double *value, struct err *e)
{
    const struct tree_node *node = tree_find(from, what);
    if (node == NULL || node->text[0] == '\0' || package_number(node->text, low, high, value, e) == 0)
        return 0;
    (void)err_add(e, "%s", what);
    return at(polygon, node, e);
}

static int read_limits(struct polygon *polygon, const struct conf *conf, struct err *e)
{
    struct problem *problem = polygon->problem;
    struct problem_limits *limits = &problem->limits;
    double ms = 0, bytes = 0;
    if (take_number(polygon, polygon->testset, "time-limit", 1, MOST_MS, &ms, e) != 0 ||
        take_number(polygon, polygon->testset, "memory-limit", 1, MIB * MIB, &bytes, e) != 0)
        return -1;
    if (!limits->has_time && ms > 0) {
        limits->time_ms = (int64_t)ms;
        limits->has_time = true;
    }
    if (!limits->has_memory && bytes > 0) {
        limits->memory_mib = package_round(bytes / MIB + 0.49);
        limits->has_memory = true;
    }
    problem->package->time_factor = 2;
    problem->package->time_step_s = 1;
    if (!limits->has_time)
        package_note(problem->package, "the package has no time limit");
    const struct {
        const char *what, *key;
        char *name;
    } files[] = {{"@input-file", "input", problem->input_file}, {"@output-file", "output", problem->output_file}};
    const struct tree_node *judging = tree_find(polygon->root, "judging");
    for (size_t i = 0; i < 2; i++) {
        const char *text = tree_text(judging, files[i].what, "");
        bool standard = strcmp(text, "stdin") == 0 || strcmp(text, "stdout") == 0;
        if (conf_line(conf, "files", files[i].key) != 0 || standard || text[0] == '\0')
            continue;
        if (problem_check_name(text, e) != 0)
            return at(polygon, judging, e);
        (void)str_copy(files[i].name, PROBLEM_NAME_SIZE, text); /* it was checked to fit */
    }
    return 0;
}

/* ---- tests */

/* "tests/%02d.a" and a number: the pattern has one %d with a width of at most two digits, and no other %. */
static int fill_pattern(const char *pattern, size_t number, char path[PROBLEM_PATH_SIZE], struct err *e)
{
    const char *mark = strchr(pattern, '%');
    const char *behind = mark == NULL ? NULL : mark + 1;
    int width = 0;
    bool zeros = behind != NULL && *behind == '0';
    while (behind != NULL && *behind >= '0' && *behind <= '9' && width < 10)
        width = width * 10 + (*behind++ - '0');
    if (behind == NULL || *behind != 'd' || width >= 20 || strchr(behind, '%') != NULL)
        return err_set(e, "'%.60s': must have one %%d in it, as in tests/%%02d", pattern);
    char digits[32];
    if (str_format(digits, sizeof digits, zeros ? "%0*zu" : "%*zu", width, number) != 0 ||
        str_format(path, PROBLEM_PATH_SIZE, "%.*s%s%s", (int)(mark - pattern), pattern, digits, behind + 1) != 0)
        return err_set(e, "'%.60s': too long", pattern);
    return problem_check_path(path, e);
}

/* Whose tests are missing: what a person can do about it. */
static int missing(const struct polygon *polygon, const struct tree_node *test, const char *path, bool answer,
                   struct err *e)
{
    const char *folder = polygon->problem->folder;
    if (answer)
        return err_set(e,
                       "%s/%s, an answer, is not in the package: download the full one of Polygon, or run its doall.sh",
                       folder, path);
    if (strcmp(tree_text(test, "@method", ""), "generated") == 0)
        return err_set(e,
                       "%s/%s, a generated test, is not in the package: download the full one of Polygon, or run its "
                       "doall.sh",
                       folder, path);
    return err_set(e, "%s/%s is not there", folder, path);
}

static int add_test(struct polygon *polygon, const struct tree_node *test, size_t number, struct err *e)
{
    struct problem *problem = polygon->problem;
    const char *input_pattern = tree_text(polygon->testset, "input-path-pattern", "tests/%02d");
    const char *answer_pattern = tree_text(polygon->testset, "answer-path-pattern", "tests/%02d.a");
    char input[PROBLEM_PATH_SIZE], answer[PROBLEM_PATH_SIZE], name[32];
    if (fill_pattern(input_pattern, number, input, e) != 0 || fill_pattern(answer_pattern, number, answer, e) != 0)
        return at(polygon, polygon->testset, e);
    if (problem_kind(problem, input) == 0)
        return missing(polygon, test, input, false, e);
    if (problem_kind(problem, answer) == 0)
        return missing(polygon, test, answer, true, e);
    (void)str_format(name, sizeof name, "%zu", number); /* it fits */
    struct problem_case *one = package_add_case(problem, name, input, answer, e);
    if (one == NULL)
        return -1;
    one->sample = strcmp(tree_text(test, "@sample", ""), "true") == 0;
    return take_number(polygon, test, "@points", 0, 1e6, &one->full, e);
}

/* Those of <tests>, else as many as <test-count> says. */
static int add_tests(struct polygon *polygon, struct err *e)
{
    const struct tree_node *tests = tree_find(polygon->testset, "tests");
    double count = 0;
    size_t number = 0;
    for (const struct tree_node *test = tree_find(tests, "test"); test != NULL; test = tree_next(test->next, "test")) {
        if (add_test(polygon, test, ++number, e) != 0)
            return -1;
    }
    if (number == 0 && take_number(polygon, polygon->testset, "test-count", 0, MOST_TESTS, &count, e) != 0)
        return -1;
    for (; number < (size_t)count; number++) {
        if (add_test(polygon, NULL, number + 1, e) != 0)
            return -1;
    }
    if (number > 0)
        return 0;
    (void)err_set(e, "no tests");
    return at(polygon, polygon->testset, e);
}

/* ---- groups and points */

struct named_group {
    const char *name;
    const struct tree_node *node; /* of <groups>; NULL: it is only named by tests */
    double points;                /* of its tests together */
};

static size_t find_group(struct named_group *groups, size_t *count, const char *name)
{
    size_t i = 0;
    while (i < *count && strcmp(groups[i].name, name) != 0)
        i++;
    if (i == *count && i < MOST_GROUPS)
        groups[(*count)++] = (struct named_group){.name = name};
    return i;
}

/* Each of the cases a part of its group's points as large as its own. */
static void weigh(struct problem *problem, double scale)
{
    for (size_t i = 0; i < problem->case_count; i++)
        problem->cases[i].score = package_round(problem->cases[i].full * scale);
}

static int add_after(struct polygon *polygon, struct named_group *groups, size_t count, size_t own, struct err *e)
{
    const struct tree_node *list = tree_find(groups[own].node, "dependencies");
    const struct tree_node *one = tree_find(list, "dependency");
    for (; one != NULL; one = tree_next(one->next, "dependency")) {
        const char *name = tree_text(one, "@group", "");
        size_t known = count;
        size_t other = find_group(groups, &known, name);
        if (other >= count) {
            (void)err_set(e, "a dependency on the group '%.40s', which has no test", name);
            return at(polygon, one, e);
        }
        if (other == own) {
            (void)err_set(e, "the group '%.40s' depends on itself", name);
            return at(polygon, one, e);
        }
        polygon->problem->subtasks[own].after[other / 64] |= UINT64_C(1) << other % 64;
    }
    return 0;
}

static int add_groups(struct polygon *polygon, struct named_group *groups, size_t count, struct err *e)
{
    struct problem *problem = polygon->problem;
    for (size_t i = 0; i < count; i++) {
        bool each = groups[i].node == NULL ||
                    strcmp(tree_text(groups[i].node, "@points-policy", "each-test"), "complete-group") != 0;
        double own = groups[i].points;
        if (own == 0 && take_number(polygon, groups[i].node, "@points", 0, 1e6, &own, e) != 0)
            return -1;
        polygon->points[i] = own;
        if (package_add_subtask(problem, each ? PROBLEM_SUM : PROBLEM_WHOLE, 0, e) == NULL)
            return -1;
    }
    for (size_t i = 0; i < count; i++) {
        if (add_after(polygon, groups, count, i, e) != 0)
            return -1;
    }
    return 0;
}

/* Tests without points are a problem that is right or wrong as a whole. */
static int read_points(struct polygon *polygon, struct err *e)
{
    struct problem *problem = polygon->problem;
    struct named_group groups[MOST_GROUPS + 1];
    size_t count = 0, i = 0;
    double all = 0;
    const struct tree_node *tests = tree_find(polygon->testset, "tests");
    const struct tree_node *list = tree_find(polygon->testset, "groups");
    for (const struct tree_node *group = tree_find(list, "group"); group != NULL;
         group = tree_next(group->next, "group")) {
        double points = 0;
        if (take_number(polygon, group, "@points", 0, 1e6, &points, e) != 0)
            return -1;
        all += points;
    }
    for (i = 0; i < problem->case_count; i++)
        all += problem->cases[i].full;
    if (!(all > 0))
        return 0;
    size_t *of = calloc(problem->case_count + 1, sizeof *of); /* the group of each case */
    if (of == NULL)
        return err_set(e, "out of memory");
    const struct tree_node *test = tree_find(tests, "test");
    for (i = 0; i < problem->case_count && count <= MOST_GROUPS;
         i++, test = test == NULL ? NULL : tree_next(test->next, "test")) {
        of[i] = find_group(groups, &count, tree_text(test, "@group", ""));
        if (of[i] >= MOST_GROUPS)
            break;
        groups[of[i]].points += problem->cases[i].full;
    }
    int result = i == problem->case_count ? 0 : err_set(e, "%s: more than %d groups", problem->folder, MOST_GROUPS);
    for (const struct tree_node *group = tree_find(list, "group"); group != NULL;
         group = tree_next(group->next, "group")) {
        for (size_t k = 0; k < count; k++) {
            if (strcmp(groups[k].name, tree_text(group, "@name", "")) == 0)
                groups[k].node = group;
        }
    }
    problem->package->scoring = true;
    weigh(problem, 1000);
    if (result == 0)
        result = add_groups(polygon, groups, count, e);
    for (i = 0; i < problem->case_count && result == 0; i++)
        result = package_take_cases(problem, &problem->subtasks[of[i]], i, 1, e);
    free(of);
    return result == 0 ? package_set_points(problem, polygon->points, e) : -1;
}

/* ---- programs */

static bool has_testlib(const struct problem *problem)
{
    struct stat info;
    return problem_kind(problem, "files/testlib.h") != 0 || problem_kind(problem, "testlib.h") != 0 ||
           stat("/usr/include/testlib.h", &info) == 0 || stat("/usr/local/include/testlib.h", &info) == 0;
}

/* Polygon's standard checkers that compare as ours do. */
static bool take_standard(struct problem *problem, const char *name)
{
    static const struct {
        const char *name;
        enum checker_kind kind;
        enum checker_builtin builtin;
        struct compare_options compare;
    } rows[] = {
        {"wcmp", CHECKER_NONE, 0, {.mode = COMPARE_TOKENS}},
        {"ncmp", CHECKER_BUILTIN, CHECKER_NUMBERS, {.mode = COMPARE_LINES}},
        {"icmp", CHECKER_BUILTIN, CHECKER_NUMBERS, {.mode = COMPARE_LINES}},
        {"hcmp", CHECKER_BUILTIN, CHECKER_NUMBERS, {.mode = COMPARE_LINES}},
        {"uncmp", CHECKER_BUILTIN, CHECKER_PERMUTATION, {.mode = COMPARE_LINES}},
        {"yesno", CHECKER_BUILTIN, CHECKER_YES_NO, {.mode = COMPARE_LINES}},
        {"nyesno", CHECKER_BUILTIN, CHECKER_YES_NO, {.mode = COMPARE_LINES}},
        {"rcmp", CHECKER_NONE, 0, {.mode = COMPARE_FLOAT, .abs_error = 1.5e-6}},
        {"rcmp4", CHECKER_NONE, 0, {.mode = COMPARE_FLOAT, .abs_error = 1e-4, .rel_error = 1e-4}},
        {"rcmp6", CHECKER_NONE, 0, {.mode = COMPARE_FLOAT, .abs_error = 1e-6, .rel_error = 1e-6}},
        {"rcmp9", CHECKER_NONE, 0, {.mode = COMPARE_FLOAT, .abs_error = 1e-9, .rel_error = 1e-9}},
    };
    if (!str_starts(name, "std::"))
        return false;
    name += strlen("std::");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].name);
        if (strncmp(name, rows[i].name, length) != 0 || (name[length] != '\0' && name[length] != '.'))
            continue;
        problem->checker.kind = rows[i].kind;
        problem->checker.builtin = rows[i].builtin;
        problem->compare = rows[i].compare;
        (void)str_format(problem->checker.why, sizeof problem->checker.why, "it is std::%s",
                         rows[i].name); /* it fits */
        return true;
    }
    return false;
}

static int read_checker(struct polygon *polygon, struct err *e)
{
    struct problem *problem = polygon->problem;
    struct checker *checker = &problem->checker;
    const struct tree_node *node = tree_find(polygon->root, "assets/checker");
    const char *name = tree_text(node, "@name", "");
    char path[PROBLEM_PATH_SIZE];
    checker->time_ms = PACKAGE_CHECKER_MS;
    checker->memory_mib = PACKAGE_CHECKER_MIB;
    int has = node == NULL ? 1 : take_path(polygon, node, "source/@path", path, e);
    if (has < 0)
        return -1;
    bool there = has == 0 && problem_kind(problem, path) != 0;
    char copy[PROBLEM_PATH_SIZE]; /* of it, beside problem.xml */
    if (!there && node != NULL && take_path(polygon, node, "copy/@path", copy, e) == 0 &&
        problem_kind(problem, copy) != 0) {
        (void)str_copy(path, sizeof path, copy); /* of the same size */
        there = true;
    }
    if ((!there || !has_testlib(problem)) && take_standard(problem, name))
        return 0;
    if (node == NULL) {
        package_note(problem->package, "problem.xml names no checker: words are compared");
        problem->compare = (struct compare_options){.mode = COMPARE_TOKENS};
        return 0;
    }
    if (!there)
        return err_set(e, "%s/%s, the checker%s%.40s, is not in the package", problem->folder, has == 0 ? path : "",
                       name[0] == '\0' ? "" : " ", name);
    checker->kind = CHECKER_PROGRAM;
    checker->protocol = CHECKER_TESTLIB;
    checker->points = CHECKER_ABSOLUTE;
    checker->passes = 1;
    (void)str_copy(checker->source, sizeof checker->source, path); /* of the same size */
    (void)str_format(checker->why, sizeof checker->why, "problem.xml names it%s%.60s", name[0] == '\0' ? "" : ", as ",
                     name); /* it fits */
    return 0;
}

/* Its output is the checker's, as in testlib. */
static int read_interactor(struct polygon *polygon, struct err *e)
{
    struct problem *problem = polygon->problem;
    struct checker *interactor = &problem->interactor;
    const struct tree_node *node = tree_find(polygon->root, "assets/interactor");
    char path[PROBLEM_PATH_SIZE] = "";
    int has = node == NULL ? 1 : take_path(polygon, node, "source/@path", path, e);
    if (has < 0 || node == NULL)
        return has < 0 ? -1 : 0;
    if (has > 0 || problem_kind(problem, path) == 0)
        return err_set(e, "%s/%s, the interactor, is not in the package", problem->folder, path);
    interactor->kind = CHECKER_PROGRAM;
    interactor->protocol = CHECKER_TESTLIB;
    interactor->points = CHECKER_ABSOLUTE;
    interactor->time_ms = PACKAGE_CHECKER_MS;
    interactor->memory_mib = PACKAGE_CHECKER_MIB;
    (void)str_copy(interactor->source, sizeof interactor->source, path);             /* of the same size */
    (void)str_copy(interactor->why, sizeof interactor->why, "problem.xml names it"); /* it fits */
    return 0;
}

static int read_validators(struct polygon *polygon, struct err *e)
{
    struct problem_package *package = polygon->problem->package;
    const struct tree_node *list = tree_find(polygon->root, "assets/validators");
    const struct tree_node *one = tree_find(list, "validator");
    for (; one != NULL && package->validator_count < PACKAGE_VALIDATORS; one = tree_next(one->next, "validator")) {
        char path[PROBLEM_PATH_SIZE];
        int has = take_path(polygon, one, "source/@path", path, e);
        if (has < 0)
            return -1;
        if (has == 0)
            (void)str_copy(package->validators[package->validator_count++].source, CHECKER_PATH_SIZE,
                           path); /* it fits */
    }
    return 0;
}

/* ---- solutions */

static const struct {
    const char *tag;
    unsigned expected;
} tags[] = {
    {"main", BIT(AC)},
    {"accepted", BIT(AC)},
    {"rejected", BIT(PE) | BIT(WA) | BIT(TLE) | BIT(MLE) | BIT(OLE) | BIT(RE)},
    {"wrong-answer", BIT(WA)},
    {"presentation-error", BIT(PE) | BIT(WA)},
    {"time-limit-exceeded", BIT(TLE)},
    {"time-limit-exceeded-or-accepted", BIT(TLE) | BIT(AC)},
    {"time-limit-exceeded-or-memory-limit-exceeded", BIT(TLE) | BIT(MLE)},
    {"memory-limit-exceeded", BIT(MLE)},
    {"failed", BIT(RE)},
    {"do-not-run", 0},
};

static int read_solutions(struct polygon *polygon, struct err *e)
{
    struct problem_package *package = polygon->problem->package;
    const struct tree_node *one = tree_find(tree_find(polygon->root, "assets/solutions"), "solution");
    package->solutions = calloc(PACKAGE_SOLUTIONS, sizeof *package->solutions);
    if (package->solutions == NULL)
        return err_set(e, "out of memory");
    for (; one != NULL && package->solution_count < PACKAGE_SOLUTIONS; one = tree_next(one->next, "solution")) {
        struct package_solution *solution = &package->solutions[package->solution_count];
        const char *tag = tree_text(one, "@tag", "");
        int has = take_path(polygon, one, "source/@path", solution->path, e);
        if (has < 0)
            return -1;
        if (has > 0)
            continue;
        (void)str_copy(solution->tag, sizeof solution->tag, tag); /* cut is fine */
        size_t row = 0;
        while (row < sizeof tags / sizeof *tags && strcmp(tags[row].tag, tag) != 0)
            row++;
        bool known = row < sizeof tags / sizeof *tags;
        solution->expected = known ? tags[row].expected : 0;
        solution->skipped = known && tags[row].expected == 0;
        if (!known)
            package_note(package, "%s: the tag '%s' is not known, nothing is expected of it", solution->path,
                         solution->tag);
        package->solution_count++;
    }
    return 0;
}

int package_open_polygon(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct polygon polygon = {.problem = problem};
    int result = open_xml(&polygon, e);
    if (result == 0 &&
        (read_limits(&polygon, conf, e) != 0 || read_checker(&polygon, e) != 0 || read_interactor(&polygon, e) != 0 ||
         read_validators(&polygon, e) != 0 || read_solutions(&polygon, e) != 0 || add_tests(&polygon, e) != 0 ||
         read_points(&polygon, e) != 0))
        result = -1;
    tree_close(polygon.tree);
    return result;
}
