/*
 * problem_score.c - a problem's subtasks: those of its problem.ini, else those that HUSTOJ reads from the names of cases with
 * scores. Puts the cases into the order in which they are judged. Runs in judge_client as root; opens no file.
 */
#include "judge_client/problem_parts.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum { MOST_NUMBER = 999, NUMBER_SIZE = 8 };

#define PREFIX "subtask."

/* Sets e to `data/1000/problem.ini:LINE: what e says`. Always returns -1. */
static int at_line(const struct problem *problem, const struct conf *conf, const char *section, const char *key,
                   struct err *e)
{
    if (conf == NULL) /* a package's */
        return err_add(e, "%s", problem->folder);
    return err_add(e, "%s/%s:%d", problem->folder, PROBLEM_CONF, conf_line(conf, section, key));
}

/* The name of the section of a subtask. */
static const char *section_of(const struct problem_subtask *subtask, char name[sizeof PREFIX + NUMBER_SIZE])
{
    (void)str_format(name, sizeof PREFIX + NUMBER_SIZE, PREFIX "%d", subtask->number); /* at most 999 */
    return name;
}

/* ---- words that name cases: a name, a range 1-5 or a1-a5, a pattern s1_* */

struct naming {
    const struct problem *problem;
    bool *chosen; /* of each case: it is in this subtask */
    size_t count;
};

/* The length of a case's name without its score. */
static size_t stem_of(const struct problem_case *one)
{
    return strcspn(one->name, "[");
}

bool problem_case_is(const struct problem_case *one, const char *name)
{
    return strcmp(one->name, name) == 0 ||
           (strlen(name) == stem_of(one) && strncmp(one->name, name, stem_of(one)) == 0);
}

static int choose(struct naming *naming, size_t i, struct err *e)
{
    if (naming->chosen[i])
        return err_set(e, "cases: case '%.64s' is named twice", naming->problem->cases[i].name);
    naming->chosen[i] = true;
    naming->count++;
    return 0;
}

/* `there is no case '12' (did you mean 2?)`. Always returns -1. */
static int no_case(const struct problem *problem, const char *word, struct err *e)
{
    const char **names = calloc(problem->case_count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < problem->case_count; i++)
        names[i] = problem->cases[i].name;
    const char *nearest = names == NULL ? NULL : str_nearest(word, names);
    free(names);
    return err_set(e, "cases: there is no case '%.64s'%s%s%s", word, nearest == NULL ? "" : " (did you mean ",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}

/* The digits that end text[0, length), as a number; -1 where there are none. *prefix: what is before them. */
static int64_t end_number(const char *text, size_t length, size_t *prefix)
{
    char digits[20];
    int64_t number;
    *prefix = length;
    while (*prefix > 0 && text[*prefix - 1] >= '0' && text[*prefix - 1] <= '9')
        (*prefix)--;
    if (str_format(digits, sizeof digits, "%.*s", (int)(length - *prefix), text + *prefix) != 0 ||
        str_to_int64(digits, 0, INT64_MAX, &number) != 0)
        return -1;
    return number;
}

/* 1 where word is a range and its cases are chosen, 0 where it is none, -1 with e. */
static int choose_range(struct naming *naming, const char *word, struct err *e)
{
    const struct problem *problem = naming->problem;
    const char *dash = strchr(word, '-');
    size_t low_prefix, high_prefix, prefix;
    if (dash == NULL)
        return 0;
    int64_t low = end_number(word, (size_t)(dash - word), &low_prefix);
    int64_t high = end_number(dash + 1, strlen(dash + 1), &high_prefix);
    if (low < 0 || high < 0 ||
        (high_prefix > 0 && (high_prefix != low_prefix || strncmp(word, dash + 1, low_prefix) != 0)))
        return 0;
    if (high < low)
        return err_set(e, "cases: %.64s: the first number is larger than the second", word);
    if (high - low >= (int64_t)problem->case_count)
        return err_set(e, "cases: %.64s: there are only %zu cases", word, problem->case_count);
    bool *there = calloc((size_t)(high - low) + 1, sizeof *there);
    if (there == NULL)
        return err_set(e, "out of memory");
    int result = 1;
    for (size_t i = 0; i < problem->case_count && result == 1; i++) {
        const struct problem_case *one = &problem->cases[i];
        int64_t number = end_number(one->name, stem_of(one), &prefix);
        if (number < low || number > high || prefix != low_prefix || strncmp(one->name, word, prefix) != 0)
            continue;
        there[number - low] = true;
        if (choose(naming, i, e) != 0)
            result = err_add(e, "%.64s", word);
    }
    for (int64_t number = low; number <= high && result == 1; number++) {
        if (!there[number - low])
            result =
                err_set(e, "cases: %.64s: there is no case '%.*s%lld'", word, (int)low_prefix, word, (long long)number);
    }
    free(there);
    return result;
}

static int choose_word(struct naming *naming, const char *word, struct err *e)
{
    const struct problem *problem = naming->problem;
    bool pattern = strpbrk(word, "*?") != NULL;
    size_t found = 0;
    for (size_t i = 0; i < problem->case_count; i++) {
        const struct problem_case *one = &problem->cases[i];
        char stem[PROBLEM_NAME_SIZE];
        (void)str_format(stem, sizeof stem, "%.*s", (int)stem_of(one), one->name); /* a part of a name */
        if (!problem_case_is(one, word) && !(pattern && fnmatch(word, stem, 0) == 0))
            continue;
        found++;
        if (choose(naming, i, e) != 0)
            return -1;
    }
    if (found > 0)
        return 0;
    if (pattern)
        return err_set(e, "cases: no case has a name like '%.64s'", word);
    int range = choose_range(naming, word, e);
    return range < 0 ? -1 : range == 1 ? 0 : no_case(problem, word, e);
}

static int choose_cases(struct naming *naming, char *const *words, struct err *e)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (choose_word(naming, words[i], e) != 0)
            return -1;
    }
    return naming->count > 0 ? 0 : err_set(e, "a subtask needs cases, as in: cases = 1-5 s1_*");
}

