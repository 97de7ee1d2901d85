/*
 * compile_sources.c - see compile_sources.h. Runs in judge_client as root, on folders that teachers fill: opens nothing that
 * lies outside of the problem's, and executes nothing.
 */
#include "judge_client/compile_sources.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/language.h"

#include "common/banned.h"

enum { LOOKED_AT = 256 << 10 }; /* of a grader, for an #include */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static struct compile_file *find_file(struct compile_sources *sources, const char *name)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (strcmp(sources->files[i].name, name) == 0)
            return &sources->files[i];
    }
    return NULL;
}

enum kind { HEADER, BY_SUFFIX, SOURCE };

static int add(struct compile_sources *sources, const struct submission *submission, const char *path, enum kind kind,
               struct err *e)
{
    const struct problem *problem = submission->problem;
    const char *name = base_name(path);
    if (find_file(sources, name) != NULL)
        return 0; /* the one that was named first is meant */
    if (strcmp(name, sources->name) == 0)
        return err_set(e, "%s/%s: the submission itself is called %s here: [sources.%s] name can call it otherwise",
                       problem->folder, path, name, submission->language->name);
    if (name[0] == '-' || name[0] == '@')
        return err_set(e, "%s/%s: a name that a compiler would take for an option", problem->folder, path);
    if (sources->count + 1 >= JUDGE_FILES) /* the student's own is one, too */
        return err_set(e, "%s: more than %d files beside the source", problem->folder, JUDGE_FILES - 1);
    struct compile_file *file = &sources->files[sources->count];
    bool source = kind == SOURCE || (kind == BY_SUFFIX && language_has_suffix(submission->language, name));
    *file = (struct compile_file){.header = kind == HEADER, .source = source};
    if (str_copy(file->path, sizeof file->path, path) != 0 || str_copy(file->name, sizeof file->name, name) != 0)
        return err_set(e, "%s/%.64s...: the name is too long", problem->folder, path);
    file->fd = problem_open_file(problem, path, e);
    if (file->fd < 0)
        return -1;
    sources->count++;
    sources->source_count += file->source;
    return 0;
}

/* ---- [sources] */

static const struct problem_sources *section_of(const struct problem *problem, const char *language)
{
    for (size_t i = 0; i < problem->source_count; i++) {
        if (strcmp(problem->sources[i].language, language) == 0)
            return &problem->sources[i];
    }
    return NULL;
}

/* `name = solution` is solution.cc in C++; `name = solution.cpp` is for the languages that have that suffix. */
static int find_name(struct compile_sources *sources, const struct submission *submission, struct err *e)
{
    const struct language *language = submission->language;
    const struct problem_sources *sections[] = {section_of(submission->problem, language->name),
                                                section_of(submission->problem, "")};
    for (size_t i = 0; i < 2; i++) {
        const char *name = sections[i] == NULL ? "" : sections[i]->name;
        bool has_suffix = strchr(name, '.') != NULL;
        if (name[0] == '\0' || (has_suffix && i == 1 && !language_has_suffix(language, name)))
            continue;
        if (str_format(sources->name, sizeof sources->name, "%s%s%s", name, has_suffix ? "" : ".",
                       has_suffix ? "" : language->suffixes[0]) != 0)
            return err_set(e, "%s: [sources] name: too long", submission->problem->folder);
        return 0;
    }
    (void)str_copy(sources->name, sizeof sources->name, language->source); /* it fits: a shorter size */
    return 0;
}

/* The section of the language wins; that for all has sources for several, of which this one gets its own. */
static int add_named(struct compile_sources *sources, const struct submission *submission, struct err *e)
{
    const struct problem *problem = submission->problem;
    const struct problem_sources *own = section_of(problem, submission->language->name);
    const struct problem_sources *all = section_of(problem, "");
    const struct problem_sources *section = own != NULL && own->with != NULL ? own : all;
    bool others = false;
    for (size_t i = 0; section != NULL && section->with != NULL && section->with[i] != NULL; i++) {
        bool foreign = section == all && (section->source_bits >> i & 1) != 0 &&
                       !language_has_suffix(submission->language, section->with[i]);
        others = others || foreign;
        if (foreign) /* cut is fine */
            (void)str_format(sources->others + strlen(sources->others),
                             sizeof sources->others - strlen(sources->others), "%s%s",
                             sources->others[0] == '\0' ? "" : " ", base_name(section->with[i]));
        else if (add(sources, submission, section->with[i],
                     section == own && (section->source_bits >> i & 1) != 0 ? SOURCE : BY_SUFFIX, e) != 0)
            return -1;
    }
    sources->offered = sources->source_count > 0 || !others;
    return 0;
}

