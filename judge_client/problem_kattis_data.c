/*
 * problem_kattis_data.c - the test data of a Kattis package: cases in data/sample and data/secret, groups in folders, and
 * their settings. Runs in judge_client as root, on folders that strangers made; of a case it reads nothing but names.
 */
#include "judge_client/problem_kattis_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { MOST_LEVELS = 8 };

/* ---- settings */

/* One more word for conf_words. */
static int add_word(char *text, size_t size, const char *word)
{
    size_t length = strlen(text);
    if (length + 2 * strlen(word) + 4 > size)
        return -1;
    char *out = text + length;
    *out++ = '"';
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\')
            *out++ = '\\';
        *out++ = *word;
    }
    memcpy(out, "\" ", sizeof "\" ");
    return 0;
}

/* Flags are a text of words, a list of words, or a map with `flags`. 0 with text, or -1 with e. */
static int read_words(const struct tree_node *node, char *text, size_t size, struct err *e)
{
    text[0] = '\0';
    if (node->kind == TREE_MAP)
        node = tree_find(node, "flags");
    if (node == NULL)
        return 0;
    if (node->kind == TREE_TEXT)
        return str_copy(text, size, node->text) == 0 ? 0 : err_set(e, "too long");
    for (const struct tree_node *item = node->first; item != NULL; item = item->next) {
        if (strchr(item->text, '\n') != NULL || add_word(text, size, item->text) != 0)
            return err_set(e, "too long, or a line end in a word");
    }
    return 0;
}

/* The words of the first of the keys that is there: 1 with text, 0, or -1 with e. */
static int find_words(const struct tree_node *root, const char *const keys[2], char *text, size_t size, struct err *e)
{
    for (size_t i = 0; i < 2; i++) {
        const struct tree_node *node = tree_find(root, keys[i]);
        if (node != NULL)
            return read_words(node, text, size, e) == 0 ? 1 : err_add(e, "%s", keys[i]);
    }
    return 0;
}

/* What is not said is that of the group that it is in. */
static int read_flags(struct kattis_data *data, const struct tree_node *root, struct kattis_settings *settings,
                      struct err *e)
{
    static const char *const output_keys[] = {"output_validator_args", "output_validator_flags"};
    static const char *const input_keys[] = {"input_validator_args", "input_validator_flags"};
    char output[CHECKER_ARGS_SIZE], input[CHECKER_ARGS_SIZE];
    int has_output = find_words(root, output_keys, output, sizeof output, e);
    int has_input = has_output < 0 ? -1 : find_words(root, input_keys, input, sizeof input, e);
    if (has_input < 0)
        return -1;
    if (has_output > 0 || has_input > 0) {
        struct problem_flags *flags =
            package_add_flags(data->problem, has_output > 0 ? output : NULL, settings->flags, e);
        if (flags == NULL)
            return err_add(e, "flags of a validator");
        if (has_input > 0)
            (void)str_copy(flags->input_args, sizeof flags->input_args, input); /* of the same size */
        settings->flags = flags;
    }
    const struct tree_node *args = tree_find(root, "args");
    if (args != NULL && (args->first != NULL || args->text[0] != '\0'))
        return err_set(e, "args: arguments of the submission are not supported");
    return 0;
}

/* Words of the default grader. */
static int read_grader(const char *text, struct kattis_settings *settings, struct err *e)
{
    static const struct {
        const char *word;
        int verdict, score; /* -1: no word of that kind */
    } rows[] = {{"worst_error", KATTIS_ALL, -1},
                {"first_error", KATTIS_ALL, -1},
                {"no_errors", KATTIS_ALL, -1},
                {"always_accept", KATTIS_ALWAYS, -1},
                {"accept_if_any_accepted", KATTIS_ANY, -1},
                {"sum", -1, KATTIS_SUM},
                {"avg", -1, KATTIS_AVG},
                {"min", -1, KATTIS_MIN},
                {"max", -1, KATTIS_MAX},
                {"ignore_sample", -1, -1}};
    settings->verdict = KATTIS_ALL;
    settings->score = KATTIS_SUM;
    settings->ignore_sample = false;
    for (text += strspn(text, " \t\n"); *text != '\0'; text += strspn(text, " \t\n")) {
        size_t length = strcspn(text, " \t\n"), row = 0;
        while (row < sizeof rows / sizeof *rows &&
               (strlen(rows[row].word) != length || strncmp(rows[row].word, text, length) != 0))
            row++;
        if (row == sizeof rows / sizeof *rows)
            return err_set(e, "grader_flags: '%.*s' is none of the default grader's", (int)length, text);
        if (rows[row].verdict >= 0)
            settings->verdict = (enum kattis_verdict)rows[row].verdict;
        if (rows[row].score >= 0)
            settings->score = (enum kattis_score)rows[row].score;
        settings->ignore_sample = settings->ignore_sample || (rows[row].verdict < 0 && rows[row].score < 0);
        text += length;
    }
    return 0;
}

