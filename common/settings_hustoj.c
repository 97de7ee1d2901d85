/*
 * settings_hustoj.c - judge.conf as HUSTOJ has it: `OJ_KEY=value`, a line each. Used by every program under any uid.
 *
 * It reads what HUSTOJ reads and goes on where HUSTOJ goes on: a site that ran with a file starts with it. So the last of
 * two lines wins, a key is known by how a line begins, a value is the first word behind '=', a number is what it begins with;
 * what is of no use is a warning and has its default. It never shows a password.
 */
#include "common/settings_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

#define BLANKS " \t\r\v\f"
#define PREFIX "OJ_"

enum { NAMES_SIZE = 512, MOST_KEYS = 96 };

struct reader {
    struct settings *settings;
    const char *file;
    int line;
    bool problem;              /* the file is a problem's */
    int redis, http, download; /* -1: the file does not say */
    char idle[NAMES_SIZE];     /* keys that are there and have no meaning here */
};

/* Keys that a row of settings.def does not cover. */
enum special { IDLE, REDIS, HTTP, DOWNLOAD };
static const struct {
    const char *name;
    enum special special;
} special_keys[] = {
    {"OJ_REDISENABLE", REDIS},    {"OJ_HTTP_JUDGE", HTTP},    {"OJ_HTTP_DOWNLOAD", DOWNLOAD}, {"OJ_DEDICATED", IDLE},
    {"OJ_INTERNAL_CLIENT", IDLE}, {"OJ_JAVA_XMS", IDLE},      {"OJ_JAVA_XMX", IDLE},          {"OJ_SHM_RUN", IDLE},
    {"OJ_COMPILE_CHROOT", IDLE},  {"OJ_USE_PTRACE", IDLE},    {"OJ_USE_DOCKER", IDLE},        {"OJ_DOCKER_PATH", IDLE},
    {"OJ_PYTHON_FREE", IDLE},     {"OJ_PHP_PATH", IDLE},      {"OJ_HTTP_BASEURL", IDLE},      {"OJ_HTTP_APIPATH", IDLE},
    {"OJ_HTTP_LOGINPATH", IDLE},  {"OJ_HTTP_PASSWORD", IDLE},
};
enum { SPECIAL_KEYS = sizeof special_keys / sizeof *special_keys };

/* What a line's key is: one of the two, or neither. */
struct key {
    const struct settings_row *row;
    int special; /* index, or -1 */
    const char *name;
};

/* A warning about the line. What it shows of the file has no control characters. */
__attribute__((format(printf, 2, 3))) static void warn(const struct reader *reader, const char *format, ...)
{
    char text[sizeof((struct err *)NULL)->text];
    struct err e;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* a cut warning is still a warning */
    va_end(args);
    (void)err_set(&e, "%s", text);
    settings_warn(reader->settings, "%s:%d: %s", reader->file, reader->line, e.text);
}

/* ---- keys */

/* The key of that name; else the longest one that name begins with, as HUSTOJ compares. */
static struct key find_key(const char *name)
{
    struct key best = {NULL, -1, NULL};
    size_t longest = 0;
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        if (row->hustoj != NULL && str_starts(name, row->hustoj) && strlen(row->hustoj) > longest) {
            longest = strlen(row->hustoj);
            best = (struct key){row, -1, row->hustoj};
        }
    }
    for (int i = 0; i < SPECIAL_KEYS; i++) {
        if (str_starts(name, special_keys[i].name) && strlen(special_keys[i].name) > longest) {
            longest = strlen(special_keys[i].name);
            best = (struct key){NULL, i, special_keys[i].name};
        }
    }
    return best;
}

static void warn_unknown(const struct reader *reader, const char *name)
{
    const char *names[MOST_KEYS + 1];
    char large[64];
    size_t count = 0;
    for (const struct settings_row *row = settings_rows; row->section != NULL && count < MOST_KEYS; row++) {
        if (row->hustoj != NULL)
            names[count++] = row->hustoj;
    }
    for (size_t i = 0; i < SPECIAL_KEYS && count < MOST_KEYS; i++)
        names[count++] = special_keys[i].name;
    names[count] = NULL;
    (void)str_copy(large, sizeof large, name); /* cut: it is for a hint */
    for (char *at = large; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    const char *nearest = str_nearest(large, names);
    warn(reader, "unknown key '%.64s'%s%s%s: left out", name, nearest == NULL ? "" : " (did you mean ",
         nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}

/* Remembers a key without a meaning here, once. */
static void add_idle(struct reader *reader, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(reader->idle, name); at != NULL; at = strstr(at + 1, name)) {
        if (at[length] == ' ' || at[length] == '\0')
            return;
    }
    size_t used = strlen(reader->idle);
    (void)str_format(reader->idle + used, sizeof reader->idle - used, " %s", name); /* all of them fit */
}

/* ---- values */

/* The first word, in place. */
static char *first_word(char *text)
{
    text += strspn(text, BLANKS);
    text[strcspn(text, BLANKS)] = '\0';
    return text;
}

/* A password to the end of the line, without the blanks around it: it may hold blanks and any sign. What looks like a remark,
 * behind a blank, is none of it; HUSTOJ never saw beyond the first blank. */
static char *whole_line(char *text, bool *blanks)
{
    text += strspn(text, BLANKS);
    size_t length = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool is_blank = strchr(BLANKS, text[i]) != NULL;
        if (!is_blank && i > length && (text[i] == '#' || text[i] == ';' || str_starts(text + i, "//")))
            break;
        if (!is_blank)
            length = i + 1;
    }
    text[length] = '\0';
    *blanks = strpbrk(text, BLANKS) != NULL;
    return text;
}

