/*
 * conf.c - see conf.h. Reads a file of settings line by line, and answers for its values. Used by every program, under
 * any uid, for files of administrators and of teachers: nothing in them is believed before the table has been asked.
 *
 * All of it is ours because iniparser, which reads such files, cuts a value at a quote within quotes, refuses a file
 * for a line of more than 1,000 characters or a byte order mark, lets the second of two equal keys win, and tells no
 * line. It never writes, and keeps no file open.
 */
#include "common/conf.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/conf_parts.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

#define CONF_FILE_BYTES (1024 * 1024)
#define CONF_SECTIONS 1024 /* looking for one twice stays quick */

struct conf_place {
    const char *name;
    int line;
};

struct conf {
    const struct conf_key *keys;
    char *text; /* the file; its lines are cut up in place */
    struct conf_entry *entries;
    size_t count, room;
    struct conf_place sections[CONF_SECTIONS];
    size_t section_count;
};

/* ---- reading */

/* Reads all of fd into text (size bytes). Returns the length, which is size for a file that does not fit; or -1. */
static ssize_t read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    while (length < size) {
        ssize_t count = pread(fd, text + length, size - length, (off_t)length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    return (ssize_t)length;
}

/* The text of fd, terminated, or NULL with e. */
static char *load(int fd, const char *path, struct err *e)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        (void)err_sys(e, errno, "%s", path);
        return NULL;
    }
    if (!S_ISREG(info.st_mode)) {
        (void)err_set(e, "%s: not a file", path);
        return NULL;
    }
    size_t size = info.st_size < CONF_FILE_BYTES ? (size_t)info.st_size + 1 : CONF_FILE_BYTES + 1; /* it may grow */
    char *text = malloc(size + 1);
    if (text == NULL) {
        (void)err_sys(e, ENOMEM, "read %s", path);
        return NULL;
    }
    ssize_t length = read_all(fd, text, size);
    if (length < 0) {
        (void)err_sys(e, errno, "read %s", path);
    } else if (info.st_size > CONF_FILE_BYTES) {
        (void)err_set(e, "%s: larger than %d bytes", path, CONF_FILE_BYTES);
    } else if ((size_t)length == size) {
        (void)err_set(e, "%s: it grows while it is read", path);
    } else {
        text[length] = '\0';
        const char *nul = memchr(text, '\0', (size_t)length);
        if (nul == NULL)
            return text;
        int line = 1;
        for (const char *at = text; at < nul; at++)
            line += *at == '\n';
        if (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)
            (void)err_set(e, "%s: saved as UTF-16 (save it as UTF-8)", path);
        else
            (void)err_set(e, "%s:%d: a NUL byte: not a text file", path, line);
    }
    free(text);
    return NULL;
}

/* ---- parsing */

/* Cuts the blanks off both ends of text, in place. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    text[length] = '\0';
    return text;
}

/* `[name]`, and a comment perhaps. */
static int parse_section(struct conf *conf, char *text, int line, struct err *e)
{
    char *end = strchr(text, ']');
    if (end == NULL)
        return err_set(e, "'[' without ']'");
    char *rest = end + 1;
    const char *after = rest + strspn(rest, " \t");
    if (*after != '\0' && (after == rest || (*after != '#' && *after != ';')))
        return err_set(e, "text after ']'");
    *end = '\0';
    const char *name = trim(text + 1);
    if (*name == '\0' || !conf_has_section(conf->keys, name))
        return conf_unknown_section(conf->keys, name, e);
    for (size_t i = 0; i < conf->section_count; i++) {
        if (strcmp(conf->sections[i].name, name) == 0)
            return err_set(e, "section [%.64s] again (it begins in line %d)", name, conf->sections[i].line);
    }
    if (conf->section_count == CONF_SECTIONS)
        return err_set(e, "more than %d sections", CONF_SECTIONS);
    conf->sections[conf->section_count++] = (struct conf_place){name, line};
    return 0;
}

/* Makes room for one entry more. */
static int grow(struct conf *conf, struct err *e)
{
    if (conf->count < conf->room)
        return 0;
    size_t room = conf->room == 0 ? 32 : conf->room * 2;
    struct conf_entry *entries = realloc(conf->entries, room * sizeof *entries);
    if (entries == NULL)
        return err_sys(e, ENOMEM, "its keys");
    conf->entries = entries;
    conf->room = room;
    return 0;
}

/* `name = value`, and a comment perhaps. */
static int parse_key(struct conf *conf, char *text, int line, struct err *e)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return err_set(e, "neither [section] nor key = value");
    const char *section = conf->section_count == 0 ? "" : conf->sections[conf->section_count - 1].name;
    *equals = '\0';
    struct conf_entry entry = {.section = section, .name = trim(text), .line = line};
    if (*entry.name == '\0')
        return err_set(e, "no key before '='");
    if (*section == '\0' && !conf_has_section(conf->keys, ""))
        return err_set(e, "key '%.64s' before the first [section]", entry.name);
    entry.key = conf_find_key(conf->keys, section, entry.name);
    if (entry.key == NULL)
        return conf_unknown_key(conf->keys, section, entry.name, e);
    for (size_t i = conf->count; i > 0 && conf->entries[i - 1].section == section; i--) {
        if (strcmp(conf->entries[i - 1].name, entry.name) == 0)
            return err_set(e, "key '%s' again (it is in line %d)", entry.name, conf->entries[i - 1].line);
    }
    if (conf_cut_value(equals + 1, entry.key->type, &entry.value, e) != 0)
        return err_add(e, "%s", entry.name);
    if (conf_check_value(&entry, e) != 0 || grow(conf, e) != 0)
        return -1;
    conf->entries[conf->count++] = entry;
    return 0;
}