/* The legacy format's keys; those that are not there are those of the group that it is in. *seen is set where one is. */
static int read_legacy(const struct tree_node *root, struct kattis_settings *settings, bool *seen, struct err *e)
{
    static const char *const keys[] = {"on_reject", "grading", "grader_flags", "accept_score", "reject_score", "range"};
    double value = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        *seen = *seen || tree_find(root, keys[i]) != NULL;
    if (strcmp(tree_text(root, "grading", "default"), "custom") == 0)
        return err_set(e, "grading: custom: a grader of its own is not supported");
    if (tree_find(root, "on_reject") != NULL)
        settings->go_on = strcmp(tree_text(root, "on_reject", ""), "continue") == 0;
    if (tree_find(root, "grader_flags") != NULL && read_grader(tree_text(root, "grader_flags", ""), settings, e) != 0)
        return -1;
    const char *accept = tree_text(root, "accept_score", "");
    if (accept[0] != '\0' && package_number(accept, 0, 1e6, &settings->accept_score, e) != 0)
        return err_add(e, "accept_score");
    const char *reject = tree_text(root, "reject_score", "");
    if (reject[0] != '\0' && (package_number(reject, -1e6, 1e6, &value, e) != 0 || value != 0))
        return err_set(e, "reject_score: only 0 is supported");
    /* Two numbers; the first may be anything that is not more than 0. */
    const char *range = tree_text(root, "range", "");
    range += strspn(range, " \t");
    range += strcspn(range, " \t");
    range += strspn(range, " \t");
    if (*range != '\0') {
        settings->most = -1;
        settings->own_most = true;
    }
    if (*range != '\0' && strstr(range, "inf") == NULL && package_number(range, 0, 1e9, &settings->most, e) != 0)
        return err_add(e, "range");
    return 0;
}

static int read_aggregation(const char *text, struct kattis_settings *settings, struct err *e)
{
    static const struct {
        const char *word;
        enum kattis_score score;
    } rows[] = {{"sum", KATTIS_SUM}, {"min", KATTIS_MIN}, {"pass-fail", KATTIS_PASS_FAIL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].word, text) != 0)
            continue;
        settings->score = rows[i].score;
        settings->has_score = true;
        return 0;
    }
    return err_set(e, "score_aggregation: '%.40s' is none of pass-fail, sum, min", text);
}

/* The keys of the formats with a date; a draft of them had three below `scoring`. */
static int read_dated(const struct tree_node *root, struct kattis_settings *settings, struct err *e)
{
    const char *most = tree_text(root, "max_score", tree_text(root, "scoring/score", ""));
    const char *how = tree_text(root, "score_aggregation", tree_text(root, "scoring/aggregation", ""));
    const struct tree_node *require = tree_find(root, "require_pass");
    if (require == NULL)
        require = tree_find(root, "scoring/require_pass");
    if (tree_find(root, "static_validation_score") != NULL || tree_find(root, "static_validation") != NULL)
        return err_set(e, "static validation is not supported");
    if (strcmp(most, "unbounded") == 0)
        return err_set(e, "max_score: unbounded is not supported: how much is all?");
    if (most[0] != '\0' && package_number(most, 0, 1e6, &settings->most, e) != 0)
        return err_add(e, "max_score");
    if (how[0] != '\0' && read_aggregation(how, settings, e) != 0)
        return -1;
    const struct tree_node *name = require == NULL ? NULL : require->kind == TREE_LIST ? require->first : require;
    for (; name != NULL; name = require->kind == TREE_LIST ? name->next : NULL) {
        size_t length = strlen(settings->require);
        if (str_format(settings->require + length, sizeof settings->require - length, "%s ", name->text) != 0)
            return err_set(e, "require_pass: too long");
    }
    return 0;
}