/* The number that text begins with, as sscanf's %d finds it. 0, or -1 where there is none. */
static int leading_number(const char *text, int64_t *number)
{
    char digits[24];
    text += *text == '+';
    size_t length = *text == '-' ? 1 : 0;
    length += strspn(text + length, "0123456789");
    return str_format(digits, sizeof digits, "%.*s", (int)length, text) == 0 &&
                   str_to_int64(digits, INT32_MIN, INT32_MAX, number) == 0
               ? 0
               : -1;
}

/* What is in force instead of a value that is of no use. */
static const char *instead(const struct reader *reader)
{
    return reader->problem ? "the site's is used" : "has its default";
}

/* A number that is in range, or a warning. */
static int take_number(const struct reader *reader, const char *name, const char *word, int64_t low, int64_t high,
                       int64_t *number)
{
    if (leading_number(word, number) == 0 && *number >= low && *number <= high)
        return 0;
    warn(reader, "%s=%.64s: must be a whole number from %" PRId64 " to %" PRId64 ": %s", name, word, low, high,
         instead(reader));
    return -1;
}

static void set_row(struct reader *reader, const struct settings_row *row, const char *text)
{
    struct err e;
    if (settings_set(reader->settings, row, row->hustoj, text, &e) == 0)
        return;
    warn(reader, "%s: %s", e.text, instead(reader));
    if (reader->problem)
        return;
    (void)settings_set(reader->settings, row, row->hustoj,
                       row->hustoj_fallback == NULL ? row->fallback : row->hustoj_fallback,
                       NULL); /* a default is fine */
}

static void set_number(struct reader *reader, const struct settings_row *row, const char *word)
{
    int64_t number = 0;
    char digits[24];
    bool flag = row->kind == SETTINGS_BOOL;
    if (row->offset == offsetof(struct settings, workers)) {
        if (take_number(reader, row->hustoj, word, 0, INT32_MAX, &number) == 0) /* the stock file's 1 is no choice */
            (void)str_format(digits, sizeof digits, "%" PRId64, number > row->high ? row->high : number);
        set_row(reader, row, number > 1 ? digits : "auto");
        return;
    }
    if (take_number(reader, row->hustoj, word, flag ? INT32_MIN : row->low, flag ? INT32_MAX : row->high, &number) !=
        0) {
        if (!reader->problem)
            set_row(reader, row, row->hustoj_fallback == NULL ? row->fallback : row->hustoj_fallback);
        return;
    }
    if (row->offset == offsetof(struct settings, turbo) && number > 1)
        warn(reader, "%s=%.64s: taken as 1", row->hustoj, word);
    (void)str_format(digits, sizeof digits, "%" PRId64, flag ? (int64_t)(number != 0) : number); /* it fits */
    set_row(reader, row, digits);
}

static void set_node(struct reader *reader, const char *word)
{
    /* The names that stock files have are no name of this box. */
    if (*word == '\0' || strcmp(word, "IP") == 0 || strcmp(word, "admin") == 0)
        settings_node_default(reader->settings->home, reader->settings->node);
    else
        settings_node_of(word, reader->settings->node);
}

static void set_secret(struct reader *reader, const struct settings_row *row, char *text)
{
    bool blanks;
    text = whole_line(text, &blanks);
    if (blanks)
        warn(reader, "%s holds blanks: the whole line is taken", row->hustoj);
    set_row(reader, row, text);
}

static void apply_row(struct reader *reader, const struct settings_row *row, char *text)
{
    if (row->kind == SETTINGS_SECRET) {
        set_secret(reader, row, text);
        return;
    }
    char *word = first_word(text);
    switch (row->kind) {
    case SETTINGS_INT:
    case SETTINGS_AUTO:
    case SETTINGS_BOOL:
        set_number(reader, row, word);
        break;
    case SETTINGS_DECIMAL:
        word[strspn(word, "+-.0123456789eE")] = '\0';
        set_row(reader, row, word);
        break;
    case SETTINGS_NODE_NAME:
        set_node(reader, word);
        break;
    default:
        set_row(reader, row, word);
    }
}

