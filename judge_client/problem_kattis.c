/*
 * problem_kattis.c - a package of Kattis' or ICPC's: problem.yaml, .timelimit, domjudge-problem.ini and the validators. The
 * formats `legacy` and those with a date (2023-07, 2025-09). Runs in judge_client as root, on what strangers wrote.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/problem_package_parts.h"

#include "common/banned.h"

enum { DEFAULT_MIB = 2048, MOST_MIB = 1048576, MOST_S = 3600, MOST_PASSES = 1000 };

/* What `validation` (legacy) or `type` (later) says. */
struct manner {
    bool custom, interactive, multi_pass, score, submit_answer;
};

struct kattis {
    struct problem *problem;
    struct tree *tree; /* of problem.yaml, or NULL */
    const struct tree_node *root;
    bool dated; /* the format's version is a date: not legacy */
    struct manner manner;
    int passes; /* of a multi-pass problem */
};

static int at(const struct kattis *kattis, const struct tree_node *node, struct err *e)
{
    return kattis->tree == NULL ? -1 : tree_error(kattis->tree, node, e);
}

/* ---- problem.yaml */

static int open_yaml(struct kattis *kattis, struct err *e)
{
    static const char name[] = "problem.yaml";
    struct problem *problem = kattis->problem;
    char path[PATH_MAX + sizeof name];
    if (problem_kind(problem, name) == 0)
        return 0;
    int fd = problem_open_file(problem, name, e);
    if (fd < 0)
        return -1;
    (void)str_format(path, sizeof path, "%s/%s", problem->folder, name); /* as large as it can be */
    kattis->tree = tree_open_yaml(fd, path, e);
    file_close(&fd);
    if (kattis->tree == NULL)
        return -1;
    kattis->root = tree_root(kattis->tree);
    if (kattis->root != NULL && kattis->root->kind != TREE_MAP)
        return err_set(e, "%s:%d: must begin with keys, as in `limits:`", path, kattis->root->line);
    const char *version = tree_text(kattis->root, "problem_format_version", "legacy");
    kattis->dated = version[0] == '2' || strcmp(version, "draft") == 0;
    if (kattis->dated || str_starts(version, "legacy") || version[0] == '\0')
        return 0;
    (void)err_set(e, "problem_format_version '%.40s' is not known (legacy, 2023-07, 2025-09)", version);
    return at(kattis, tree_find(kattis->root, "problem_format_version"), e);
}

/* The words of a key that is a text of words or a list of texts, one after the other: *word is set to the next. */
static bool next_word(const struct tree_node *node, const char **rest, const struct tree_node **item, char *word,
                      size_t size)
{
    if (node == NULL)
        return false;
    if (node->kind == TREE_TEXT) {
        if (*rest == NULL)
            *rest = node->text;
        *rest += strspn(*rest, " \t\n,");
        size_t length = strcspn(*rest, " \t\n,");
        (void)str_format(word, size, "%.*s", (int)length, *rest); /* what is cut is no word that is known */
        *rest += length;
        return length > 0;
    }
    *item = *item == NULL ? node->first : (*item)->next;
    if (*item == NULL)
        return false;
    (void)str_copy(word, size, (*item)->text); /* as above */
    return true;
}

static int read_manner(struct kattis *kattis, struct err *e)
{
    struct manner *manner = &kattis->manner;
    struct problem_package *package = kattis->problem->package;
    const struct {
        const char *word;
        bool *flag;
    } rows[] = {{"custom", &manner->custom},
                {"interactive", &manner->interactive},
                {"multi-pass", &manner->multi_pass},
                {"multipass", &manner->multi_pass},
                {"score", &manner->score},
                {"scoring", &package->scoring},
                {"submit-answer", &manner->submit_answer},
                {"default", NULL},
                {"pass-fail", NULL}};
    static const char *const keys[] = {"validation", "type"};
    for (size_t k = 0; k < 2; k++) {
        const struct tree_node *node = tree_find(kattis->root, keys[k]), *item = NULL;
        const char *rest = NULL;
        char word[48];
        while (next_word(node, &rest, &item, word, sizeof word)) {
            size_t row = 0;
            while (row < sizeof rows / sizeof *rows && strcmp(rows[row].word, word) != 0)
                row++;
            if (row == sizeof rows / sizeof *rows) {
                (void)err_set(e, "%s: '%s' is not known", keys[k], word);
                return at(kattis, node, e);
            }
            if (rows[row].flag != NULL)
                *rows[row].flag = true;
        }
    }
    return 0;
}

