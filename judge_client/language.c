/*
 * language.c - see language.h. Any uid; reads files only, executes nothing.
 */
#include "judge_client/language.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/str.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { MOST_LANGUAGES = 256, MOST_ID = 10000, MOST_MIB = 1048576, MOST_MS = 86400000 };

const struct language language_outputs = {.id = -1,
                                          .name = "outputs",
                                          .title = "Outputs",
                                          .source = "outputs",
                                          .binary = "",
                                          .keep = "",
                                          .package = "",
                                          .time_factor = 1,
                                          .installed = true};

/* Of the package similarity-tester; whatever no other knows is text. */
#define LANGUAGE_TESTERS "sim_text sim_c sim_c++ sim_java sim_pasc none"

#define STEP_KEYS(section)                                                                                             \
    {section, "argv", CONF_WORDS, 0, 0, NULL, "the command; {source} {binary} {mem_mib} ... are replaced"},            \
        {section, "policy", CONF_TEXT, 0, 0, NULL, "the system calls it may make: a NAME.policy"},                     \
        {section, "stack_mib", CONF_INT, 1, MOST_MIB, NULL, "stack of a thread; as much as memory"},                   \
        {section, "processes", CONF_INT, 1, 16384, NULL, "processes and threads at once"},                             \
        {section, "open_files", CONF_INT, 4, 65536, NULL, "open files"},                                               \
        {section, "environment", CONF_WORDS, 0, 0, NULL, "NAME=VALUE, for this command only"},                         \
    {                                                                                                                  \
        section, "proc", CONF_BOOL, 0, 0, NULL, "give it /proc (its own processes only)"                               \
    }

static const struct conf_key language_keys[] = {
    {"language", "id", CONF_INT, 0, MOST_ID, NULL, "HUSTOJ's number"},
    {"language", "name", CONF_TEXT, 0, 0, NULL, "short name: letters, digits, '+', '-', '_'"},
    {"language", "title", CONF_TEXT, 0, 0, NULL, "for people"},
    {"language", "aliases", CONF_WORDS, 0, 0, NULL, "other names"},
    {"language", "suffixes", CONF_WORDS, 0, 0, NULL, "of source files, without the dot; the first is HUSTOJ's"},
    {"language", "source", CONF_TEXT, 0, 0, NULL, "the source's name in the run folder"},
    {"language", "binary", CONF_TEXT, 0, 0, NULL, "what compiling leaves; empty: the source is what runs"},
    {"language", "keep", CONF_TEXT, 0, 0, NULL, "further files that compiling leaves, a pattern"},
    {"language", "package", CONF_TEXT, 0, 0, NULL, "Debian's package"},
    {"language", "version", CONF_WORDS, 0, 0, NULL, "command that prints the version"},
    {"language", "similarity", CONF_CHOICE, 0, 0, LANGUAGE_TESTERS, "the tester of similar sources"},
    {"language", "time_factor", CONF_DECIMAL, 0, 1000, NULL, "time limit * factor + bonus"},
    {"language", "time_bonus_ms", CONF_INT, 0, MOST_MS, NULL, "added to the time limit"},
    {"language", "memory_bonus_mib", CONF_INT, 0, MOST_MIB, NULL, "added to the memory limit"},
    {"language", "good_exit", CONF_INT, 0, 255, NULL, "the exit code that is no error"},
    {"language", "mounts", CONF_WORDS, 0, 0, NULL, "paths of the box that it reads, besides the system"},
    {"language", "watch", CONF_WORDS, 0, 0, NULL, "files whose change has it tested again, besides the commands"},
    {"language", "environment", CONF_WORDS, 0, 0, NULL, "NAME=VALUE, added to the usual ones"},
    {"language", "stderr_is_error", CONF_BOOL, 0, 0, NULL, "a program that writes to standard error has failed"},
    STEP_KEYS("compile"),
    {"compile", "mounts", CONF_WORDS, 0, 0, NULL, "paths of the box that the compiler reads where they are there"},
    {"compile", "object", CONF_WORDS, 0, 0, NULL, "the command that compiles a problem's own source by itself"},
    {"compile", "cpu_ms", CONF_INT, 1, MOST_MS, NULL, "CPU time"},
    {"compile", "wall_ms", CONF_INT, 1, MOST_MS, NULL, "wall time"},
    {"compile", "memory_mib", CONF_INT, 1, MOST_MIB, NULL, "memory"},
    {"compile", "output_mib", CONF_INT, 1, MOST_MIB, NULL, "what it may write"},
    STEP_KEYS("run"),
    {"patterns.*", "text", CONF_TEXT, 0, 0, NULL, "on standard error of a program that failed"},
    {"patterns.*", "verdict", CONF_TEXT, 0, 0, NULL, "the verdict that it turns the failure into: MLE, TLE, OLE"},
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};

