/*
 * languages.c - see languages.h. Runs in judge_node's main before it gives up root; takes a few lines of each file, and no more.
 */
#include "judge_node/languages.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

enum { FILE_BYTES = 16 << 10, FOLDERS = 3, WORD_BYTES = 64 };

/* The value in a line `name = value` of the section [language]; false where the line is another. */
static bool value_of(const char *line, const char *name, const char **value)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0)
        return false;
    line += length;
    line += strspn(line, " \t");
    if (*line != '=')
        return false;
    *value = line + 1 + strspn(line + 1, " \t");
    return true;
}

/* Adds the value's words, in small letters, each with a blank before and after it. One too many is left out. */
static void add_words(struct languages_row *row, const char *value, const char *mark)
{
    while (*value != '\0') {
        char word[WORD_BYTES];
        size_t length = strcspn(value, " \t\r\"");
        size_t used = strlen(row->words);
        if (length > 0 && length < sizeof word - 2 && used + length + 4 < sizeof row->words) {
            (void)str_format(word, sizeof word, "%s%.*s ", mark, (int)length, value); /* it fits */
            for (char *p = word; *p != '\0'; p++)
                *p = (char)tolower((unsigned char)*p);
            (void)str_copy(row->words + used, sizeof row->words - used, word); /* it fits */
        }
        value += length + strspn(value + length, " \t\r\"");
    }
}

static void take_line(struct languages_row *row, const char *line)
{
    const char *value;
    int64_t id;
    char number[16];
    if (value_of(line, "id", &value)) {
        (void)str_format(number, sizeof number, "%.*s", (int)strcspn(value, " \t\r"), value); /* a longer one is none */
        if (str_to_int64(number, 0, INT_MAX, &id) == 0)
            row->id = (int)id;
    } else if (value_of(line, "name", &value) || value_of(line, "aliases", &value)) {
        add_words(row, value, "");
    } else if (value_of(line, "suffixes", &value)) {
        add_words(row, value, ".");
    }
}

static void read_file(struct languages_table *table, int folder, const char *name)
{
    char text[FILE_BYTES];
    struct languages_row row = {.id = -1, .words = " "};
    struct err e;
    bool within = false;
    if (table->count == LANGUAGES_MOST || file_read(folder, name, text, sizeof text, &e) < 0)
        return;
    for (char *line = text, *end; line != NULL; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (*line == '[')
            within = str_starts(line, "[language]");
        else if (within)
            take_line(&row, line);
    }
    for (size_t i = 0; i < table->count; i++) { /* an administrator's file hides ours */
        if (table->rows[i].id == row.id)
            return;
    }
    if (row.id >= 0)
        table->rows[table->count++] = row;
}

static void read_folder(struct languages_table *table, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT)
            log_warn("jobs languages=%s", path);
        return;
    }
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        file_close(&fd);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe): a stream of our own */
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".ini") == 0)
            read_file(table, fd, entry->d_name);
    }
    (void)closedir(folder); /* nothing was written */
}

void languages_read(struct languages_table *table, const char *home)
{
    char self[PATH_MAX], path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    table->count = 0;
    if (str_format(path, sizeof path, "%s/etc/languages.d", home) == 0)
        read_folder(table, path);
    if (slash != NULL && str_format(path, sizeof path, "%s/../etc/languages.d", self) == 0)
        read_folder(table, path); /* build/judge_node of a source tree */
    read_folder(table, JUDGE_PREFIX "/share/judge/languages.d");
}

int languages_find(const struct languages_table *table, const char *word)
{
    static const char *const forms[] = {" %s ", " .%s "};
    char text[WORD_BYTES];
    int64_t id;
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (str_format(text, sizeof text, forms[k], word) != 0)
            return -1;
#pragma GCC diagnostic pop
        int best = -1;
        for (size_t i = 0; i < table->count; i++) {
            if (strcasestr(table->rows[i].words, text) != NULL && (best < 0 || table->rows[i].id < best))
                best = table->rows[i].id;
        }
        if (best >= 0)
            return best;
        for (size_t i = 0; k == 0 && str_to_int64(word, 0, INT_MAX, &id) == 0 && i < table->count; i++) {
            if (table->rows[i].id == id)
                return (int)id;
        }
    }
    return -1;
}