/* A number below limits: 0 with *value as it was where it is not there, or -1 with e. */
static int read_limit(const struct kattis *kattis, const char *key, double low, double high, double *value,
                      struct err *e)
{
    char path[64];
    (void)str_format(path, sizeof path, "limits/%s", key); /* ours, short */
    const struct tree_node *node = tree_find(kattis->root, path);
    if (node == NULL || (node->kind == TREE_TEXT && node->text[0] == '\0'))
        return 0;
    if (package_number(node->text, low, high, value, e) == 0)
        return 0;
    (void)err_add(e, "limits: %s", key);
    return at(kattis, node, e);
}

/* ---- the time limit */

/* A small file of the folder, as a text; false where it is not there. -1 with e. */
static int read_small(const struct problem *problem, const char *name, char *text, size_t size, struct err *e)
{
    if (problem_kind(problem, name) == 0)
        return 0;
    int fd = problem_open_file(problem, name, e);
    if (fd < 0)
        return -1;
    ssize_t count = pread(fd, text, size - 1, 0);
    int error = errno;
    file_close(&fd);
    text[count < 0 ? 0 : count] = '\0';
    return count < 0 ? err_sys(e, error, "read %s/%s", problem->folder, name) : 1;
}

/* Takes the number that begins at text, between blanks and quotes; the rest of its line is ignored. */
static int take_seconds(const struct problem *problem, const char *file, const char *text, double *seconds,
                        struct err *e)
{
    char word[40];
    text += strspn(text, " \t\r\n'\"=:");
    (void)str_format(word, sizeof word, "%.*s", (int)strcspn(text, " \t\r\n'\";#"), text); /* cut is no number */
    return package_number(word, 0.001, MOST_S, seconds, e) == 0 ? 0 : err_add(e, "%s/%s", problem->folder, file);
}

/* `timelimit = 3` of DOMjudge's file; 0 where there is none. */
static int domjudge_seconds(const struct problem *problem, double *seconds, struct err *e)
{
    static const char name[] = "domjudge-problem.ini", key[] = "timelimit";
    char text[8192];
    int there = read_small(problem, name, text, sizeof text, e);
    for (const char *line = text; there == 1 && line != NULL && *line != '\0';) {
        line += strspn(line, " \t\r\n");
        const char *behind = line + sizeof key - 1;
        if (str_starts(line, key) && (*behind == ' ' || *behind == '\t' || *behind == '='))
            return take_seconds(problem, name, behind, seconds, e);
        line = strchr(line, '\n');
    }
    return there < 0 ? -1 : 0;
}

/* In order: problem.yaml, domjudge-problem.ini, .timelimit. *seconds stays 0 where none of them says it. */
static int find_seconds(const struct kattis *kattis, double *seconds, struct err *e)
{
    char text[256];
    if (read_limit(kattis, "time_limit", 0.001, MOST_S, seconds, e) != 0)
        return -1;
    if (*seconds == 0 && domjudge_seconds(kattis->problem, seconds, e) != 0)
        return -1;
    if (*seconds != 0)
        return 0;
    int there = read_small(kattis->problem, ".timelimit", text, sizeof text, e);
    return there <= 0 ? there : take_seconds(kattis->problem, ".timelimit", text, seconds, e);
}