/* What stands behind a struct language's pointers. */
struct loaded {
    struct language language;
    struct conf *conf;
    char *path;
    char **lists[sizeof language_keys / sizeof *language_keys]; /* from conf_words, one a key */
    size_t list_count;
    glob_t mounts; /* what the patterns among the mounts match */
};

struct languages {
    struct loaded *rows[MOST_LANGUAGES];
    size_t count;
};

/* The words of a key, kept until languages_close. NULL where it is not there or, with *failed, where it cannot be read. */
static char **words_of(struct loaded *row, const char *path, const char *section, const char *name, bool *failed,
                       struct err *e)
{
    const char *text = conf_text(row->conf, section, name, NULL);
    if (text == NULL || text[0] == '\0' || *failed)
        return NULL;
    char **words = conf_words(text, e);
    if (words == NULL) {
        err_add(e, "%s:%d: %s", path, conf_line(row->conf, section, name), name);
        *failed = true;
        return NULL;
    }
    row->lists[row->list_count++] = words;
    return words;
}

static void list_of(struct loaded *row, const char *path, const char *name, const char *list[LANGUAGE_LIST + 1],
                    bool *failed, struct err *e)
{
    char **words = words_of(row, path, "language", name, failed, e);
    size_t count = 0;
    for (; words != NULL && words[count] != NULL && !*failed; count++) {
        if (count == LANGUAGE_LIST) {
            err_set(e, "%s:%d: %s has more than %d words", path, conf_line(row->conf, "language", name), name,
                    LANGUAGE_LIST);
            *failed = true;
            return;
        }
        list[count] = words[count];
    }
}

/* The mounts may be patterns, for paths with a version in them; one that matches nothing stays as it is. */
static int expand_mounts(struct loaded *row, const char *path, struct err *e)
{
    struct language *language = &row->language;
    for (size_t i = 0; language->mounts[i] != NULL; i++) {
        int code = glob(language->mounts[i], GLOB_NOCHECK | (i > 0 ? GLOB_APPEND : 0), NULL, &row->mounts);
        if (code != 0 || language->mounts[i][0] != '/' || row->mounts.gl_pathc > LANGUAGE_LIST)
            return err_set(e, "%s:%d: mounts: absolute paths, or patterns of them, at most %d in all", path,
                           conf_line(row->conf, "language", "mounts"), LANGUAGE_LIST);
    }
    for (size_t i = 0; i < row->mounts.gl_pathc; i++)
        language->mounts[i] = row->mounts.gl_pathv[i];
    return 0;
}

static void read_step(struct loaded *row, const char *path, const char *section, struct language_step *step,
                      bool *failed, struct err *e)
{
    const struct conf *conf = row->conf;
    bool run = strcmp(section, "run") == 0;
    step->argv = words_of(row, path, section, "argv", failed, e);
    step->env = words_of(row, path, section, "environment", failed, e);
    step->policy = conf_text(conf, section, "policy", run ? "c" : "compiler");
    step->stack_mib = conf_int(conf, section, "stack_mib", 0);
    step->processes = (int)conf_int(conf, section, "processes", run ? 1 : 64);
    step->open_files = (int)conf_int(conf, section, "open_files", 0);
    step->proc = conf_bool(conf, section, "proc", false);
    if (run)
        return; /* its limits are the problem's */
    step->mounts = words_of(row, path, section, "mounts", failed, e);
    step->cpu_ms = conf_int(conf, section, "cpu_ms", 30000);
    step->wall_ms = conf_int(conf, section, "wall_ms", 60000);
    step->mem_mib = conf_int(conf, section, "memory_mib", 1024);
    step->out_mib = conf_int(conf, section, "output_mib", 256);
}

static int read_patterns(struct loaded *row, const char *path, struct err *e)
{
    struct language *language = &row->language;
    const char *section;
    for (size_t i = 0; (section = conf_section(row->conf, i)) != NULL; i++) {
        if (!str_starts(section, "patterns."))
            continue;
        const char *text = conf_text(row->conf, section, "text", "");
        const char *word = conf_text(row->conf, section, "verdict", "");
        int verdict = verdict_of_word(word);
        if (text[0] == '\0' || verdict < VERDICT_TLE || verdict > VERDICT_RE)
            return err_set(e, "%s: [%s] needs text and a verdict: MLE, TLE, OLE or RE", path, section);
        if (language->pattern_count == LANGUAGE_LIST)
            return err_set(e, "%s: more than %d patterns", path, LANGUAGE_LIST);
        language->patterns[language->pattern_count++] = (struct language_pattern){text, verdict};
    }
    return 0;
}

