/*
 * problem_kattis_score.c - how the groups of a Kattis package become subtasks. Runs in judge_client; opens nothing.
 *
 * A group whose cases must all be accepted is a subtask that gives all or nothing; one that is accepted in part gives the sum,
 * the least or the largest. What judging stops at (on_reject: break) and what must be accepted before (require_pass) is
 * `after`. What cannot be said so (the least of several groups) is refused.
 */
#include "judge_client/problem_kattis_parts.h"

#include <string.h>

#include "common/str.h"

#include "common/banned.h"

static int refuse(const struct kattis_data *data, const struct kattis_group *group, const char *what, struct err *e)
{
    return err_set(e, "%s/%s: %s", data->problem->folder, group->path, what);
}

/* Are its cases all to be accepted, or else it gives nothing? */
static bool is_strict(const struct kattis_data *data, size_t index)
{
    for (size_t i = index; i < data->groups[index].next; i++) {
        if (data->groups[i].settings.verdict != KATTIS_ALL && data->groups[i].end > data->groups[i].first)
            return false;
    }
    return true;
}

/* May a checker give part of a case's points? */
static bool has_points(const struct kattis_data *data)
{
    return data->problem->checker.kind == CHECKER_PROGRAM && !data->problem->checker.no_points;
}

/* The points of a group's own cases together, where its range says them: its own range, or, of that of a group that it is in, the part
 * of its cases. */
static double most_of(const struct kattis_data *data, const struct kattis_group *group)
{
    const struct kattis_group *says = group;
    while (!says->settings.own_most && says->parent != (size_t)(says - data->groups))
        says = &data->groups[says->parent];
    size_t count = says->end - says->first;
    for (size_t i = 1; says == data->groups && says->settings.ignore_sample && i < data->count;
         i = data->groups[i].next)
        count -= strcmp(data->groups[i].path, "data/sample") == 0 ? data->groups[i].end - data->groups[i].first : 0;
    return count > 0 ? says->settings.most * (double)group->own / (double)count : says->settings.most;
}

/* What a case of the group gives at most. */
static double full_of_case(const struct kattis_data *data, const struct kattis_group *group)
{
    const struct kattis_settings *settings = &group->settings;
    if (!has_points(data) || settings->most < 0)
        return settings->accept_score;
    double most = most_of(data, group);
    return settings->score == KATTIS_SUM && group->own > 0 ? most / (double)group->own : most;
}

static double full_of_own(const struct kattis_data *data, const struct kattis_group *group)
{
    return full_of_case(data, group) * (group->settings.score == KATTIS_SUM ? (double)group->own : 1);
}

static double full_of(const struct kattis_data *data, size_t index)
{
    double sum = full_of_own(data, &data->groups[index]) * (data->groups[index].own > 0);
    for (size_t i = index + 1; i < data->groups[index].next; i = data->groups[i].next)
        sum += full_of(data, i);
    return sum;
}

static enum problem_points type_of(const struct kattis_data *data, const struct kattis_settings *settings)
{
    static const enum problem_points types[] = {[KATTIS_SUM] = PROBLEM_SUM,
                                                [KATTIS_AVG] = PROBLEM_SUM,
                                                [KATTIS_MIN] = PROBLEM_MIN,
                                                [KATTIS_MAX] = PROBLEM_MAX,
                                                [KATTIS_PASS_FAIL] = PROBLEM_WHOLE};
    /* Where each of them is accepted for all of its points, all ways to add up are one. */
    if (settings->verdict == KATTIS_ALL && !has_points(data))
        return PROBLEM_WHOLE;
    return types[settings->score];
}

/* A subtask of cases of the group, from first on. */
static int add(struct kattis_data *data, struct kattis_group *group, enum problem_points type, double points,
               double full, size_t first, size_t end, struct err *e)
{
    struct problem *problem = data->problem;
    struct problem_subtask *subtask = package_add_subtask(problem, type, 0, e);
    if (subtask == NULL)
        return -1;
    data->points[problem->subtask_count - 1] = points;
    group->subtask = problem->subtask_count - 1;
    group->subtask_count = 1;
    for (size_t i = first; i < end; i++)
        problem->cases[i].full = full;
    return package_take_cases(problem, subtask, first, end - first, e);
}

/* Each subtask of group comes after each of before. */
static void put_after(struct kattis_data *data, const struct kattis_group *group, const struct kattis_group *before)
{
    for (size_t i = group->subtask; i < group->subtask + group->subtask_count; i++) {
        for (size_t k = before->subtask; k < before->subtask + before->subtask_count && k < i; k++)
            data->problem->subtasks[i].after[k / 64] |= UINT64_C(1) << k % 64;
    }
}

/* ---- legacy */

/* The groups in a group, one after the other; earlier ones may have to be accepted first. */
static int build_inner(struct kattis_data *data, size_t index, struct err *e);