static struct tree *open_settings(const struct problem *problem, const char *path, struct err *e)
{
    char full[PATH_MAX + PROBLEM_PATH_SIZE];
    int fd = problem_open_file(problem, path, e);
    if (fd < 0)
        return NULL;
    (void)str_format(full, sizeof full, "%s/%s", problem->folder, path); /* as large as both can be */
    struct tree *tree = tree_open_yaml(fd, full, e);
    file_close(&fd);
    return tree;
}

/* What a group without settings has: those of the group that it is in (legacy), or only its flags. */
static void inherit(const struct kattis_data *data, struct kattis_group *group, const struct kattis_settings *from)
{
    group->settings = *from;
    group->settings.own_most = false;
    if (!data->dated)
        return;
    group->settings = (struct kattis_settings){.accept_score = 1, .most = -1, .flags = from->flags};
}

static int read_settings(struct kattis_data *data, struct kattis_group *group, struct err *e)
{
    static const char *const names[] = {"test_group.yaml", "testdata.yaml"};
    char path[PROBLEM_PATH_SIZE];
    for (size_t i = 0; i < 2; i++) {
        if (str_format(path, sizeof path, "%s/%s", group->path, names[i]) != 0 ||
            problem_kind(data->problem, path) == 0)
            continue;
        struct tree *tree = open_settings(data->problem, path, e);
        if (tree == NULL)
            return -1;
        const struct tree_node *root = tree_root(tree);
        int result = root != NULL && root->kind != TREE_MAP ? err_set(e, "must begin with keys") : 0;
        if (result == 0)
            result = read_legacy(root, &group->settings, &data->legacy_keys, e);
        if (result == 0 && data->dated)
            result = read_dated(root, &group->settings, e);
        if (result == 0)
            result = read_flags(data, root, &group->settings, e);
        if (result != 0)
            (void)tree_error(tree, root, e);
        tree_close(tree);
        return result;
    }
    return 0;
}

/* ---- cases */

