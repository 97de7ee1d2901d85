/*
 * local_package.c - see local_package.h. Runs in judge_client's local form, as root; sources are opened below the package's folder
 * and never through a link out of it.
 */
#include "judge_client/local_package.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/local_java.h"
#include "judge_client/problem_package.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { TRIAL_MS = 60000, LEVELS = 3 };

#define BIT(verdict) (1U << VERDICT_##verdict)
#define CRASH (BIT(RE) | BIT(MLE) | BIT(OLE)) /* for Kattis too much memory is a crash */

/* Kattis' folders. */
static const struct folder {
    const char *name;
    unsigned expected;
    bool partial;
} folders[] = {
    {"accepted", BIT(AC), false},
    {"partially_accepted", 0, true},
    {"wrong_answer", BIT(WA) | BIT(PE), false},
    {"time_limit_exceeded", BIT(TLE), false},
    {"run_time_error", CRASH, false},
    {"runtime_error", CRASH, false},
    {"memory_limit_exceeded", BIT(MLE) | BIT(RE), false},
    {"output_limit_exceeded", BIT(OLE), false},
    {"compile_error", BIT(CE), false},
    {"compiler_error", BIT(CE), false},
    {"rejected", BIT(WA) | BIT(PE) | BIT(TLE) | CRASH, false},
    {"brute_force", BIT(TLE) | CRASH, false},
};

struct finding {
    struct local_sources *sources;
    const struct problem *problem;
    const char *wanted; /* a language's name, or NULL */
    const struct language *language;
    const struct languages *languages;
};

static const struct folder *folder_of(const char *name)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (strcmp(folders[i].name, name) == 0)
            return &folders[i];
    }
    return NULL;
}

/* Elsewhere a Java program's class has the name of its file. */
static void rename_class(struct local_source *row)
{
    char name[PROBLEM_NAME_SIZE];
    size_t size;
    const char *slash = strrchr(row->path, '/');
    const char *file = slash == NULL ? row->path : slash + 1;
    if (row->why.text[0] != '\0' || strcmp(row->language->name, "java") != 0 ||
        str_format(name, sizeof name, "%.*s", (int)strcspn(file, "."), file) != 0)
        return;
    char *bytes = local_java_main(row->bytes, row->size, name, &size);
    if (bytes == NULL)
        return;
    free(row->bytes);
    row->bytes = bytes;
    row->size = size;
}

/* A submission that lies at path below the package. */
static struct local_source *add(struct finding *finding, const char *path, struct err *e)
{
    char full[PATH_MAX];
    struct err why;
    int fd = problem_open_file(finding->problem, path, &why);
    if (str_format(full, sizeof full, "%s/%s", finding->problem->folder, path) != 0) {
        err_set(e, "%.64s...: the name is too long", path);
        (void)(fd < 0 || close(fd)); /* it was only looked at */
        return NULL;
    }
    struct local_source *row =
        local_sources_add(finding->sources, full, fd, &why, finding->language, finding->languages, e);
    if (row != NULL)
        rename_class(row);
    return row;
}

static bool is_wanted(const struct finding *finding, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (finding->language == NULL)
        return languages_by_file(finding->languages, name) != NULL;
    for (size_t i = 0; dot != NULL && finding->language->suffixes[i] != NULL; i++) {
        if (strcmp(dot + 1, finding->language->suffixes[i]) == 0)
            return true;
    }
    return false;
}

/* ---- Kattis */

/* What a submission's folder asks of it, unless it says so itself. */
static void expect(struct local_source *row, const char *name)
{
    const struct folder *folder = folder_of(name);
    if (row->expected != 0) { /* @EXPECTED_RESULTS@ */
        row->expected |= (row->expected & BIT(RE)) != 0 ? CRASH : 0;
        row->expected |= (row->expected & BIT(WA)) != 0 ? BIT(PE) : 0;
    } else if (folder != NULL) {
        row->expected = folder->expected;
        row->partial = folder->partial;
    } else if (verdict_of_word(name) >= 0) { /* system_error, presentation_error */
        row->expected = 1U << verdict_of_word(name);
    } else {
        (void)str_copy(row->unknown, sizeof row->unknown, name); /* cut is fine */
    }
}