/* counts: else it gives no points, as the sample that is ignored. */
static int build(struct kattis_data *data, size_t index, bool counts, struct err *e)
{
    struct kattis_group *group = &data->groups[index];
    const struct kattis_settings *settings = &group->settings;
    size_t inner = 0;
    for (size_t i = index + 1; i < group->next; i = data->groups[i].next)
        inner += data->groups[i].end > data->groups[i].first;
    if (group->end == group->first)
        return 0;
    if (inner + (group->own > 0) > 1 && settings->score != KATTIS_SUM)
        return refuse(data, group, "grader_flags: only the sum of several groups is supported", e);
    if (inner == 0)
        return add(data, group, type_of(data, settings), counts ? full_of_own(data, group) : 0,
                   full_of_case(data, group), group->first, group->end, e);
    if (is_strict(data, index) || !counts)
        return add(data, group, has_points(data) ? PROBLEM_SUM : PROBLEM_WHOLE, counts ? full_of(data, index) : 0,
                   full_of_case(data, group), group->first, group->end, e);
    size_t from = data->problem->subtask_count;
    if (group->own > 0 && add(data, group, type_of(data, settings), full_of_own(data, group), full_of_case(data, group),
                              group->first, group->first + group->own, e) != 0)
        return -1;
    if (build_inner(data, index, e) != 0)
        return -1;
    group->subtask = from;
    group->subtask_count = data->problem->subtask_count - from;
    return 0;
}

static bool is_ignored(const struct kattis_data *data, size_t index)
{
    return data->groups[0].settings.ignore_sample && strcmp(data->groups[index].path, "data/sample") == 0;
}

static int build_inner(struct kattis_data *data, size_t index, struct err *e)
{
    const struct kattis_group *group = &data->groups[index];
    bool all = group->settings.verdict == KATTIS_ALL;
    for (size_t i = index + 1; i < group->next; i = data->groups[i].next) {
        if (build(data, i, !is_ignored(data, i), e) != 0)
            return -1;
        for (size_t k = index + 1; k < i; k = data->groups[k].next) {
            if (is_strict(data, k) && ((all && !is_ignored(data, k)) || !group->settings.go_on))
                put_after(data, &data->groups[i], &data->groups[k]);
        }
    }
    return 0;
}

/* ---- the formats with a date */

static int require(struct kattis_data *data, struct kattis_group *group, const struct kattis_group *says, struct err *e)
{
    const char *at = says->settings.require;
    while (*at != '\0') {
        size_t length = strcspn(at, " "), i = 0;
        char wanted[sizeof says->settings.require + 16];
        (void)str_format(wanted, sizeof wanted, "data/%.*s", (int)length, at); /* it fits */
        while (i < data->count && strcmp(data->groups[i].path, wanted) != 0)
            i++;
        if (i == data->count || &data->groups[i] >= group) {
            (void)err_set(e, "require_pass: there is no group '%.*s' before it", (int)length, at);
            return err_add(e, "%s/%s", data->problem->folder, says->path);
        }
        put_after(data, group, &data->groups[i]);
        at += length + strspn(at + length, " ");
    }
    return 0;
}

/* group as one subtask, of its own points or those that it has. */
static int build_dated(struct kattis_data *data, struct kattis_group *group, double most, struct err *e)
{
    const struct kattis_settings *settings = &group->settings;
    size_t count = group->end - group->first;
    double points = settings->most >= 0 ? settings->most : most;
    enum kattis_score score = settings->has_score ? settings->score : most >= 0 ? KATTIS_SUM : KATTIS_PASS_FAIL;
    enum problem_points type = score == KATTIS_SUM ? PROBLEM_SUM : score == KATTIS_MIN ? PROBLEM_MIN : PROBLEM_WHOLE;
    if (count == 0)
        return 0;
    if (points < 0)
        return refuse(data, group, "max_score is missing in test_group.yaml", e);
    return add(data, group, type, points, type == PROBLEM_SUM ? points / (double)count : points, group->first,
               group->end, e);
}

static int build_secret(struct kattis_data *data, size_t index, struct err *e)
{
    enum { ALL = 100 };
    struct kattis_group *secret = &data->groups[index];
    bool groups = secret->next > index + 1;
    bool whole = secret->settings.has_score && secret->settings.score == KATTIS_PASS_FAIL;
    if (!groups || whole)
        return build_dated(data, secret, ALL, e) != 0 ? -1 : require(data, secret, secret, e);
    if (secret->own > 0)
        return refuse(data, secret, "has cases and folders: either, in this format", e);
    if (secret->settings.has_score && secret->settings.score != KATTIS_SUM)
        return refuse(data, secret, "score_aggregation: only the sum of several groups is supported", e);
    for (size_t i = index + 1; i < secret->next; i = data->groups[i].next) {
        struct kattis_group *group = &data->groups[i];
        if (build_dated(data, group, -1, e) != 0 || require(data, group, group, e) != 0 ||
            require(data, group, secret, e) != 0)
            return -1;
    }
    return 0;
}

int kattis_subtasks(struct kattis_data *data, struct err *e)
{
    if (!data->dated || data->legacy_keys) {
        if (build(data, 0, true, e) != 0)
            return -1;
        return package_set_points(data->problem, data->points, e);
    }
    for (size_t i = 1; i < data->count; i = data->groups[i].next) {
        struct kattis_group *group = &data->groups[i];
        int result = 0;
        if (strcmp(group->path, "data/secret") == 0)
            result = build_secret(data, i, e);
        else if (group->end > group->first) /* the sample, which gives no points */
            result = add(data, group, PROBLEM_WHOLE, 0, 0, group->first, group->end, e);
        if (result != 0)
            return -1;
    }
    return package_set_points(data->problem, data->points, e);
}
