/*
 * problem_sources.c - what is submitted to a problem, and which of the problem's own files are compiled with it. Runs in
 * judge_client as root; reads names only, and knows no language: judge_check_problem looks those up.
 */
#include "judge_client/problem_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/str.h"

#include "common/banned.h"

enum { MOST_SECTIONS = 64, MOST_FILES = 60 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Each is a file of the folder, or of one below it; two of one name would be one file beside the source. */
static int check_files(const struct problem *problem, char *const *with, struct err *e)
{
    size_t count = 0;
    for (; with[count] != NULL; count++) {
        int64_t bytes;
        if (count == MOST_FILES)
            return err_set(e, "more than %d files", MOST_FILES);
        if (with[count][0] == '\0' || problem_check_name(base_name(with[count]), e) != 0)
            return err_set(e, "'%.64s' is no file's name", with[count]);
        if (problem_file_size(problem, with[count], &bytes, e) != 0)
            return -1;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(base_name(with[i]), base_name(with[count])) == 0)
                return err_set(e, "two files are called %.64s", base_name(with[count]));
        }
    }
    return 0;
}

static int read_section(const struct problem *problem, const struct conf *conf, const char *section,
                        struct problem_sources *sources, struct err *e)
{
    static const char prefix[] = "sources.";
    const char *name = conf_text(conf, section, "name", "");
    *sources = (struct problem_sources){.line = conf_line(conf, section, NULL)};
    if (str_starts(section, prefix) &&
        str_copy(sources->language, sizeof sources->language, section + sizeof prefix - 1) != 0)
        return err_set(e, "no language has so long a name");
    if (problem_check_name(name, e) != 0)
        return err_add(e, "name");
    if (name[0] == '-' || name[0] == '@')
        return err_set(e, "name: a compiler would take '%.64s' for an option", name);
    (void)str_copy(sources->name, sizeof sources->name, name); /* it was checked to fit */
    if (conf_line(conf, section, "with") == 0)
        return 0;
    sources->with = conf_words(conf_text(conf, section, "with", ""), e);
    if (sources->with == NULL || check_files(problem, sources->with, e) != 0)
        return err_add(e, "with");
    return 0;
}

int problem_find_sources(struct problem *problem, const struct conf *conf, struct err *e)
{
    const char *section;
    problem->has_type = conf_line(conf, "problem", "type") != 0;
    if (problem->has_type)
        problem->type = (enum problem_type)conf_choice(conf, "problem", "type", PROBLEM_PROGRAM);
    if (problem->type != PROBLEM_PROGRAM && problem->interactor.kind != CHECKER_NONE)
        return err_set(e, "%s/%s:%d: type: there is an interactor, which needs a program: one of the two must go",
                       problem->folder, PROBLEM_CONF, conf_line(conf, "problem", "type"));
    /* Each case is a task of its own. */
    if (problem->type != PROBLEM_PROGRAM && !problem->has_scoring &&
        (problem->subtask_count == 0 || problem->subtasks[0].number < 0))
        problem->scoring = PROBLEM_ALL;
    problem->wrap = (enum problem_wrap)conf_choice(conf, "sources", "wrap", PROBLEM_WRAP_AUTO);
    for (size_t i = 0; conf != NULL && (section = conf_section(conf, i)) != NULL; i++) {
        if (strcmp(section, "sources") != 0 && !str_starts(section, "sources."))
            continue;
        int line = conf_line(conf, section, NULL);
        if (problem->sources == NULL && (problem->sources = calloc(MOST_SECTIONS, sizeof *problem->sources)) == NULL)
            return err_set(e, "out of memory");
        if (problem->source_count == MOST_SECTIONS)
            (void)err_set(e, "more than %d sections of this kind", MOST_SECTIONS);
        else if (read_section(problem, conf, section, &problem->sources[problem->source_count++], e) == 0)
            continue;
        return err_add(e, "%s/%s:%d: [%.64s]", problem->folder, PROBLEM_CONF, line, section);
    }
    return 0;
}

void problem_close_sources(struct problem *problem)
{
    for (size_t i = 0; i < problem->source_count; i++)
        free(problem->sources[i].with);
    free(problem->sources);
    problem->sources = NULL;
    problem->source_count = 0;
}
