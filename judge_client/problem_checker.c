/*
 * problem_checker.c - how a problem's outputs are judged: what problem.ini says, else what the names of the files in its
 * folder say. Runs in judge_client as root; of the files it reads only whether a source includes testlib.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/problem_parts.h"

#include "common/banned.h"

enum { CHECKER_MS = 10000, CHECKER_MIB = 512, OUTPUT_MIB = 64, LOOKED_AT = 256 << 10, USUAL_PASSES = 2 };

/* Of sources, in the order in which one is preferred; what compiles them is checker_build's. */
static const char *const suffixes[] = {".cc", ".cpp", ".cxx", ".c", ".pas", ".py"};
enum { SUFFIXES = sizeof suffixes / sizeof *suffixes };

static int at_line(const struct problem *problem, const struct conf *conf, const char *key, struct err *e)
{
    return err_add(e, "%s/%s:%d: [checker]", problem->folder, PROBLEM_CONF, conf_line(conf, "checker", key));
}

static bool is_there(const struct problem *problem, const char *name)
{
    struct stat info;
    return fstatat(problem->folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < SUFFIXES; i++) {
        if (strcmp(dot, suffixes[i]) == 0)
            return true;
    }
    return false;
}

int problem_uses_testlib(const struct problem *problem, const char *name, struct err *e)
{
    static const char header[] = "testlib.h";
    int fd = problem_open_file(problem, name, e);
    char *text = fd < 0 ? NULL : malloc(LOOKED_AT);
    int result = -1;
    if (fd >= 0 && text == NULL) {
        err_set(e, "out of memory");
    } else if (fd >= 0) {
        ssize_t size = read(fd, text, LOOKED_AT);
        if (size < 0)
            err_sys(e, errno, "read %s/%s", problem->folder, name);
        else
            result = memmem(text, (size_t)size, header, sizeof header - 1) != NULL;
    }
    free(text);
    file_close(&fd);
    return result;
}

/* ---- what is in the folder */

int problem_find_program(const struct problem *problem, const char *stem, struct checker *checker, struct err *e)
{
    char name[64];
    int64_t bytes;
    for (size_t i = 0; i <= SUFFIXES; i++) {
        (void)str_format(name, sizeof name, "%s%s", stem, i < SUFFIXES ? suffixes[i] : ""); /* it fits */
        if (!is_there(problem, name))
            continue;
        if (problem_file_size(problem, name, &bytes, e) != 0)
            return -1;
        (void)str_copy(i < SUFFIXES ? checker->source : checker->binary, CHECKER_PATH_SIZE, name); /* it fits */
        checker->kind = CHECKER_PROGRAM;
        return 1;
    }
    return 0;
}

/* HUSTOJ's names, the first of them that is there. 1, 0, or -1 with e. */
static int find_hustoj(struct problem *problem, struct err *e)
{
    static const enum checker_protocol order[] = {CHECKER_UPJ, CHECKER_TPJ, CHECKER_SPJ};
    struct checker *checker = &problem->checker;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int found = problem_find_program(problem, checker_name(order[i]), checker, e);
        if (found < 0)
            return -1;
        if (found == 0)
            continue;
        checker->protocol = order[i];
        const char *file = checker->source[0] != '\0' ? checker->source : checker->binary;
        int testlib =
            order[i] == CHECKER_SPJ && checker->source[0] != '\0' ? problem_uses_testlib(problem, file, e) : 0;
        if (testlib < 0)
            return -1;
        if (testlib > 0)
            checker->protocol = CHECKER_TESTLIB;
        (void)str_format(checker->why, sizeof checker->why, testlib > 0 ? "%s includes testlib.h" : "by the name %s",
                         file); /* cut is fine */
        return 1;
    }
    return 0;
}

/* checker.cpp and the like, where they include testlib.h: Polygon's and Codeforces' names. 1, 0, or -1 with e. */
static int find_testlib(struct problem *problem, struct err *e)
{
    static const char *const stems[] = {"checker", "check", "chk"};
    struct checker *checker = &problem->checker;
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        int found = problem_find_program(problem, stems[i], checker, e);
        if (found == 0)
            continue;
        int testlib = found < 0                    ? -1
                      : checker->source[0] == '\0' ? 0
                                                   : problem_uses_testlib(problem, checker->source, e);
        if (testlib < 0)
            return -1;
        if (testlib > 0) {
            checker->protocol = CHECKER_TESTLIB;
            (void)str_format(checker->why, sizeof checker->why, "%s includes testlib.h", checker->source);
            return 1;
        }
        checker->kind = CHECKER_NONE; /* a file of that name may be anything */
        checker->source[0] = checker->binary[0] = '\0';
    }
    return 0;
}