static int parse_line(struct conf *conf, char *text, int line, struct err *e)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\r')
        text[length - 1] = '\0';
    for (const char *at = text; *at != '\0'; at++) {
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 127)
            return err_set(e, "a control character (0x%02x)", (unsigned char)*at);
    }
    text = trim(text);
    if (*text == '\0' || *text == '#' || *text == ';')
        return 0;
    return *text == '[' ? parse_section(conf, text, line, e) : parse_key(conf, text, line, e);
}

static int parse(struct conf *conf, const char *path, struct err *e)
{
    char *text = conf->text;
    if (str_starts(text, "\xef\xbb\xbf"))
        text += 3;
    for (int line = 1; text != NULL; line++) {
        char *end = strchr(text, '\n');
        if (end != NULL)
            *end = '\0';
        if (parse_line(conf, text, line, e) != 0)
            return err_add(e, "%s:%d", path, line);
        text = end == NULL ? NULL : end + 1;
    }
    return 0;
}

struct conf *conf_open_fd(int fd, const char *path, const struct conf_key *keys, struct err *e)
{
    struct conf *conf = calloc(1, sizeof *conf);
    if (conf == NULL) {
        (void)err_sys(e, ENOMEM, "read %s", path);
        return NULL;
    }
    conf->keys = keys;
    conf->text = load(fd, path, e);
    if (conf->text == NULL || parse(conf, path, e) != 0) {
        conf_close(conf);
        return NULL;
    }
    return conf;
}

struct conf *conf_open(const char *path, const struct conf_key *keys, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a fifo must not hold us */
    if (fd < 0) {
        (void)err_sys(e, errno, "open %s", path);
        return NULL;
    }
    struct conf *conf = conf_open_fd(fd, path, keys, e);
    file_close(&fd);
    return conf;
}

void conf_close(struct conf *conf)
{
    if (conf == NULL)
        return;
    free(conf->entries);
    free(conf->text);
    free(conf);
}

/* ---- answering */

static const struct conf_entry *find(const struct conf *conf, const char *section, const char *name)
{
    if (conf == NULL)
        return NULL;
    assert(conf_find_key(conf->keys, section, name) != NULL);
    for (size_t i = 0; i < conf->count; i++) {
        const struct conf_entry *entry = &conf->entries[i];
        if (strcmp(entry->name, name) == 0 && strcmp(entry->section, section) == 0)
            return entry;
    }
    return NULL;
}

const char *conf_text(const struct conf *conf, const char *section, const char *name, const char *otherwise)
{
    const struct conf_entry *entry = find(conf, section, name);
    return entry == NULL ? otherwise : entry->value;
}

int64_t conf_int(const struct conf *conf, const char *section, const char *name, int64_t otherwise)
{
    const struct conf_entry *entry = find(conf, section, name);
    assert(entry == NULL || entry->key->type == CONF_INT);
    return entry == NULL ? otherwise : entry->number;
}

double conf_decimal(const struct conf *conf, const char *section, const char *name, double otherwise)
{
    const struct conf_entry *entry = find(conf, section, name);
    assert(entry == NULL || entry->key->type == CONF_DECIMAL);
    return entry == NULL ? otherwise : entry->decimal;
}

bool conf_bool(const struct conf *conf, const char *section, const char *name, bool otherwise)
{
    const struct conf_entry *entry = find(conf, section, name);
    assert(entry == NULL || entry->key->type == CONF_BOOL);
    return entry == NULL ? otherwise : entry->number != 0;
}

int conf_choice(const struct conf *conf, const char *section, const char *name, int otherwise)
{
    const struct conf_entry *entry = find(conf, section, name);
    assert(entry == NULL || entry->key->type == CONF_CHOICE);
    return entry == NULL ? otherwise : (int)entry->number;
}

int conf_line(const struct conf *conf, const char *section, const char *name)
{
    if (conf == NULL)
        return 0;
    if (name != NULL) {
        const struct conf_entry *entry = find(conf, section, name);
        return entry == NULL ? 0 : entry->line;
    }
    for (size_t i = 0; i < conf->section_count; i++) {
        if (strcmp(conf->sections[i].name, section) == 0)
            return conf->sections[i].line;
    }
    return 0;
}

const char *conf_section(const struct conf *conf, size_t i)
{
    return conf != NULL && i < conf->section_count ? conf->sections[i].name : NULL;
}

bool conf_has(const struct conf *conf, const char *name)
{
    const char *section;
    for (size_t i = 0; conf != NULL && (section = conf_section(conf, i)) != NULL; i++) {
        if (strcmp(section, name) == 0)
            return true;
    }
    return false;
}