/* ---- include/LANGUAGE/ */

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* 1 where there is such a folder, 0 where there is none, -1 with e. */
static int add_folder(struct compile_sources *sources, const struct submission *submission, const char *language,
                      struct err *e)
{
    const struct problem *problem = submission->problem;
    struct dirent **entries = NULL;
    char folder[PROBLEM_NAME_SIZE], path[2 * PROBLEM_NAME_SIZE];
    if (str_format(folder, sizeof folder, "include/%s", language) != 0)
        return 0;
    int count = scandirat(problem->folder_fd, folder, &entries, visible, alphasort);
    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, errno, "open %s/%s", problem->folder, folder);
    int result = 1;
    for (int i = 0; i < count && result == 1; i++) {
        if (entries[i]->d_type == DT_DIR)
            continue;
        if (str_format(path, sizeof path, "%s/%s", folder, entries[i]->d_name) != 0)
            result = err_set(e, "%s/%s: a name is too long", problem->folder, folder);
        else if (add(sources, submission, path, BY_SUFFIX, e) != 0)
            result = -1;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return result;
}

static int add_included(struct compile_sources *sources, const struct submission *submission, struct err *e)
{
    const struct language *language = submission->language;
    int found = add_folder(sources, submission, language->name, e);
    for (size_t i = 0; found == 0 && language->aliases[i] != NULL; i++)
        found = add_folder(sources, submission, language->aliases[i], e);
    if (found == 0)
        found = add_folder(sources, submission, "default", e);
    sources->offered = sources->offered || sources->source_count > 0;
    return found < 0 ? -1 : 0;
}

/* ---- what they are to each other */

/* Is there a line `#include "name"`? */
static bool has_include(const char *text, size_t size, const char *name)
{
    char quoted[PROBLEM_NAME_SIZE + 2];
    const char *at = text;
    (void)str_format(quoted, sizeof quoted, "\"%s\"", name); /* it fits */
    while ((at = memmem(at, size - (size_t)(at - text), quoted, strlen(quoted))) != NULL) {
        static const char word[] = "include";
        const char *line = at;
        while (line > text && line[-1] != '\n')
            line--;
        line += strspn(line, " \t");
        if (*line == '#') {
            line += 1 + strspn(line + 1, " \t");
            if (strncmp(line, word, sizeof word - 1) == 0 &&
                line + sizeof word - 1 + strspn(line + sizeof word - 1, " \t") == at)
                return true;
        }
        at++;
    }
    return false;
}

static int look_for_includes(struct compile_sources *sources, struct err *e)
{
    char *text = malloc(LOOKED_AT + 1);
    if (text == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; i < sources->count; i++) {
        struct compile_file *file = &sources->files[i];
        ssize_t count = file->header ? 0 : pread(file->fd, text, LOOKED_AT, 0);
        if (count < 0) {
            free(text);
            return err_sys(e, errno, "read %s", file->path);
        }
        text[count] = '\0';
        file->includes = has_include(text, (size_t)count, sources->name);
        sources->included = sources->included || file->includes;
    }
    free(text);
    return 0;
}

int compile_sources_find(struct compile_sources *sources, const struct submission *submission, struct err *e)
{
    const struct problem *problem = submission->problem;
    memset(sources, 0, sizeof *sources);
    if (find_name(sources, submission, e) != 0 || add_named(sources, submission, e) != 0 ||
        (problem->folder[0] != '\0' && add_included(sources, submission, e) != 0))
        return -1;
    for (size_t i = 0; i < problem->header_count; i++) {
        if (add(sources, submission, problem->headers[i], HEADER, e) != 0)
            return -1;
    }
    return sources->source_count == 0 ? 0 : look_for_includes(sources, e);
}

void compile_sources_close(struct compile_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        file_close(&sources->files[i].fd);
    sources->count = 0;
}

const char *compile_sources_entry(const struct compile_sources *sources)
{
    static const char *const usual[] = {"grader.", "main.", "driver."};
    const char *first = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        const struct compile_file *file = &sources->files[i];
        if (!file->source)
            continue;
        for (size_t k = 0; k < sizeof usual / sizeof *usual; k++) {
            if (strncasecmp(file->name, usual[k], strlen(usual[k])) == 0)
                return file->name;
        }
        first = first == NULL ? file->name : first;
    }
    return first == NULL ? sources->name : first;
}

void compile_sources_units(const struct compile_sources *sources, const char **names)
{
    size_t count = 0;
    if (!sources->included)
        names[count++] = sources->name;
    for (size_t i = 0; i < sources->count; i++) {
        if (sources->files[i].source)
            names[count++] = sources->files[i].name;
    }
    names[count] = NULL;
}