/* The first source of a folder, or of the first folder in it, by name; only one level down. 1, 0, or -1 with e. */
static int find_below(struct problem *problem, const char *folder, int depth, struct err *e)
{
    struct checker *checker = &problem->checker;
    struct dirent **entries = NULL;
    char path[CHECKER_PATH_SIZE];
    int result = 0;
    int count = scandirat(problem->folder_fd, folder, &entries, NULL, alphasort);
    if (count < 0)
        return err_sys(e, errno, "open %s/%s", problem->folder, folder);
    for (int i = 0; i < count && result == 0; i++) {
        struct stat info;
        if (entries[i]->d_name[0] == '.' || str_format(path, sizeof path, "%s/%s", folder, entries[i]->d_name) != 0 ||
            fstatat(problem->folder_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(info.st_mode) && depth > 0)
            result = find_below(problem, path, depth - 1, e);
        if (!S_ISREG(info.st_mode) || !is_source(path))
            continue;
        (void)str_copy(checker->source, sizeof checker->source, path); /* of the same size */
        result = 1;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return result;
}

/* Kattis' and ICPC's folder. 1, 0, or -1 with e. */
static int find_kattis(struct problem *problem, struct err *e)
{
    static const char *const folders[] = {"output_validators", "output_validator"};
    struct checker *checker = &problem->checker;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct stat info;
        if (fstatat(problem->folder_fd, folders[i], &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode))
            continue;
        int found = find_below(problem, folders[i], 1, e);
        if (found <= 0)
            return found < 0 ? -1 : err_set(e, "%s/%s: no source of a validator", problem->folder, folders[i]);
        checker->kind = CHECKER_PROGRAM;
        checker->protocol = CHECKER_KATTIS;
        (void)str_format(checker->why, sizeof checker->why, "the folder %s", folders[i]); /* it fits */
        return 1;
    }
    return 0;
}

static int find_in_folder(struct problem *problem, struct err *e)
{
    static int (*const finders[])(struct problem * problem, struct err * e) = {find_hustoj, find_kattis, find_testlib};
    int found = 0;
    for (size_t i = 0; i < sizeof finders / sizeof *finders && found == 0; i++)
        found = finders[i](problem, e);
    return found;
}

/* ---- what needs no program */

/* The first is absolute, the second relative; one that is not given is 0, and both are 1e-6 where none is. */
static int read_errors(struct compare_options *compare, char *const *words, struct err *e)
{
    double *const values[] = {&compare->abs_error, &compare->rel_error};
    for (size_t i = 0; words[i] != NULL; i++) {
        long double value;
        if (i == 2)
            return err_set(e, "'%.40s': float has two accepted differences, absolute and relative", words[i]);
        if (!compare_read_number((const unsigned char *)words[i], strlen(words[i]), &value) || value < 0)
            return err_set(e, "'%.40s' is no accepted difference, as 1e-6", words[i]);
        *values[i] = (double)value;
    }
    if (words[0] == NULL)
        compare->abs_error = compare->rel_error = 1e-6;
    return 0;
}

static const struct builtin_name {
    const char *name, *second; /* second: a word that belongs to the name */
    bool compares;             /* it is a way to compare: */
    struct compare_options compare;
    enum checker_builtin builtin;
} builtin_names[] = {
    {"tokens", NULL, true, {.mode = COMPARE_TOKENS}, 0},
    {"float", NULL, true, {.mode = COMPARE_FLOAT}, 0},
    {"case", NULL, true, {.mode = COMPARE_TOKENS, .ignore_case = true}, 0},
    {"lines", "unordered", false, {.mode = COMPARE_LINES}, CHECKER_LINES_UNORDERED},
    {"permutation", NULL, false, {.mode = COMPARE_LINES}, CHECKER_PERMUTATION},
    {"yes/no", NULL, false, {.mode = COMPARE_LINES}, CHECKER_YES_NO},
    {"numbers", NULL, false, {.mode = COMPARE_LINES}, CHECKER_NUMBERS},
};
enum { BUILTIN_NAMES = sizeof builtin_names / sizeof *builtin_names };

static int take_builtin(struct problem *problem, char *const *words, struct err *e)
{
    const char *names[BUILTIN_NAMES + 1] = {NULL};
    const struct builtin_name *row = NULL;
    for (size_t i = 0; i < BUILTIN_NAMES; i++) {
        names[i] = builtin_names[i].name;
        if (words[0] != NULL && strcmp(words[0], names[i]) == 0)
            row = &builtin_names[i];
    }
    if (row == NULL) {
        const char *nearest = words[0] == NULL ? NULL : str_nearest(words[0], names);
        return err_set(
            e, "builtin = %.40s: there is tokens, float, case, lines unordered, permutation, yes/no, numbers%s%s%s",
            words[0] == NULL ? "" : words[0], nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
            nearest == NULL ? "" : "?)");
    }
    words++;
    if (row->second != NULL && (words[0] == NULL || strcmp(words[0], row->second) != 0))
        return err_set(e, "builtin = %s: must be %s %s", row->name, row->name, row->second);
    words += row->second != NULL;
    (void)str_copy(problem->checker.why, sizeof problem->checker.why, "[checker] builtin"); /* it fits */
    if (row->compares) {
        problem->compare = row->compare;
        if (row->compare.mode == COMPARE_FLOAT)
            return read_errors(&problem->compare, words, e);
    } else {
        problem->checker.kind = CHECKER_BUILTIN;
        problem->checker.builtin = row->builtin;
    }
    return words[0] == NULL ? 0 : err_set(e, "builtin = %s: '%.40s' is one word too many", row->name, words[0]);
}

int problem_validator_flags(struct problem *problem, const char *flags, struct err *e)
{
    static const struct {
        const char *name;
        bool absolute, relative;
    } tolerances[] = {{"float_tolerance", true, true},
                      {"float_absolute_tolerance", true, false},
                      {"float_relative_tolerance", false, true}};
    struct compare_options compare = {.mode = COMPARE_TOKENS, .ignore_case = true};
    bool exact = false;
    int result = 0;
    char **words = conf_words(flags, e);
    if (words == NULL)
        return -1;
    for (size_t i = 0; words[i] != NULL && result == 0; i++) {
        size_t row = 0;
        long double value = 0;
        if (strcmp(words[i], "case_sensitive") == 0) {
            compare.ignore_case = false;
            continue;
        }
        if (strcmp(words[i], "space_change_sensitive") == 0) {
            exact = true;
            continue;
        }
        while (row < 3 && strcmp(words[i], tolerances[row].name) != 0)
            row++;
        if (row == 3)
            result = err_set(e, "'%.40s' is no flag of the default validator", words[i]);
        else if (words[i + 1] == NULL ||
                 !compare_read_number((const unsigned char *)words[i + 1], strlen(words[i + 1]), &value) || value < 0)
            result = err_set(e, "%s needs a number, as 1e-6", words[i]);
        else
            i++;
        if (result != 0)
            break;
        compare.mode = COMPARE_FLOAT;
        compare.abs_error = tolerances[row].absolute ? (double)value : compare.abs_error;
        compare.rel_error = tolerances[row].relative ? (double)value : compare.rel_error;
    }
    free(words);
    if (result == 0 && exact && compare.mode == COMPARE_FLOAT)
        return err_set(e, "space_change_sensitive together with a float tolerance is not supported");
    if (result != 0)
        return -1;
    if (exact)
        compare.mode = COMPARE_EXACT;
    problem->compare = compare;
    (void)str_copy(problem->checker.why, sizeof problem->checker.why, "Kattis' default validator"); /* it fits */
    return 0;
}

/* ---- [checker] */

int problem_take_program(const struct problem *problem, const char *source, struct checker *checker, struct err *e)
{
    int64_t bytes;
    checker->kind = CHECKER_PROGRAM;
    if (str_copy(checker->source, sizeof checker->source, source) != 0)
        return err_set(e, "source: a name of more than %d characters", CHECKER_PATH_SIZE - 1);
    if (problem_file_size(problem, source, &bytes, e) != 0)
        return err_add(e, "source");
    if (is_source(source))
        return 0;
    /* An uploaded program, as it is. */
    (void)str_copy(checker->binary, sizeof checker->binary, source); /* of the same size */
    checker->source[0] = '\0';
    return 0;
}

/* The checker's program is known; now what it speaks. */
static int take_protocol(struct problem *problem, const char *name, struct err *e)
{
    struct checker *checker = &problem->checker;
    if (name[0] != '\0') {
        int protocol = checker_protocol_of_name(name, e);
        if (protocol < 0)
            return -1;
        checker->protocol = (enum checker_protocol)protocol;
        (void)str_format(checker->why, sizeof checker->why, "[checker] protocol = %.32s", name); /* it fits */
        return 0;
    }
    if (checker->why[0] != '\0')
        return 0; /* the folder said it */
    int testlib = checker->source[0] == '\0' ? 0 : problem_uses_testlib(problem, checker->source, e);
    if (testlib < 0)
        return -1;
    static const enum checker_protocol own[] = {CHECKER_UPJ, CHECKER_TPJ, CHECKER_SPJ};
    const char *file = checker->source[0] != '\0' ? checker->source : checker->binary;
    size_t stem = strcspn(file, ".");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const char *word = checker_name(own[i]);
        if (strlen(word) != stem || strncmp(file, word, stem) != 0 || (own[i] == CHECKER_SPJ && testlib))
            continue;
        checker->protocol = own[i];
        (void)str_format(checker->why, sizeof checker->why, "by the name %.100s", file); /* it fits */
        return 0;
    }
    if (!testlib)
        return err_set(e, "protocol is missing (spj, upj, tpj, testlib, kattis, lemon, qduoj, syzoj, uoj, cupoj, cms)");
    checker->protocol = CHECKER_TESTLIB;
    (void)str_format(checker->why, sizeof checker->why, "%.100s includes testlib.h", file); /* it fits */
    return 0;
}