static bool is_listed(struct dirent *const *entries, int count, const char *name)
{
    int low = 0, high = count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(entries[middle]->d_name, name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* The settings of one case: NAME.yaml, of the formats with a date. */
static int read_own(struct kattis_data *data, struct problem_case *one, const char *path, struct err *e)
{
    struct kattis_settings settings = {.flags = one->flags};
    struct tree *tree = open_settings(data->problem, path, e);
    if (tree == NULL)
        return -1;
    int result = read_flags(data, tree_root(tree), &settings, e);
    if (result != 0)
        (void)tree_error(tree, tree_root(tree), e);
    one->flags = settings.flags;
    tree_close(tree);
    return result;
}

static int add_case(struct kattis_data *data, const struct kattis_group *group, const char *stem,
                    struct dirent *const *entries, int count, struct err *e)
{
    const char *folder = data->problem->folder;
    char name[PROBLEM_PATH_SIZE], input[PROBLEM_PATH_SIZE], answer[PROBLEM_PATH_SIZE], beside[NAME_MAX + 8];
    (void)str_format(beside, sizeof beside, "%s.ans", stem); /* it fits */
    if (!is_listed(entries, count, beside))
        return err_set(e, "%s/%s/%s.in has no %s.ans", folder, group->path, stem, stem);
    if (str_format(name, sizeof name, "%s/%s", group->path + strlen("data/"), stem) != 0 ||
        str_format(input, sizeof input, "%s/%s.in", group->path, stem) != 0 ||
        str_format(answer, sizeof answer, "%s/%s.ans", group->path, stem) != 0)
        return err_set(e, "%s/%s/%.64s.in: the path is too long", folder, group->path, stem);
    struct problem_case *one = package_add_case(data->problem, name, input, answer, e);
    if (one == NULL)
        return -1;
    one->flags = group->settings.flags;
    one->sample = str_starts(name, "sample/");
    (void)str_format(beside, sizeof beside, "%s.files", stem);
    if (is_listed(entries, count, beside))
        return err_set(e, "%s/%s/%s: files of a case are not supported", folder, group->path, beside);
    (void)str_format(beside, sizeof beside, "%s.args", stem);
    if (is_listed(entries, count, beside))
        return err_set(e, "%s/%s/%s: arguments of the submission are not supported", folder, group->path, beside);
    (void)str_format(beside, sizeof beside, "%s.yaml", stem);
    if (!data->dated || !is_listed(entries, count, beside))
        return 0;
    (void)str_format(input, sizeof input, "%s/%s", group->path,
                     beside); /* hardly longer than NAME.in; cut is not there */
    return read_own(data, one, input, e);
}

static int add_cases(struct kattis_data *data, struct kattis_group *group, struct dirent *const *entries, int count,
                     struct err *e)
{
    for (int i = 0; i < count; i++) {
        char stem[NAME_MAX + 1];
        size_t length = strlen(entries[i]->d_name);
        if (length <= 3 || strcmp(entries[i]->d_name + length - 3, ".in") != 0)
            continue;
        (void)str_format(stem, sizeof stem, "%.*s", (int)length - 3, entries[i]->d_name); /* a part of a name */
        if (add_case(data, group, stem, entries, count, e) != 0)
            return -1;
    }
    return 0;
}

/* ---- groups */

static struct kattis_group *add_group(struct kattis_data *data, size_t parent, const char *name, struct err *e)
{
    struct kattis_group *group = &data->groups[data->count];
    if (data->count == KATTIS_GROUPS) {
        err_set(e, "%s/data: more than %d folders", data->problem->folder, KATTIS_GROUPS);
        return NULL;
    }
    if (str_format(group->path, sizeof group->path, "%s/%s", data->groups[parent].path, name) != 0) {
        err_set(e, "%s/%s/%.64s: the path is too long", data->problem->folder, data->groups[parent].path, name);
        return NULL;
    }
    group->parent = parent;
    inherit(data, group, &data->groups[parent].settings);
    data->count++;
    return group;
}

/* A group with all that is in it. Recursion ends at the eighth level. */
static int read_group(struct kattis_data *data, size_t index, int level, struct err *e)
{
    struct problem *problem = data->problem;
    struct kattis_group *group = &data->groups[index];
    struct dirent **entries = NULL;
    char path[PROBLEM_PATH_SIZE + NAME_MAX + 1];
    if (level == MOST_LEVELS)
        return err_set(e, "%s/%s: more than %d levels of folders", problem->folder, group->path, MOST_LEVELS);
    if (read_settings(data, group, e) != 0)
        return -1;
    int count = problem_list(problem, group->path, &entries, e);
    int result = count < 0 ? -1 : 0;
    group->first = problem->case_count;
    if (result == 0)
        result = add_cases(data, group, entries, count, e);
    group->own = problem->case_count - group->first;
    for (int i = 0; i < count && result == 0; i++) {
        const char *name = entries[i]->d_name;
        (void)str_format(path, sizeof path, "%s/%s", group->path, name); /* it fits */
        bool plain = strchr(name, '.') != NULL && entries[i]->d_type != DT_DIR && entries[i]->d_type != DT_LNK;
        if (plain || entries[i]->d_type == DT_REG || !S_ISDIR(problem_kind(problem, path)))
            continue;
        if (add_group(data, index, name, e) == NULL)
            result = -1;
        else
            result = read_group(data, data->count - 1, level + 1, e);
    }
    group->end = problem->case_count;
    group->next = data->count;
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return result;
}

static int read_all(struct kattis_data *data, struct err *e)
{
    static const char *const parts[] = {"sample", "secret"};
    struct kattis_group *root = &data->groups[0];
    *root = (struct kattis_group){.path = "data", .settings = {.accept_score = 1, .most = -1}};
    data->count = 1;
    if (read_settings(data, root, e) != 0)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        char path[PROBLEM_PATH_SIZE];
        (void)str_format(path, sizeof path, "data/%s", parts[i]); /* it fits */
        if (!S_ISDIR(problem_kind(data->problem, path)))
            continue;
        if (add_group(data, 0, parts[i], e) == NULL || read_group(data, data->count - 1, 1, e) != 0)
            return -1;
    }
    root->end = data->problem->case_count;
    root->next = data->count;
    if (root->end == 0)
        return err_set(e, "%s/data: no test data (no *.in in sample/ or secret/)", data->problem->folder);
    return 0;
}

int package_kattis_data(struct problem *problem, bool dated, struct err *e)
{
    struct kattis_data data = {.problem = problem, .dated = dated};
    data.groups = calloc(KATTIS_GROUPS, sizeof *data.groups);
    if (data.groups == NULL)
        return err_set(e, "out of memory");
    int result = read_all(&data, e);
    if (result == 0 && problem->package->scoring)
        result = kattis_subtasks(&data, e);
    free(data.groups);
    return result;
}