/* The subtask's cases from naming->chosen, in the problem's order. 0, or -1 with e. */
static int take_cases(const struct naming *naming, struct problem_subtask *subtask, struct err *e)
{
    subtask->cases = calloc(naming->count + 1, sizeof *subtask->cases);
    if (subtask->cases == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; i < naming->problem->case_count; i++) {
        if (!naming->chosen[i])
            continue;
        subtask->cases[subtask->case_count++] = i;
        subtask->weight += naming->problem->cases[i].score;
    }
    return 0;
}

/* ---- sections */

static int read_cases(const struct problem *problem, const struct conf *conf, struct problem_subtask *subtask,
                      struct err *e)
{
    char section[sizeof PREFIX + NUMBER_SIZE];
    struct naming naming = {.problem = problem};
    char **words = conf_words(conf_text(conf, section_of(subtask, section), "cases", ""), e);
    int result = -1;
    if (words != NULL && (naming.chosen = calloc(problem->case_count, sizeof *naming.chosen)) == NULL)
        (void)err_set(e, "out of memory");
    else if (words != NULL && choose_cases(&naming, words, e) == 0)
        result = take_cases(&naming, subtask, e);
    free(naming.chosen);
    free(words);
    bool there = conf_line(conf, section, "cases") != 0;
    return result == 0 ? 0 : at_line(problem, conf, section, there ? "cases" : NULL, e);
}

static int read_subtask(struct problem *problem, const struct conf *conf, const char *section, struct err *e)
{
    int64_t number;
    char name[sizeof PREFIX + NUMBER_SIZE];
    struct problem_subtask *subtask = &problem->subtasks[problem->subtask_count];
    if (problem->subtask_count == PROBLEM_SUBTASKS) {
        (void)err_set(e, "more than %d subtasks", PROBLEM_SUBTASKS);
        return at_line(problem, conf, section, NULL, e);
    }
    *subtask = (struct problem_subtask){.number = -1};
    if (str_to_int64(section + strlen(PREFIX), 0, MOST_NUMBER, &number) == 0)
        subtask->number = (int)number;
    if (subtask->number < 0 || strcmp(section_of(subtask, name), section) != 0) {
        (void)err_set(e, "[%.64s]: subtasks have numbers from 0 to %d, as in [subtask.1]", section, MOST_NUMBER);
        return at_line(problem, conf, section, NULL, e);
    }
    if (conf_line(conf, section, "score") == 0 && subtask->number != 0) {
        (void)err_set(e, "[%s] has no score, as in: score = 30", section);
        return at_line(problem, conf, section, NULL, e);
    }
    _Static_assert(PROBLEM_MIN == 0 && PROBLEM_SUM == 1 && PROBLEM_MAX == 2, "as in the choices of type");
    subtask->score = conf_int(conf, section, "score", 0);
    subtask->type = (enum problem_points)conf_choice(conf, section, "type", PROBLEM_MIN);
    problem->subtask_count++;
    return read_cases(problem, conf, subtask, e);
}

static int order_numbers(const void *a, const void *b)
{
    const struct problem_subtask *one = a, *two = b;
    return (one->number > two->number) - (one->number < two->number);
}

bool problem_is_after(const struct problem_subtask *subtask, size_t other)
{
    return (subtask->after[other / 64] >> other % 64 & 1) != 0;
}