static bool is_language_name(const char *name)
{
    if (name[0] == '\0' || strlen(name) >= LANGUAGE_NAME_SIZE)
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && strchr("+-_#", *p) == NULL)
            return false;
    }
    return true;
}

static bool is_file_name(const char *name)
{
    return strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strlen(name) < LANGUAGE_NAME_SIZE;
}

/* What a language cannot do without. */
static int check_language(const struct loaded *row, const char *path, struct err *e)
{
    const struct language *language = &row->language;
    if (conf_line(row->conf, "language", "id") == 0 || !is_language_name(language->name))
        return err_set(e, "%s: [language] needs an id and a name of letters, digits, '+', '-', '_' or '#'", path);
    if (language->suffixes[0] == NULL || language->source[0] == '\0' || !is_file_name(language->source))
        return err_set(e, "%s: [language] needs suffixes and source, a file's plain name", path);
    if (!is_file_name(language->binary))
        return err_set(e, "%s:%d: binary: not a file's plain name", path, conf_line(row->conf, "language", "binary"));
    if (language->run.argv == NULL)
        return err_set(e, "%s: [run] needs argv", path);
    size_t count = row->mounts.gl_pathc;
    for (char **own = language->compile.mounts; own != NULL && *own != NULL; own++, count++) {
        if ((*own)[0] != '/' || count == LANGUAGE_LIST)
            return err_set(e, "%s:%d: mounts: absolute paths, with the language's own at most %d", path,
                           conf_line(row->conf, "compile", "mounts"), LANGUAGE_LIST);
    }
    char **const commands[] = {language->version, language->compile.argv, language->object, language->run.argv};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i] != NULL && commands[i][0][0] != '/' && commands[i][0][0] != '{')
            return err_set(e, "%s: the command '%s' must begin with its program's absolute path", path, commands[i][0]);
    }
    return 0;
}

static void look_for(struct language *language, const char *path, int mode)
{
    if (!language->installed || access(path, mode) == 0)
        return;
    language->installed = false;
    (void)str_copy(language->missing, sizeof language->missing, path); /* cut is fine */
}

/* The first of the commands' programs and of the mounts that this box does not have. A path in {} is made by compiling. */
static void look_for_programs(struct language *language)
{
    char *const *const commands[] = {language->version, language->compile.argv, language->run.argv};
    language->installed = true;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i] != NULL && commands[i][0][0] != '{')
            look_for(language, commands[i][0], X_OK);
    }
    for (size_t i = 0; language->mounts[i] != NULL; i++)
        look_for(language, language->mounts[i], F_OK);
}

static void free_row(struct loaded *row)
{
    if (row == NULL)
        return;
    for (size_t i = 0; i < row->list_count; i++)
        free(row->lists[i]);
    globfree(&row->mounts);
    free(row->path);
    conf_close(row->conf);
    free(row);
}

