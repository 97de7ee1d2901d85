/*
 * local_sources.c - see local_sources.h. Runs in judge_client's local form; reads what the caller may read.
 */
#include "judge_client/local_sources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { MOST_SOURCES = 10000 };

static struct local_source *add(struct local_sources *sources, const char *path, bool found, struct err *e)
{
    if (sources->count % 16 == 0) {
        struct local_source *more = realloc(sources->rows, (sources->count + 16) * sizeof *more);
        if (more == NULL || sources->count >= MOST_SOURCES) {
            sources->rows = more == NULL ? sources->rows : more;
            err_set(e, "more than %d sources, or out of memory", MOST_SOURCES);
            return NULL;
        }
        sources->rows = more;
    }
    struct local_source *row = &sources->rows[sources->count];
    memset(row, 0, sizeof *row);
    row->found = found;
    row->any = sources->any;
    if (str_copy(row->path, sizeof row->path, path) != 0) {
        err_set(e, "%.64s...: the name is too long", path);
        return NULL;
    }
    sources->count++;
    return row;
}

int local_sources_expectation(const char *text, size_t size, struct err *e)
{
    static const char mark[] = "@EXPECTED_RESULTS@:";
    const char *at = memmem(text, size, mark, sizeof mark - 1);
    if (at == NULL)
        return 0;
    const char *end = text + size;
    int expected = 0;
    for (at += sizeof mark - 1; at < end && *at != '\n' && *at != '\r';) {
        char word[64];
        size_t length = 0;
        while (at < end && (*at == ' ' || *at == '\t' || *at == ','))
            at++;
        while (at < end && (isalnum((unsigned char)*at) || *at == '-' || *at == '_') && length < sizeof word - 1)
            word[length++] = *at++;
        word[length] = '\0';
        if (length == 0)
            break; /* the end of a comment, or of the line */
        int verdict = verdict_of_word(word);
        if (verdict < 0)
            return err_set(e, "%s %s is no verdict (CORRECT, WRONG-ANSWER, TIMELIMIT, RUN-ERROR, ...)", mark, word);
        expected |= 1 << verdict;
    }
    return expected;
}

/* Reads the file fd, which it closes, into row->bytes. 0, or -1 with row->why. */
static int read_bytes(struct local_source *row, int fd)
{
    struct err *why = &row->why;
    int most = row->any ? JUDGE_OUTPUTS_BYTES : JUDGE_SOURCE_BYTES;
    struct stat info;
    int result = -1;
    if (fstat(fd, &info) != 0)
        err_sys(why, errno, "%s", row->path);
    else if (S_ISDIR(info.st_mode))
        err_set(why, "%s: a folder, not a source", row->path);
    else if (!S_ISREG(info.st_mode))
        err_set(why, "%s: not a file", row->path);
    else if (info.st_size == 0)
        err_set(why, "%s: empty: 0 bytes are no program", row->path);
    else if (info.st_size > most)
        err_set(why, "%s: %lld bytes: a source may have at most %d", row->path, (long long)info.st_size, most);
    else if ((row->bytes = malloc((size_t)info.st_size)) == NULL)
        err_set(why, "%s: out of memory", row->path);
    else if (read(fd, row->bytes, (size_t)info.st_size) != info.st_size)
        err_sys(why, errno, "read %s", row->path);
    else if (!row->any && memchr(row->bytes, '\0', (size_t)info.st_size) != NULL)
        err_set(why, "%s: holds a NUL byte: it is no text (save it as UTF-8)", row->path);
    else
        result = 0;
    row->size = (size_t)info.st_size;
    (void)close(fd); /* it was only read */
    return result;
}

/* Fills language, bytes and expectation of a row from fd, or why. */
static void fill_from(struct local_source *row, int fd, const struct language *language,
                      const struct languages *languages)
{
    if (read_bytes(row, fd) != 0)
        return;
    row->language = language != NULL ? language
                    : row->any       ? &language_outputs
                                     : languages_by_file(languages, row->path);
    if (row->language == NULL) {
        const char *dot = strrchr(row->path, '.');
        err_set(&row->why, "%s: no language has the suffix '%s': name one with -l LANG", row->path,
                dot == NULL || strchr(dot, '/') != NULL ? "" : dot);
        return;
    }
    if (!row->language->installed) {
        err_set(&row->why, "%s: %s is not installed here (no %s): apt-get install %s", row->path, row->language->name,
                row->language->missing, row->language->package);
        return;
    }
    int expected = row->any ? 0 : local_sources_expectation(row->bytes, row->size, &row->why);
    if (expected < 0) {
        err_add(&row->why, "%s", row->path);
        return;
    }
    row->expected = (unsigned)expected;
}

/* The same from its path. `folder`: solutions/<folder>/, or NULL. */
static void fill(struct local_source *row, const char *folder, const struct language *language,
                 const struct languages *languages)
{
    int fd = open(row->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        err_sys(&row->why, errno, "%s", row->path);
        return;
    }
    fill_from(row, fd, language, languages);
    if (row->why.text[0] != '\0')
        return;
    int verdict = folder == NULL ? -1 : verdict_of_word(folder);
    if (folder != NULL && verdict < 0 && row->expected == 0)
        (void)str_copy(row->unknown, sizeof row->unknown, folder); /* cut is fine */
    if (row->expected == 0)
        row->expected = verdict >= 0 ? 1U << verdict : 0;
}