static int read_limits(struct kattis *kattis, const struct conf *conf, struct err *e)
{
    struct problem *problem = kattis->problem;
    struct problem_limits *limits = &problem->limits;
    struct problem_package *package = problem->package;
    double seconds = 0, memory = 0, output = 0, check_s = 0, check_mib = 0, passes = 2;
    package->time_factor = kattis->dated ? 2 : 5;
    package->time_step_s = 1;
    if (find_seconds(kattis, &seconds, e) != 0 || read_limit(kattis, "memory", 1, MOST_MIB, &memory, e) != 0 ||
        read_limit(kattis, "output", 1, MOST_MIB, &output, e) != 0 ||
        read_limit(kattis, "validation_time", 1, MOST_S, &check_s, e) != 0 ||
        read_limit(kattis, "validation_memory", 1, MOST_MIB, &check_mib, e) != 0 ||
        read_limit(kattis, "time_multiplier", 1, 1000, &package->time_factor, e) != 0 ||
        read_limit(kattis, "time_multipliers/ac_to_time_limit", 1, 1000, &package->time_factor, e) != 0 ||
        read_limit(kattis, "time_resolution", 0.001, MOST_S, &package->time_step_s, e) != 0 ||
        read_limit(kattis, "validation_passes", 2, MOST_PASSES, &passes, e) != 0)
        return -1;
    kattis->passes = (int)passes;
    if (!limits->has_time && seconds > 0) {
        limits->time_ms = package_round(seconds * 1000);
        limits->has_time = true;
    }
    if (!limits->has_memory) {
        limits->memory_mib = memory > 0 ? package_round(memory) : DEFAULT_MIB;
        limits->has_memory = memory > 0;
    }
    if (conf_line(conf, "limits", "output_mib") == 0 && output > 0)
        limits->output_mib = package_round(output);
    problem->checker.time_ms = check_s > 0 ? (int64_t)(check_s * 1000) : PACKAGE_CHECKER_MS;
    problem->checker.memory_mib = check_mib > 0 ? (int64_t)check_mib : PACKAGE_CHECKER_MIB;
    if (!limits->has_time)
        package_note(package,
                     "the package has no time limit (limits: time_limit in problem.yaml, or a file .timelimit)");
    return 0;
}

/* ---- validators */

/* The main file of the program in a folder: of Python's the one that starts it, else the first source by name. 1 with path,
 * 0 where there is no source that we can build, or -1 with e. */