static struct loaded *read_language(const char *path, struct err *e)
{
    struct loaded *row = calloc(1, sizeof *row);
    bool failed = false;
    if (row == NULL) {
        err_set(e, "%s: out of memory", path);
        return NULL;
    }
    struct language *language = &row->language;
    row->path = strdup(path);
    if (row->path == NULL)
        err_set(e, "%s: out of memory", path);
    else
        row->conf = conf_open(path, language_keys, e);
    if (row->conf == NULL) {
        free_row(row);
        return NULL;
    }
    language->file = row->path;
    language->id = (int)conf_int(row->conf, "language", "id", -1);
    if (str_copy(language->name, sizeof language->name, conf_text(row->conf, "language", "name", "")) != 0)
        language->name[0] = '\0'; /* check_language says it */
    language->title = conf_text(row->conf, "language", "title", language->name);
    language->source = conf_text(row->conf, "language", "source", "");
    language->binary = conf_text(row->conf, "language", "binary", "");
    language->keep = conf_text(row->conf, "language", "keep", "");
    language->package = conf_text(row->conf, "language", "package", "");
    language->similarity = conf_text(row->conf, "language", "similarity", "sim_text");
    language->time_factor = conf_decimal(row->conf, "language", "time_factor", 1);
    language->time_bonus_ms = conf_int(row->conf, "language", "time_bonus_ms", 0);
    language->memory_bonus_mib = conf_int(row->conf, "language", "memory_bonus_mib", 0);
    language->good_exit = (int)conf_int(row->conf, "language", "good_exit", 0);
    list_of(row, path, "aliases", language->aliases, &failed, e);
    list_of(row, path, "suffixes", language->suffixes, &failed, e);
    list_of(row, path, "mounts", language->mounts, &failed, e);
    list_of(row, path, "watch", language->watch, &failed, e);
    language->env = words_of(row, path, "language", "environment", &failed, e);
    language->version = words_of(row, path, "language", "version", &failed, e);
    read_step(row, path, "compile", &language->compile, &failed, e);
    language->object = words_of(row, path, "compile", "object", &failed, e);
    read_step(row, path, "run", &language->run, &failed, e);
    language->run.stderr_is_error = conf_bool(row->conf, "language", "stderr_is_error", false);
    if (failed || expand_mounts(row, path, e) != 0 || read_patterns(row, path, e) != 0 ||
        check_language(row, path, e) != 0) {
        free_row(row);
        return NULL;
    }
    look_for_programs(language);
    return row;
}

bool language_is_called(const struct language *language, const char *name)
{
    if (strcasecmp(language->name, name) == 0)
        return true;
    for (size_t i = 0; language->aliases[i] != NULL; i++) {
        if (strcasecmp(language->aliases[i], name) == 0)
            return true;
    }
    return false;
}

/* Ids and names must lead to one language; suffixes may be shared. */
static int check_clash(const struct languages *languages, const struct language *language, const char *path,
                       struct err *e)
{
    for (size_t i = 0; i < languages->count; i++) {
        const struct language *other = &languages->rows[i]->language;
        if (other->id == language->id)
            return err_set(e, "%s: id %d is %s's already", path, language->id, other->name);
        if (language_is_called(other, language->name))
            return err_set(e, "%s: the name %s is %s's already", path, language->name, other->name);
        for (size_t j = 0; language->aliases[j] != NULL; j++) {
            if (language_is_called(other, language->aliases[j]))
                return err_set(e, "%s: the alias %s is %s's already", path, language->aliases[j], other->name);
        }
    }
    return 0;
}

static bool hidden(const char *const *folders, size_t folder, const char *name)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < folder; i++) {
        if (str_format(path, sizeof path, "%s/%s", folders[i], name) == 0 && access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static int read_folder(struct languages *languages, const char *const *folders, size_t folder, struct err *e)
{
    DIR *dir = opendir(folders[folder]);
    if (dir == NULL)
        return errno == ENOENT ? 0 : err_sys(e, errno, "open %s", folders[folder]);
    struct dirent *entry;
    int result = 0;
    while (result == 0 && (entry = readdir(dir)) != NULL) {
        char path[PATH_MAX];
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 4, ".ini") != 0 || entry->d_name[0] == '.' ||
            hidden(folders, folder, entry->d_name))
            continue;
        if (str_format(path, sizeof path, "%s/%s", folders[folder], entry->d_name) != 0 ||
            languages->count == MOST_LANGUAGES) {
            result = err_set(e, "%s: more than %d languages", folders[folder], MOST_LANGUAGES);
            break;
        }
        struct loaded *row = read_language(path, e);
        if (row == NULL || check_clash(languages, &row->language, path, e) != 0) {
            free_row(row);
            result = -1;
            break;
        }
        languages->rows[languages->count++] = row;
    }
    (void)closedir(dir); /* it was only read */
    return result;
}

static int compare_ids(const void *a, const void *b)
{
    const struct loaded *const *x = a;
    const struct loaded *const *y = b;
    return ((*x)->language.id > (*y)->language.id) - ((*x)->language.id < (*y)->language.id);
}

struct languages *languages_open(const char *const *folders, struct err *e)
{
    struct languages *languages = calloc(1, sizeof *languages);
    if (languages == NULL) {
        err_set(e, "out of memory");
        return NULL;
    }
    for (size_t i = 0; folders[i] != NULL; i++) {
        if (read_folder(languages, folders, i, e) != 0) {
            languages_close(languages);
            return NULL;
        }
    }
    if (languages->count == 0) {
        err_set(e, "no languages: there is no *.ini in %s", folders[0] == NULL ? "any folder" : folders[0]);
        languages_close(languages);
        return NULL;
    }
    qsort(languages->rows, languages->count, sizeof *languages->rows, compare_ids);
    return languages;
}