static int add_after(const struct problem *problem, struct problem_subtask *subtask, const char *word, struct err *e)
{
    char numbers[PROBLEM_SUBTASKS][NUMBER_SIZE];
    const char *names[PROBLEM_SUBTASKS + 1] = {NULL};
    for (size_t i = 0; i < problem->subtask_count; i++) {
        (void)str_format(numbers[i], NUMBER_SIZE, "%d", problem->subtasks[i].number); /* at most 999 */
        names[i] = numbers[i];
        if (strcmp(numbers[i], word) == 0) {
            subtask->after[i / 64] |= UINT64_C(1) << i % 64;
            return 0;
        }
    }
    const char *nearest = str_nearest(word, names);
    return err_set(e, "after: there is no [subtask.%.32s]%s%s%s", word, nearest == NULL ? "" : " (did you mean ",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}

static int read_after(const struct problem *problem, const struct conf *conf, struct problem_subtask *subtask,
                      struct err *e)
{
    char section[sizeof PREFIX + NUMBER_SIZE];
    char **words = conf_words(conf_text(conf, section_of(subtask, section), "after", ""), e);
    int result = words == NULL ? -1 : 0;
    for (size_t i = 0; result == 0 && words[i] != NULL; i++)
        result = add_after(problem, subtask, words[i], e);
    free(words);
    return result == 0 ? 0 : at_line(problem, conf, section, "after", e);
}

/* ---- order */

/* Among the subtasks that are left one that waits for itself: each waits for another that is left. Always returns -1. */
static int refuse_cycle(const struct problem *problem, const struct conf *conf, const bool *done, struct err *e)
{
    char section[sizeof PREFIX + NUMBER_SIZE], way[160] = "";
    size_t at = 0, i, start;
    while (done[at])
        at++;
    /* After as many steps as there are subtasks it goes round. */
    for (size_t step = 0; step < problem->subtask_count; step++) {
        for (i = 0; done[i] || !problem_is_after(&problem->subtasks[at], i); i++) {
        }
        at = i;
    }
    start = at;
    do {
        char more[sizeof way];
        (void)str_format(more, sizeof more, "%s%d after ", way, problem->subtasks[at].number); /* cut is fine */
        (void)str_copy(way, sizeof way, more);                                                 /* of the same size */
        for (i = 0; done[i] || !problem_is_after(&problem->subtasks[at], i); i++) {
        }
        at = i;
    } while (at != start);
    (void)err_set(e, "after: a subtask cannot wait for itself: %s%d", way, problem->subtasks[start].number);
    return at_line(problem, conf, section_of(&problem->subtasks[start], section), "after", e);
}

/* Puts each subtask behind those that it comes after, else in the order of their numbers. 0, or -1 with e. */
static int order_subtasks(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct problem_subtask sorted[PROBLEM_SUBTASKS];
    size_t place[PROBLEM_SUBTASKS];
    bool done[PROBLEM_SUBTASKS] = {false};
    size_t count = problem->subtask_count;
    for (size_t n = 0; n < count; n++) {
        size_t i = 0;
        for (; i < count; i++) {
            bool ready = !done[i];
            for (size_t k = 0; k < count && ready; k++)
                ready = done[k] || !problem_is_after(&problem->subtasks[i], k);
            if (ready)
                break;
        }
        if (i == count)
            return refuse_cycle(problem, conf, done, e);
        done[i] = true;
        place[i] = n;
        sorted[n] = problem->subtasks[i];
    }
    for (size_t n = 0; n < count; n++) {
        uint64_t after[2] = {0, 0};
        for (size_t k = 0; k < count; k++) {
            if (problem_is_after(&sorted[n], k))
                after[place[k] / 64] |= UINT64_C(1) << place[k] % 64;
        }
        memcpy(sorted[n].after, after, sizeof after);
        problem->subtasks[n] = sorted[n];
    }
    return 0;
}

static int order_indices(const void *a, const void *b)
{
    size_t one = *(const size_t *)a, two = *(const size_t *)b;
    return (one > two) - (one < two);
}

/* Puts the cases into the order of the subtasks that they are in first. 0, or -1 with e. */
static int order_cases(struct problem *problem, struct err *e)
{
    struct problem_case *cases = calloc(problem->case_count, sizeof *cases);
    size_t *place = calloc(problem->case_count, sizeof *place); /* one more than the new index; 0: none so far */
    size_t count = 0;
    if (cases == NULL || place == NULL) {
        free(cases);
        free(place);
        return err_set(e, "out of memory");
    }
    for (size_t n = 0; n < problem->subtask_count; n++) {
        struct problem_subtask *subtask = &problem->subtasks[n];
        for (size_t i = 0; i < subtask->case_count; i++) {
            size_t old = subtask->cases[i];
            if (place[old] == 0) {
                cases[count] = problem->cases[old];
                cases[count].subtask = n;
                place[old] = ++count;
            } else {
                cases[place[old] - 1].shared = true;
            }
            subtask->cases[i] = place[old] - 1;
        }
        qsort(subtask->cases, subtask->case_count, sizeof *subtask->cases, order_indices);
    }
    int result = 0;
    for (size_t i = 0; i < problem->case_count && result == 0; i++) {
        if (place[i] == 0)
            result = err_set(e, "case '%.64s' is in no subtask", problem->cases[i].name);
    }
    free(place);
    if (result == 0) {
        free(problem->cases);
        problem->cases = cases;
    } else {
        free(cases);
    }
    return result;
}

static int read_sections(struct problem *problem, const struct conf *conf, struct err *e)
{
    const char *section, *last = NULL;
    int64_t sum = 0;
    problem->subtasks = calloc(PROBLEM_SUBTASKS + 1, sizeof *problem->subtasks);
    if (problem->subtasks == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; (section = conf_section(conf, i)) != NULL; i++) {
        if (!str_starts(section, PREFIX))
            continue;
        if (read_subtask(problem, conf, section, e) != 0)
            return -1;
        last = section;
    }
    qsort(problem->subtasks, problem->subtask_count, sizeof *problem->subtasks, order_numbers);
    for (size_t i = 0; i < problem->subtask_count; i++) {
        if (read_after(problem, conf, &problem->subtasks[i], e) != 0)
            return -1;
        sum += problem->subtasks[i].score;
    }
    if (sum == 0) {
        (void)err_set(e, "no subtask has a score above 0");
        return at_line(problem, conf, last, NULL, e);
    }
    if (order_subtasks(problem, conf, e) != 0)
        return -1;
    return order_cases(problem, e) == 0 ? 0 : at_line(problem, conf, last, "cases", e);
}

int problem_order(struct problem *problem, const struct conf *conf, struct err *e)
{
    return order_subtasks(problem, conf, e) != 0 || order_cases(problem, e) != 0 ? -1 : 0;
}

/* ---- HUSTOJ's names: 1.1[20] and 1.2[20] are one subtask, a1[20] and a2[20] are two */

static bool same_group(const struct problem_case *a, const struct problem_case *b)
{
    size_t length = strcspn(a->input, ".");
    return length == strcspn(b->input, ".") && strncmp(a->input, b->input, length) == 0;
}

static int read_names(struct problem *problem, struct err *e)
{
    problem->subtasks = calloc(problem->case_count, sizeof *problem->subtasks);
    if (problem->subtasks == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; i < problem->case_count;) {
        struct problem_subtask *subtask = &problem->subtasks[problem->subtask_count];
        size_t end = i + 1;
        while (end < problem->case_count && same_group(&problem->cases[i], &problem->cases[end]))
            end++;
        *subtask = (struct problem_subtask){.number = -1, .type = PROBLEM_WHOLE};
        subtask->cases = calloc(end - i, sizeof *subtask->cases);
        if (subtask->cases == NULL)
            return err_set(e, "out of memory");
        for (; i < end; i++) {
            subtask->cases[subtask->case_count++] = i;
            subtask->weight += problem->cases[i].score;
            problem->cases[i].subtask = problem->subtask_count;
        }
        subtask->score = subtask->weight;
        problem->subtask_count++;
    }
    return 0;
}

int problem_find_subtasks(struct problem *problem, const struct conf *conf, struct err *e)
{
    const char *section;
    for (size_t i = 0; (section = conf_section(conf, i)) != NULL; i++) {
        if (!str_starts(section, PREFIX))
            continue;
        if (!problem->has_scoring) {
            problem->has_scoring = problem->skip = true;
            problem->scoring = PROBLEM_ALL;
        }
        problem_close_subtasks(problem); /* a package's */
        return read_sections(problem, conf, e);
    }
    for (size_t i = 0; i < problem->case_count && problem->subtask_count == 0; i++) {
        if (problem->cases[i].has_score)
            return read_names(problem, e);
    }
    if (!problem->skip || problem->subtask_count > 0)
        return 0;
    (void)err_set(e, "mode = subtasks needs [subtask.1] and so on, or scores in the cases' names (1.1[20].in)");
    return at_line(problem, conf, "scoring", "mode", e);
}

void problem_close_subtasks(struct problem *problem)
{
    for (size_t i = 0; i < problem->subtask_count; i++)
        free(problem->subtasks[i].cases);
    free(problem->subtasks);
    problem->subtasks = NULL;
    problem->subtask_count = 0;
}
