/*
 * local_check.c - see local_check.h: the folder and its files; local_check_run.c runs programs. Runs in judge_client's local form, as
 * root for the sandbox's sake; it writes nothing into the folder.
 */
#include "judge_client/local_check.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/sha256.h"
#include "common/str.h"
#include "judge_client/language.h"
#include "judge_client/problem_package.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { PIECE = 64 << 10, SHOWN = 4, LEVELS = 8 };

static const char usage[] =
    "usage: judgectl problem check [--home OJ_HOME] [--cgroup v2|v1|none] PROBLEM_DIR\n"
    "\n"
    "Looks for what is wrong with a problem's folder: files that belong to no case, empty files, line ends of "
    "Windows,\n"
    "inputs that are there twice; runs the validators of inputs on each input, and the checker on each answer.\n"
    "Exit: 0 nothing is wrong, 1 something is, 2 it could not be checked.\n";

void local_check_say(struct local_check *check, bool error, const char *format, ...)
{
    va_list arguments;
    *(error ? &check->errors : &check->warnings) += 1;
    (void)fputs(error ? "error    " : "warning  ", stdout); /* whether it was printed is asked in the end */
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

/* ---- what many files may have in common: told once, with the first names */

enum finding { EMPTY_INPUT, EMPTY_ANSWER, CRLF_INPUT, CRLF_ANSWER, NUL_BYTE, BYTE_MARK, NO_END, TWICE, FINDINGS };

static const struct {
    bool error;
    const char *text;
} finding_rows[FINDINGS] = {
    [EMPTY_INPUT] = {false, "no input at all"},
    [EMPTY_ANSWER] = {false, "no answer at all: whoever prints nothing is right"},
    [CRLF_INPUT] = {false, "line ends of Windows in an input: who reads lines reads a \\r with each"},
    [CRLF_ANSWER] = {false, "line ends of Windows in an answer"},
    [NUL_BYTE] = {true, "a NUL byte: no text (save it as UTF-8)"},
    [BYTE_MARK] = {true, "begins with a byte order mark, which is no blank (save it as UTF-8 without)"},
    [NO_END] = {false, "no line end at the end of an input"},
    [TWICE] = {false, "the same input as another case"},
};

struct found {
    size_t count;
    char names[512];
};

struct contents {
    struct local_check *check;
    struct found found[FINDINGS];
    unsigned char (*digests)[SHA256_BYTES]; /* of the inputs */
    unsigned char piece[PIECE];
};

static void note(struct contents *contents, enum finding what, const char *name)
{
    struct found *found = &contents->found[what];
    size_t length = strlen(found->names);
    if (found->count++ < SHOWN) /* cut is fine */
        (void)str_format(found->names + length, sizeof found->names - length, "%s%s", length > 0 ? ", " : "", name);
}

static void tell(struct contents *contents)
{
    for (size_t i = 0; i < FINDINGS; i++) {
        const struct found *found = &contents->found[i];
        char more[48] = "";
        if (found->count == 0)
            continue;
        if (found->count > SHOWN) /* it fits */
            (void)str_format(more, sizeof more, " and %zu more", found->count - SHOWN);
        local_check_say(contents->check, finding_rows[i].error, "%s%s: %s", found->names, more, finding_rows[i].text);
    }
}

/* ---- contents */

/* Reads a file through; digest: of an input, else NULL. 0, or -1 with e. */
static int read_through(struct contents *contents, const char *name, bool input, unsigned char *digest, struct err *e)
{
    const struct problem *problem = &contents->check->problem;
    bool carriage = false, nul = false;
    unsigned char last = '\n', before = 0;
    struct sha256 hash;
    off_t at = 0;
    ssize_t count;
    int fd = problem_open_file(problem, name, e);
    if (fd < 0)
        return -1;
    sha256_init(&hash);
    while ((count = pread(fd, contents->piece, PIECE, at)) > 0) {
        if (at == 0 && count >= 3 && memcmp(contents->piece, "\xef\xbb\xbf", 3) == 0)
            note(contents, BYTE_MARK, name);
        nul = nul || memchr(contents->piece, '\0', (size_t)count) != NULL;
        for (ssize_t i = 0; i < count && !carriage; i++) {
            carriage = before == '\r' && contents->piece[i] == '\n';
            before = contents->piece[i];
        }
        last = contents->piece[count - 1];
        sha256_add(&hash, contents->piece, (size_t)count);
        at += count;
    }
    int error = errno;
    file_close(&fd);
    if (count < 0)
        return err_sys(e, error, "read %s/%s", problem->folder, name);
    if (carriage)
        note(contents, input ? CRLF_INPUT : CRLF_ANSWER, name);
    if (nul)
        note(contents, NUL_BYTE, name);
    if (input && at > 0 && last != '\n')
        note(contents, NO_END, name);
    if (digest != NULL)
        sha256_end(&hash, digest);
    return 0;
}

/* ---- inputs that are there twice */

struct same {
    const unsigned char *digest;
    size_t index;
};

static int by_digest(const void *a, const void *b)
{
    const struct same *one = a, *two = b;
    int order = memcmp(one->digest, two->digest, SHA256_BYTES);
    return order != 0 ? order : (one->index > two->index) - (one->index < two->index);
}

static int find_same(struct contents *contents, struct err *e)
{
    const struct problem *problem = &contents->check->problem;
    struct same *rows = calloc(problem->case_count, sizeof *rows);
    if (rows == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; i < problem->case_count; i++)
        rows[i] = (struct same){contents->digests[i], i};
    qsort(rows, problem->case_count, sizeof *rows, by_digest);
    for (size_t i = 1; i < problem->case_count; i++) {
        const struct problem_case *one = &problem->cases[rows[i].index];
        /* A group of a package has the samples' inputs once more, often. */
        if (memcmp(rows[i].digest, rows[i - 1].digest, SHA256_BYTES) == 0 && one->input_bytes > 0 && !one->sample &&
            !problem->cases[rows[i - 1].index].sample)
            note(contents, TWICE, one->input);
    }
    free(rows);
    return 0;
}

static int check_contents(struct local_check *check, struct err *e)
{
    const struct problem *problem = &check->problem;
    struct contents *contents = calloc(1, sizeof *contents);
    int result = 0;
    if (contents == NULL)
        return err_set(e, "out of memory");
    contents->check = check;
    contents->digests = calloc(problem->case_count, sizeof *contents->digests);
    if (contents->digests == NULL)
        result = err_set(e, "out of memory");
    for (size_t i = 0; i < problem->case_count && result == 0; i++) {
        const struct problem_case *one = &problem->cases[i];
        if (one->input_bytes == 0)
            note(contents, EMPTY_INPUT, one->input);
        if (one->answer[0] != '\0' && one->answer_bytes == 0 && problem->interactor.kind == CHECKER_NONE)
            note(contents, EMPTY_ANSWER, one->answer);
        if (problem->limits.output_mib > 0 && one->answer_bytes > problem->limits.output_mib << 20)
            local_check_say(check, true, "%s: larger than what a program may print (%lld MiB)", one->answer,
                            (long long)problem->limits.output_mib);
        result = read_through(contents, one->input, true, contents->digests[i], e);
        if (result == 0 && one->answer[0] != '\0')
            result = read_through(contents, one->answer, false, NULL, e);
    }
    if (result == 0)
        result = find_same(contents, e);
    if (result == 0)
        tell(contents);
    free(contents->digests);
    free(contents);
    return result;
}

/* ---- files that belong to no case */

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files of all cases, sorted, for free(); *count of them. NULL with e. */
static const char **list_files(const struct problem *problem, size_t *count, struct err *e)
{
    const char **files = calloc(2 * problem->case_count + 1, sizeof *files);
    if (files == NULL)
        (void)err_set(e, "out of memory");
    for (size_t i = 0; files != NULL && i < problem->case_count; i++) {
        files[2 * i] = problem->cases[i].input;
        files[2 * i + 1] = problem->cases[i].answer;
    }
    *count = 2 * problem->case_count;
    if (files != NULL)
        qsort(files, *count, sizeof *files, by_path);
    return files;
}

/* A name that somebody took for a case's: 1.IN, 1.in.txt, 1.Out. */
static bool looks_like_case(const char *name)
{
    static const char *const suffixes[] = {".in", ".out", ".ans", ".in.txt", ".out.txt", ".ans.txt"};
    char small[NAME_MAX + 1];
    if (str_copy(small, sizeof small, name) != 0)
        return false;
    for (char *at = small; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (str_ends(small, suffixes[i]))
            return true;
    }
    return false;
}

struct straying {
    struct local_check *check;
    bool all; /* what lies there is a case's, whatever it is called: Polygon's tests have no suffix */
    const char **files;
    size_t count;
};

static bool is_of_case(const struct straying *straying, const char *path)
{
    return bsearch(&path, straying->files, straying->count, sizeof *straying->files, by_path) != NULL;
}

static int find_stray(struct straying *straying, const char *folder, int level, struct err *e)
{
    struct local_check *check = straying->check;
    const struct problem *problem = &check->problem;
    struct dirent **entries = NULL;
    int count = problem_list(problem, folder, &entries, e);
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char path[PROBLEM_PATH_SIZE];
        const char *name = entries[i]->d_name;
        bool top = strcmp(folder, ".") == 0;
        bool fits = str_format(path, sizeof path, "%s%s%s", top ? "" : folder, top ? "" : "/", name) == 0;
        mode_t kind = result == 0 && fits ? problem_kind(problem, path) : 0;
        if (S_ISDIR(kind) && !top && level < LEVELS)
            result = find_stray(straying, path, level + 1, e);
        else if (S_ISREG(kind) && (straying->all || looks_like_case(name)) && !is_of_case(straying, path))
            local_check_say(check, false, "%s belongs to no case%s", path,
                            str_ends(name, ".out") || str_ends(name, ".ans") ? ": there is no .in of its name" : "");
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int check_files(struct local_check *check, struct err *e)
{
    static const struct {
        int format; /* -1: HUSTOJ's */
        const char *folder;
    } rows[] = {
        {-1, "."}, {PACKAGE_KATTIS, "data/sample"}, {PACKAGE_KATTIS, "data/secret"}, {PACKAGE_POLYGON, "tests"}};
    const struct problem_package *package = check->problem.package;
    int format = package == NULL ? -1 : (int)package->format;
    struct straying straying = {.check = check, .all = format == PACKAGE_POLYGON};
    straying.files = list_files(&check->problem, &straying.count, e);
    int result = straying.files == NULL ? -1 : 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && result == 0; i++) {
        if (rows[i].format == format && S_ISDIR(problem_kind(&check->problem, rows[i].folder)))
            result = find_stray(&straying, rows[i].folder, 0, e);
    }
    free(straying.files);
    for (size_t i = 0; package != NULL && i < package->note_count; i++)
        local_check_say(check, false, "%s", package->notes[i]);
    return result;
}

static void check_solutions(struct local_check *check)
{
    const struct problem *problem = &check->problem;
    const struct problem_package *package = problem->package;
    const char *folder = package == NULL ? "solutions" : package->format == PACKAGE_KATTIS ? "submissions" : "";
    bool there = folder[0] == '\0' ? package->solution_count > 0 : S_ISDIR(problem_kind(problem, folder));
    if (!there)
        local_check_say(check, false, "no %s: nothing shows that the limits and answers are right (judgectl judge)",
                        folder[0] == '\0' ? "solutions" : folder);
}

/* ---- the command */

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct local_check *check, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {{"home", required_argument, NULL, 'H'},
                                          {"cgroup", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (word == 'h') {
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        }
        if (word != 'H' && word != 'c')
            return err_set(e, "%s '%s': judgectl problem check --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        *(word == 'H' ? &check->home : &check->tier) = optarg;
    }
    if (argc - optind != 1)
        return err_set(e, "one folder: judgectl problem check [OPTIONS] PROBLEM_DIR");
    check->folder = argv[optind];
    return 0;
}

/* What is wrong with the folder itself is found, not failed: -1 only where it could not be checked. */
static int run(struct local_check *check, struct err *e)
{
    struct err why;
    places_find(&check->places, check->home);
    check->languages = languages_open(check->places.languages, e);
    if (check->languages == NULL)
        return -1;
    if (problem_open(&check->problem, check->folder, &why) != 0) {
        local_check_say(check, true, "%s", why.text);
        return 0;
    }
    int result = 0;
    if (judge_check_problem(&check->problem, check->languages, &why) != 0)
        local_check_say(check, true, "%s", why.text);
    if (check_files(check, e) != 0 || check_contents(check, e) != 0)
        result = -1;
    check_solutions(check);
    if (result == 0)
        result = local_check_programs(check, e);
    judge_close(check->judge);
    sandbox_close(check->sandbox);
    if (result == 0)
        printf("%s: %zu cases; %zu errors, %zu warnings\n", check->problem.folder, check->problem.case_count,
               check->errors, check->warnings);
    problem_close(&check->problem);
    return result;
}

int local_check(int argc, char **argv)
{
    struct err e = {""};
    struct local_check check = {.home = NULL};
    int result = parse(&check, argc, argv, &e);
    if (result > 0)
        return 0;
    if (result == 0)
        result = run(&check, &e);
    languages_close(check.languages);
    if (result == 0 && (fflush(stdout) != 0 || ferror(stdout) != 0))
        result = err_set(&e, "the result could not be printed");
    if (result == 0)
        return check.errors > 0;
    (void)fflush(stdout);                                          /* before what follows it */
    (void)fprintf(stderr, "judgectl problem check: %s\n", e.text); /* nowhere else to say it */
    return 2;
}