/* The name of the folder that a path's file lies in, where that is in submissions/; else false. */
static bool verdict_folder(const char *path, char *name, size_t size)
{
    static const char top[] = "submissions";
    const char *end = strrchr(path, '/');
    const char *from = end;
    while (from != NULL && from > path && from[-1] != '/')
        from--;
    size_t length = sizeof top - 1;
    if (from == NULL || from < path + length + 1 || memcmp(from - length - 1, top, length) != 0 ||
        (from > path + length + 1 && *(from - length - 2) != '/'))
        return false;
    return str_format(name, size, "%.*s", (int)(end - from), from) == 0;
}

void local_package_named(struct local_sources *sources, const struct problem *problem)
{
    char name[PROBLEM_NAME_SIZE];
    for (size_t i = 0; i < sources->count; i++) {
        struct local_source *row = &sources->rows[i];
        if (row->why.text[0] != '\0')
            continue;
        rename_class(row);
        if (problem->package->format == PACKAGE_KATTIS && verdict_folder(row->path, name, sizeof name))
            expect(row, name);
    }
}

/* A folder is one submission: of one source, or of several, which we do not judge. */
static int add_folder(struct finding *finding, const char *path, const char *verdict, struct err *e)
{
    struct dirent **entries = NULL;
    char only[PROBLEM_PATH_SIZE] = "", full[PATH_MAX];
    int sources = 0, files = 0;
    int count = problem_list(finding->problem, path, &entries, e);
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        files++;
        if (is_wanted(finding, entries[i]->d_name) && ++sources == 1 &&
            str_format(only, sizeof only, "%s/%s", path, entries[i]->d_name) != 0)
            only[0] = '\0';
        free(entries[i]);
    }
    free(entries);
    if (result != 0 || sources == 0)
        return result;
    if (files == 1 && only[0] != '\0') {
        struct local_source *row = add(finding, only, e);
        if (row != NULL)
            expect(row, verdict);
        return row == NULL ? -1 : 0;
    }
    (void)str_format(full, sizeof full, "%s/%s", finding->problem->folder,
                     path); /* cut is fine: a name for the table */
    struct local_source *row = local_sources_skip(finding->sources, full, e);
    if (row != NULL)
        (void)err_set(&row->why, "%s: a submission of several files", full);
    return row == NULL ? -1 : 0;
}