struct local_source *local_sources_add(struct local_sources *sources, const char *path, int fd, const struct err *why,
                                       const struct language *language, const struct languages *languages,
                                       struct err *e)
{
    struct local_source *row = add(sources, path, true, e);
    if (row != NULL && fd >= 0)
        fill_from(row, fd, language, languages);
    else if (row != NULL)
        row->why = *why;
    else
        (void)(fd >= 0 && close(fd)); /* it was not even read */
    return row;
}

struct local_source *local_sources_skip(struct local_sources *sources, const char *path, struct err *e)
{
    struct local_source *row = add(sources, path, true, e);
    if (row != NULL)
        row->skipped = true;
    return row;
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The language of a file that was found: `wanted`, where it has that suffix, or the file's own. NULL: it is no source. */
static const struct language *language_of(const char *name, const struct language *wanted,
                                          const struct languages *languages)
{
    const char *dot = strrchr(name, '.');
    if (wanted == NULL)
        return languages_by_file(languages, name);
    for (size_t i = 0; dot != NULL && wanted->suffixes[i] != NULL; i++) {
        if (strcmp(dot + 1, wanted->suffixes[i]) == 0)
            return wanted;
    }
    return NULL;
}

static int find_in(struct local_sources *sources, const char *path, const char *folder, const struct language *language,
                   const struct languages *languages, struct err *e)
{
    struct dirent **entries;
    int count = scandir(path, &entries, visible, by_version);
    int result = count < 0 ? err_sys(e, errno, "%s", path) : 0;
    for (int i = 0; i < count; i++) {
        char name[PATH_MAX];
        struct stat info;
        const char *entry = entries[i]->d_name;
        bool fits = str_format(name, sizeof name, "%s/%s", path, entry) == 0;
        if (result == 0 && fits && stat(name, &info) == 0) {
            if (S_ISDIR(info.st_mode) && folder == NULL) {
                result = find_in(sources, name, entry, language, languages, e);
            } else if (S_ISREG(info.st_mode) && (sources->any || language_of(entry, language, languages) != NULL)) {
                struct local_source *row = add(sources, name, true, e);
                result = row == NULL ? -1 : 0;
                if (row != NULL)
                    fill(row, folder, language, languages);
            }
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return result;
}

/* The <verdict> of a source that was named as .../solutions/<verdict>/FILE, in name; NULL where it was not. */
static const char *verdict_folder(const char *path, char *name, size_t size)
{
    char copy[PATH_MAX];
    if (str_copy(copy, sizeof copy, path) != 0)
        return NULL;
    for (int part = 0; part < 2; part++) {
        char *slash = strrchr(copy, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
        const char *last = strrchr(copy, '/');
        last = last == NULL ? copy : last + 1;
        if (part == 0 && str_copy(name, size, last) != 0)
            return NULL;
        if (part == 1)
            return strcmp(last, "solutions") == 0 ? name : NULL;
    }
    return NULL;
}

int local_sources_language(const char *name, const struct languages *languages, const struct language **language,
                           struct err *e)
{
    *language = name == NULL ? NULL : languages_by_name(languages, name);
    if (name == NULL)
        return 0;
    const char *nearest = languages_nearest(languages, name);
    if (*language == NULL)
        return err_set(e, "unknown language '%s'%s%s%s", name, nearest == NULL ? "" : " (did you mean ",
                       nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
    if (!(*language)->installed)
        return err_set(e, "%s is not installed here (no %s): apt-get install %s", (*language)->name,
                       (*language)->missing, (*language)->package);
    return 0;
}

static int read_sources(struct local_sources *sources, bool any, const char *folder, char *const *names,
                        size_t name_count, const char *language_name, const struct languages *languages, struct err *e)
{
    const struct language *language = NULL;
    memset(sources, 0, sizeof *sources);
    sources->any = any;
    if (local_sources_language(language_name, languages, &language, e) != 0)
        return -1;
    for (size_t i = 0; i < name_count; i++) {
        char above[PATH_MAX];
        struct local_source *row = add(sources, names[i], false, e);
        if (row == NULL)
            return -1;
        fill(row, verdict_folder(names[i], above, sizeof above), language, languages);
    }
    if (name_count > 0)
        return 0;
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/solutions", folder) != 0)
        return err_set(e, "%.64s...: the name is too long", folder);
    if (access(path, F_OK) != 0)
        return err_set(e, "%s has no solutions/: name the sources, or put them there", folder);
    if (find_in(sources, path, NULL, language, languages, e) != 0)
        return -1;
    return sources->count > 0
               ? 0
               : err_set(e, "%s has no source of %s", path, language == NULL ? "a known language" : language->name);
}

bool local_sources_differs(const struct local_source *source, const struct judgement *judgement)
{
    enum { FULL = 100000 };
    if (source->partial)
        return judgement->verdict == VERDICT_AC || judgement->score == 0 || judgement->score == FULL;
    return source->expected != 0 && (source->expected & 1U << judgement->verdict) == 0;
}

int local_sources_read(struct local_sources *sources, const char *folder, char *const *names, size_t name_count,
                       const char *language, const struct languages *languages, struct err *e)
{
    return read_sources(sources, false, folder, names, name_count, language, languages, e);
}

int local_sources_read_any(struct local_sources *sources, const char *folder, char *const *names, size_t name_count,
                           const char *language, const struct languages *languages, struct err *e)
{
    return read_sources(sources, true, folder, names, name_count, language, languages, e);
}

void local_sources_fini(struct local_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        free(sources->rows[i].bytes);
    free(sources->rows);
    memset(sources, 0, sizeof *sources);
}