static int take_conf(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct checker *checker = &problem->checker;
    const char *source = conf_text(conf, "checker", "source", "");
    const char *protocol = conf_text(conf, "checker", "protocol", "");
    const char *args = conf_text(conf, "checker", "args", "");
    if (conf_line(conf, "checker", "builtin") != 0) {
        if (source[0] != '\0' || protocol[0] != '\0')
            return err_set(e, "builtin needs neither source nor protocol");
        char **words = conf_words(conf_text(conf, "checker", "builtin", ""), e);
        int result = words == NULL ? -1 : take_builtin(problem, words, e);
        free(words);
        return result;
    }
    int found =
        source[0] != '\0' ? problem_take_program(problem, source, &problem->checker, e) : find_in_folder(problem, e);
    if (found < 0)
        return -1;
    if (checker->kind == CHECKER_NONE && strcmp(protocol, "kattis") == 0)
        return problem_validator_flags(problem, args, e);
    if (checker->kind == CHECKER_NONE)
        return err_set(e, "no source, and the folder has no checker");
    if (str_copy(checker->args, sizeof checker->args, args) != 0)
        return err_set(e, "args of more than %d characters", CHECKER_ARGS_SIZE - 1);
    return take_protocol(problem, protocol, e);
}

int problem_find_checker(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct checker *checker = &problem->checker;
    bool own = conf_has(conf, "checker");
    bool compares = conf_line(conf, "compare", "mode") != 0;
    bool package = problem->package != NULL && !own && !compares;
    if (problem->package != NULL && !package)
        *checker = (struct checker){.kind = CHECKER_NONE}; /* problem.ini wins */
    checker->by_problem = own || package;
    checker->time_ms = conf_int(conf, "checker", "time_ms", checker->time_ms > 0 ? checker->time_ms : CHECKER_MS);
    checker->memory_mib =
        conf_int(conf, "checker", "memory_mib", checker->memory_mib > 0 ? checker->memory_mib : CHECKER_MIB);
    checker->own_argv = conf_line(conf, "checker", "tpj_argv") != 0;
    checker->hustoj_argv = conf_choice(conf, "checker", "tpj_argv", 0) == 1;
    if (own && compares) {
        (void)err_set(e, "there is [compare] mode, too: one of the two must go");
        return at_line(problem, conf, NULL, e);
    }
    if (own && take_conf(problem, conf, e) != 0)
        return at_line(problem, conf, NULL, e);
    /* Where somebody wrote how to compare, it is meant. */
    if (!own && !compares && !package && find_in_folder(problem, e) < 0)
        return -1;
    if (!package)
        checker->points =
            (enum checker_points)conf_choice(conf, "checker", "points", (int)checker_usual_points(checker->protocol));
    if (!package)
        checker->passes =
            (int)conf_int(conf, "checker", "passes", checker->protocol == CHECKER_KATTIS ? USUAL_PASSES : 1);
    checker->more_output = checker->kind != CHECKER_NONE && problem->limits.output_mib == 0;
    if (checker->more_output)
        problem->limits.output_mib = OUTPUT_MIB;
    return 0;
}

void problem_apply_site(struct problem *problem, bool special, bool tpj_hustoj)
{
    struct checker *checker = &problem->checker;
    if (!checker->own_argv)
        checker->hustoj_argv = tpj_hustoj;
    if (!special && !problem->interactor.by_problem)
        problem_drop_interactor(problem);
    if (special || checker->by_problem || checker->kind == CHECKER_NONE)
        return;
    checker->kind = CHECKER_NONE;
    if (checker->more_output)
        problem->limits.output_mib = 0;
}