static int find_kattis(struct finding *finding, const char *folder, const char *verdict, struct err *e)
{
    struct dirent **entries = NULL;
    int count = problem_list(finding->problem, folder, &entries, e);
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char path[PROBLEM_PATH_SIZE];
        const char *name = entries[i]->d_name;
        bool fits = str_format(path, sizeof path, "%s/%s", folder, name) == 0;
        mode_t kind = result == 0 && fits ? problem_kind(finding->problem, path) : 0;
        if (S_ISDIR(kind) && verdict == NULL) {
            result = find_kattis(finding, path, name, e);
        } else if (S_ISDIR(kind)) {
            result = add_folder(finding, path, verdict, e);
        } else if ((S_ISREG(kind) || entries[i]->d_type == DT_LNK) && result == 0 && fits && is_wanted(finding, name)) {
            struct local_source *row = add(finding, path, e);
            result = row == NULL ? -1 : 0;
            if (row != NULL && verdict != NULL)
                expect(row, verdict);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

/* ---- Polygon */

static int find_polygon(struct finding *finding, struct err *e)
{
    const struct problem_package *package = finding->problem->package;
    for (size_t i = 0; i < package->solution_count; i++) {
        const struct package_solution *solution = &package->solutions[i];
        char full[PATH_MAX];
        if (finding->language != NULL && !is_wanted(finding, solution->path))
            continue;
        (void)str_format(full, sizeof full, "%s/%s", finding->problem->folder,
                         solution->path); /* cut is fine: a name */
        bool runs = !solution->skipped && is_wanted(finding, solution->path);
        struct local_source *row =
            runs ? add(finding, solution->path, e) : local_sources_skip(finding->sources, full, e);
        if (row == NULL)
            return -1;
        if (runs)
            row->expected = solution->expected;
        else
            (void)err_set(&row->why, "%s", solution->skipped ? "do-not-run" : "no language has its suffix");
    }
    return 0;
}

int local_package_sources(struct local_sources *sources, const struct problem *problem, const char *language,
                          const struct languages *languages, struct err *e)
{
    struct finding finding = {.sources = sources, .problem = problem, .languages = languages};
    memset(sources, 0, sizeof *sources);
    if (local_sources_language(language, languages, &finding.language, e) != 0)
        return -1;
    bool kattis = problem->package->format == PACKAGE_KATTIS;
    if (kattis && problem_kind(problem, "submissions") == 0)
        return err_set(e, "%s has no submissions/: name the sources", problem->folder);
    int result = kattis ? find_kattis(&finding, "submissions", NULL, e) : find_polygon(&finding, e);
    if (result != 0)
        return -1;
    return sources->count > 0 ? 0
                              : err_set(e, "%s has no source of %s", problem->folder,
                                        finding.language == NULL ? "a known language" : finding.language->name);
}

/* ---- the time limit */

/* The slowest of what is to be accepted and is; -1 with e where judging fails. *source stays NULL where there is none. */
static int find_slowest(struct judge *worker, const struct problem *problem, const struct local_sources *sources,
                        const struct judge_options *options, int64_t *cpu_us, const struct local_source **source,
                        struct err *e)
{
    struct judge_options trial = *options;
    trial.progress = NULL;
    trial.all = true;
    for (size_t i = 0; i < sources->count; i++) {
        const struct local_source *row = &sources->rows[i];
        struct judgement judgement;
        const struct submission submission = {
            .language = row->language, .problem = problem, .source = row->bytes, .source_bytes = row->size};
        if (row->expected != BIT(AC) || row->why.text[0] != '\0')
            continue;
        if (judge(worker, &submission, &trial, &judgement, e) != 0)
            return -1;
        if (judgement.verdict == VERDICT_AC && judgement.cpu_us >= *cpu_us) {
            *cpu_us = judgement.cpu_us;
            *source = row;
        }
        judgement_fini(&judgement);
    }
    return 0;
}

int local_package_time(struct judge *worker, struct problem *problem, const struct local_sources *sources,
                       const struct judge_options *options, char *text, size_t size, struct err *e)
{
    const struct problem_package *package = problem->package;
    const struct local_source *slowest = NULL;
    int64_t cpu_us = 0;
    text[0] = '\0';
    if (package == NULL || problem->limits.has_time)
        return 0;
    int64_t usual = problem->limits.time_ms;
    problem->limits.time_ms = TRIAL_MS;
    if (find_slowest(worker, problem, sources, options, &cpu_us, &slowest, e) != 0)
        return -1;
    problem->limits.time_ms = usual;
    if (slowest == NULL) {
        /* cut is fine */
        (void)str_format(text, size, "%s has no time limit, and no accepted submission to take it from: %lld ms",
                         problem->folder, (long long)usual);
        return 0;
    }
    double seconds = (double)cpu_us / 1e6 * package->time_factor;
    int64_t steps = (int64_t)(seconds / package->time_step_s);
    while ((double)steps * package->time_step_s < seconds || steps == 0)
        steps++;
    problem->limits.time_ms = (int64_t)((double)steps * package->time_step_s * 1000 + 0.5);
    (void)str_format(text, size,
                     "%s has no time limit: %lld ms, from the slowest accepted submission (%s, %lld ms) times %g",
                     problem->folder, (long long)problem->limits.time_ms, slowest->path, (long long)cpu_us / 1000,
                     package->time_factor); /* cut is fine */
    return 0;
}