static int main_source(const struct problem *problem, const char *folder, char path[CHECKER_PATH_SIZE], struct err *e)
{
    static const char *const first[] = {"__main__.py", "main.py"};
    static const char *const suffixes[] = {".cc", ".cpp", ".cxx", ".c++", ".c", ".pas", ".py"};
    struct dirent **entries = NULL;
    int found = 0;
    for (size_t i = 0; i < 2; i++) {
        if (str_format(path, CHECKER_PATH_SIZE, "%s/%s", folder, first[i]) == 0 && S_ISREG(problem_kind(problem, path)))
            return 1;
    }
    int count = problem_list(problem, folder, &entries, e);
    for (size_t s = 0; s < sizeof suffixes / sizeof *suffixes; s++) {
        for (int i = 0; i < count && found == 0; i++)
            found = str_ends(entries[i]->d_name, suffixes[s]) &&
                    str_format(path, CHECKER_PATH_SIZE, "%s/%s", folder, entries[i]->d_name) == 0 &&
                    S_ISREG(problem_kind(problem, path));
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count < 0 ? -1 : found;
}

/* The programs in a folder of validators, a file or a folder each; a folder that holds sources itself is one. Returns how many,
 * at most `most`, or -1 with e. */
static int find_programs(const struct problem *problem, const char *folder, bool one, struct package_program *programs,
                         int most, struct err *e)
{
    struct dirent **entries = NULL;
    int found = 0;
    char path[CHECKER_PATH_SIZE];
    if (!S_ISDIR(problem_kind(problem, folder)))
        return 0;
    if (one) {
        found = main_source(problem, folder, programs[0].source, e);
        if (found != 0)
            return found;
    }
    int count = problem_list(problem, folder, &entries, e);
    bool failed = count < 0;
    for (int i = 0; i < count && !failed && found < most; i++) {
        if (str_format(path, sizeof path, "%s/%s", folder, entries[i]->d_name) != 0)
            continue;
        mode_t kind = problem_kind(problem, path);
        int is = S_ISDIR(kind) ? main_source(problem, path, programs[found].source, e) : 0;
        if (S_ISREG(kind) && (str_ends(path, ".h") || str_ends(path, ".hpp") || str_ends(path, ".md") ||
                              str_ends(path, ".txt") || strchr(entries[i]->d_name, '.') == NULL))
            continue;
        if (S_ISREG(kind)) {
            (void)str_copy(programs[found].source, sizeof programs[found].source, path); /* of the same size */
            is = 1;
        }
        failed = is < 0;
        found += is > 0;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return failed ? -1 : found;
}

static int find_checker(struct kattis *kattis, struct err *e)
{
    static const char *const folders[] = {"output_validators", "output_validator"};
    struct problem *problem = kattis->problem;
    struct checker *checker = &problem->checker;
    struct package_program programs[2];
    int found = 0;
    for (size_t i = 0; i < 2 && found == 0; i++) {
        found = find_programs(problem, folders[i], true, programs, 2, e);
        if (found < 0)
            return -1;
        if (found > 1)
            return err_set(e, "%s/%s: more than one validator (%s, %s): join them to one", problem->folder, folders[i],
                           programs[0].source, programs[1].source);
    }
    bool said = tree_find(kattis->root, "validation") != NULL;
    bool custom = kattis->dated || !said ? found > 0 : kattis->manner.custom;
    if (found == 0 && (custom || kattis->manner.interactive || kattis->manner.multi_pass || kattis->manner.custom))
        return err_set(e,
                       "%s: a validator of its own is wanted, but there is no source in output_validators/ nor "
                       "output_validator/ (C, C++, Pascal, Python)",
                       problem->folder);
    const char *flags = tree_text(kattis->root, "validator_flags", "");
    if (str_copy(problem->package->base_flags, sizeof problem->package->base_flags, flags) != 0) {
        (void)err_set(e, "validator_flags of more than %zu characters", sizeof problem->package->base_flags - 1);
        return at(kattis, tree_find(kattis->root, "validator_flags"), e);
    }
    if (!custom) {
        if (found > 0)
            package_note(problem->package, "%s is not used: validation is 'default'", programs[0].source);
        if (problem_validator_flags(problem, flags, e) == 0)
            return 0;
        (void)err_add(e, "validator_flags");
        return at(kattis, tree_find(kattis->root, "validator_flags"), e);
    }
    checker->kind = CHECKER_PROGRAM;
    checker->protocol = CHECKER_KATTIS;
    checker->points = CHECKER_ABSOLUTE;
    (void)str_copy(checker->source, sizeof checker->source, programs[0].source); /* of the same size */
    checker->passes = kattis->manner.multi_pass ? kattis->passes : 1;
    checker->no_points = !problem->package->scoring || (!kattis->dated && !kattis->manner.score);
    (void)str_copy(checker->args, sizeof checker->args, flags); /* of the same size */
    (void)str_copy(checker->why, sizeof checker->why, said ? "validation in problem.yaml" : "it is in the package");
    return 0;
}

static int find_validators(struct kattis *kattis, struct err *e)
{
    static const char *const folders[] = {"input_validators", "input_format_validators"};
    struct problem_package *package = kattis->problem->package;
    for (size_t i = 0; i < 2; i++) {
        int found = find_programs(kattis->problem, folders[i], false, package->validators + package->validator_count,
                                  PACKAGE_VALIDATORS - (int)package->validator_count, e);
        if (found < 0)
            return -1;
        package->validator_count += (size_t)found;
    }
    return 0;
}

/* What we do not do is said, rather than judged wrongly. */
static int refuse(const struct kattis *kattis, struct err *e)
{
    const struct manner *manner = &kattis->manner;
    const struct tree_node *type = tree_find(kattis->root, "type");
    const struct tree_node *objective = tree_find(kattis->root, "grading/objective");
    const struct tree_node *constants = tree_find(kattis->root, "constants");
    const struct tree_node *node = type != NULL ? type : tree_find(kattis->root, "validation");
    if (manner->submit_answer)
        (void)err_set(e, "submit-answer: answers as submissions are not supported in a package");
    else if (manner->interactive && manner->multi_pass)
        (void)err_set(e, "interactive and multi-pass together are not supported");
    else if ((node = objective) != NULL && strcmp(node->text, "min") == 0)
        (void)err_set(e, "grading: objective min: a score that is better when it is smaller is not supported");
    else if ((node = constants) != NULL && node->first != NULL)
        (void)err_set(e, "constants are not supported: write them into the validators and solutions");
    else
        return 0;
    return at(kattis, node, e);
}

/* The validator of an interactive problem talks to the program. */
static void settle_interactive(struct kattis *kattis)
{
    struct problem *problem = kattis->problem;
    if (!kattis->manner.interactive)
        return;
    problem->interactor = problem->checker;
    problem->checker.kind = CHECKER_NONE;
    problem->checker.why[0] = '\0';
}

int package_open_kattis(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct kattis kattis = {.problem = problem};
    int result = -1;
    if (open_yaml(&kattis, e) == 0 && read_manner(&kattis, e) == 0 && refuse(&kattis, e) == 0 &&
        read_limits(&kattis, conf, e) == 0 && find_checker(&kattis, e) == 0 && find_validators(&kattis, e) == 0)
        result = package_kattis_data(problem, kattis.dated, e);
    settle_interactive(&kattis);
    tree_close(kattis.tree);
    return result;
}