static void apply_special(struct reader *reader, int i, char *text)
{
    int64_t number;
    if (special_keys[i].special == IDLE) {
        add_idle(reader, special_keys[i].name);
        return;
    }
    if (take_number(reader, special_keys[i].name, first_word(text), INT32_MIN, INT32_MAX, &number) != 0)
        return;
    if (special_keys[i].special == REDIS)
        reader->redis = number != 0;
    else if (special_keys[i].special == HTTP)
        reader->http = number != 0;
    else
        reader->download = (int)number;
}

/* ---- the file */

/* May a problem's file say it? What is how a submission is judged, and not what is done with the row. */
static bool is_of_problem(const struct key *key)
{
    return key->row != NULL && strcmp(key->row->section, "judging") == 0 &&
           key->row->offset != offsetof(struct settings, turbo);
}

static void apply_line(struct reader *reader, char *text)
{
    text += strspn(text, BLANKS);
    if (*text == '\0' || *text == '#' || *text == ';')
        return;
    char *value = strchr(text, '=');
    if (value == NULL) {
        warn(reader, "no '=' in the line: left out"); /* unseen: it may be a password's second half */
        return;
    }
    *value++ = '\0';
    const char *name = first_word(text);
    struct key key = find_key(name);
    if (key.name == NULL) {
        warn_unknown(reader, name);
        return;
    }
    if (reader->problem && !is_of_problem(&key))
        return; /* it may be a copy of the site's file */
    if (strcmp(key.name, name) != 0)
        warn(reader, "unknown key '%.64s': taken as %s", name, key.name);
    if (key.row != NULL)
        apply_row(reader, key.row, value);
    else
        apply_special(reader, key.special, value);
}

/* What the keys mean together. */
static void finish(struct reader *reader)
{
    struct settings *settings = reader->settings;
    const struct settings_row *sync = settings_find("data", "sync");
    char path[PATH_MAX];
    if (settings->database_host[0] == '\0' &&
        (settings->database_user[0] != '\0' || settings->database_name[0] != '\0'))
        (void)str_copy(settings->database_host, sizeof settings->database_host, "localhost"); /* it fits */
    if (reader->http > 0) {
        settings_warn(settings,
                      "%s: OJ_HTTP_JUDGE=1: judging over the site's web pages is not served: no database is used",
                      reader->file);
        settings->database_host[0] = '\0';
    }
    if (reader->redis <= 0)
        settings->redis_host[0] = '\0';
    else if (settings->redis_host[0] == '\0')
        (void)str_copy(settings->redis_host, sizeof settings->redis_host, "127.0.0.1"); /* it fits */
    if (settings->mod >= settings->total) {
        settings_warn(settings, "%s: OJ_MOD=%d is not below OJ_TOTAL=%d: all submissions are taken", reader->file,
                      settings->mod, settings->total);
        settings->total = 1;
        settings->mod = 0;
    }
    if (settings->cpu_compensation <= 0) {
        settings_warn(settings, "%s: OJ_CPU_COMPENSATION=0 would make all times 0: times are as measured",
                      reader->file);
        settings->cpu_compensation = 1;
    }
    /* Stock files say 1, by the site's pages, which means nothing without OJ_HTTP_JUDGE. */
    if (reader->download == 2 && str_format(path, sizeof path, "%s/rsync.sh", settings->home) == 0) {
        if (access(path, F_OK) == 0)
            (void)settings_set(settings, sync, sync->name, path, NULL); /* a path that is there fits */
        else
            settings_warn(settings, "%s: OJ_HTTP_DOWNLOAD=2, but %s is not there: data is not fetched", reader->file,
                          path);
    }
    if (reader->idle[0] != '\0')
        settings_warn(settings, "%s: without a meaning for this judge:%s", reader->file, reader->idle);
}

static void apply_lines(struct reader *reader, char *text)
{
    while (text != NULL) {
        char *end = strchr(text, '\n');
        if (end != NULL)
            *end++ = '\0';
        reader->line++;
        apply_line(reader, text);
        text = end;
    }
}

void settings_hustoj(struct settings *settings, const char *file, char *text)
{
    struct reader reader = {.settings = settings, .file = file, .redis = -1, .http = -1, .download = -1};
    apply_lines(&reader, text);
    finish(&reader);
}

void settings_read_problem(struct settings *settings, const char *file, char *text)
{
    struct reader reader = {.settings = settings, .file = file, .problem = true};
    double site = settings->cpu_compensation;
    apply_lines(&reader, text);
    if (settings->cpu_compensation > 0)
        return;
    settings_warn(settings, "%s: OJ_CPU_COMPENSATION=0 would make all times 0: the site's is used", file);
    settings->cpu_compensation = site;
}