void languages_close(struct languages *languages)
{
    if (languages == NULL)
        return;
    for (size_t i = 0; i < languages->count; i++)
        free_row(languages->rows[i]);
    free(languages);
}

const struct language *languages_at(const struct languages *languages, size_t i)
{
    return i < languages->count ? &languages->rows[i]->language : NULL;
}

const struct language *languages_by_name(const struct languages *languages, const char *name)
{
    for (size_t i = 0; i < languages->count; i++) {
        if (language_is_called(&languages->rows[i]->language, name))
            return &languages->rows[i]->language;
    }
    return NULL;
}

const struct language *languages_by_id(const struct languages *languages, int id)
{
    for (size_t i = 0; i < languages->count; i++) {
        if (languages->rows[i]->language.id == id)
            return &languages->rows[i]->language;
    }
    return NULL;
}

bool language_has_suffix(const struct language *language, const char *file_name)
{
    const char *dot = strrchr(file_name, '.');
    for (size_t j = 0; dot != NULL && language->suffixes[j] != NULL; j++) {
        if (strcmp(language->suffixes[j], dot + 1) == 0)
            return true;
    }
    return false;
}

const struct language *languages_by_file(const struct languages *languages, const char *file_name)
{
    for (size_t i = 0; i < languages->count; i++) {
        if (language_has_suffix(&languages->rows[i]->language, file_name))
            return &languages->rows[i]->language;
    }
    return NULL;
}

const char *languages_nearest(const struct languages *languages, const char *word)
{
    const char *names[MOST_LANGUAGES + 1];
    for (size_t i = 0; i < languages->count; i++)
        names[i] = languages->rows[i]->language.name;
    names[languages->count] = NULL;
    return str_nearest(word, names);
}

/* Appends word to out with its placeholders replaced; out NULL: only counts. Returns the length with the NUL. */
static size_t expand(char *out, const char *word, const char *const (*values)[2], size_t value_count)
{
    size_t length = 0;
    while (*word != '\0') {
        size_t i = 0;
        while (i < value_count && !str_starts(word, values[i][0]))
            i++;
        const char *from = i < value_count ? values[i][1] : word;
        size_t count = i < value_count ? strlen(from) : 1;
        if (out != NULL)
            memcpy(out + length, from, count);
        length += count;
        word += i < value_count ? strlen(values[i][0]) : 1;
    }
    if (out != NULL)
        out[length] = '\0';
    return length + 1;
}

char **language_command(char *const *argv, const struct language_words *words)
{
    char memory[24], stem[PATH_MAX];
    const char *alone[] = {words->source, NULL};
    const char *const *sources = words->sources == NULL ? alone : words->sources;
    const char *slash = strrchr(words->source, '/');
    (void)str_copy(stem, sizeof stem, slash == NULL ? words->source : slash + 1); /* no name of ours is longer */
    (void)str_format(memory, sizeof memory, "%lld", (long long)words->mem_mib);   /* it fits */
    char *dot = strrchr(stem, '.');
    if (dot != NULL)
        *dot = '\0';
    const char *const values[][2] = {
        {"{source}", words->source}, {"{binary}", words->binary}, {"{mem_mib}", memory}, {"{main}", stem}};
    enum { VALUES = sizeof values / sizeof *values };
    size_t count = 0;
    size_t bytes = 0;
    for (size_t i = 0; argv[i] != NULL; i++) {
        bool list = strcmp(argv[i], "{sources}") == 0;
        for (size_t k = 0; list ? sources[k] != NULL : k == 0; k++, count++)
            bytes += list ? strlen(sources[k]) + 1 : expand(NULL, argv[i], values, VALUES);
    }
    char **copy = malloc((count + 1) * sizeof *copy + bytes);
    if (copy == NULL)
        return NULL;
    char *next = (char *)(copy + count + 1);
    size_t at = 0;
    for (size_t i = 0; argv[i] != NULL; i++) {
        bool list = strcmp(argv[i], "{sources}") == 0;
        for (size_t k = 0; list ? sources[k] != NULL : k == 0; k++) {
            copy[at++] = next;
            size_t size = list ? strlen(sources[k]) + 1 : expand(NULL, argv[i], values, VALUES);
            if (list)
                memcpy(next, sources[k], size);
            else
                (void)expand(next, argv[i], values, VALUES); /* it was measured */
            next += size;
        }
    }
    copy[count] = NULL;
    return copy;
}
