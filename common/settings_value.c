/*
 * settings_value.c - one setting between text and its field. Used by every program under any uid; pure functions, and a secret
 * never gets into a message.
 */
#include "common/settings_parts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_parts.h"
#include "common/str.h"

#include "common/banned.h"

enum { LANGUAGE_TEXT = 256 };

/* Where the field of row is. */
static void *field(struct settings *settings, const struct settings_row *row)
{
    return (char *)settings + row->offset;
}

static const void *const_field(const struct settings *settings, const struct settings_row *row)
{
    return (const char *)settings + row->offset;
}

static void store(struct settings *settings, const struct settings_row *row, int64_t number)
{
    if (row->size == sizeof(int64_t)) {
        memcpy(field(settings, row), &number, sizeof number);
    } else if (row->size == sizeof(bool)) {
        bool flag = number != 0;
        memcpy(field(settings, row), &flag, sizeof flag);
    } else {
        int narrow = (int)number;
        assert(row->size == sizeof narrow && narrow == number);
        memcpy(field(settings, row), &narrow, sizeof narrow);
    }
}

static int64_t load(const struct settings *settings, const struct settings_row *row)
{
    if (row->size == sizeof(int64_t)) {
        int64_t number;
        memcpy(&number, const_field(settings, row), sizeof number);
        return number;
    }
    if (row->size == sizeof(bool)) {
        bool flag;
        memcpy(&flag, const_field(settings, row), sizeof flag);
        return flag;
    }
    int narrow;
    assert(row->size == sizeof narrow);
    memcpy(&narrow, const_field(settings, row), sizeof narrow);
    return narrow;
}

/* ---- text to field */

static int set_text(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                    struct err *e)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 127)
            return err_set(e, "%s: a control character (0x%02x)", called, (unsigned char)*at);
    }
    if (strlen(text) >= row->size)
        return err_set(e, "%s: longer than %zu bytes", called, row->size - 1);
    return str_copy(field(settings, row), row->size, text);
}

static int set_place(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                     struct err *e)
{
    char path[2 * PATH_MAX];
    if (*text == '\0' || *text == '/')
        return set_text(settings, row, called, text, e);
    if (str_format(path, sizeof path, "%s/%s", settings->home, text) != 0)
        return err_set(e, "%s: too long for a path", called);
    return set_text(settings, row, called, path, e);
}

static int set_node(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                    struct err *e)
{
    if (*text == '\0') {
        settings_node_default(settings->home, settings->node);
        return 0;
    }
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (text[length] != '\0' || length >= row->size)
        return err_set(e, "%s = %.64s: must be 1 to %zu of a-z 0-9 -", called, text, row->size - 1);
    return set_text(settings, row, called, text, e);
}

static int set_languages(struct settings *settings, const struct settings_row *row, const char *called,
                         const char *text, struct err *e)
{
    int64_t bits = 0;
    const char *at = text;
    if (strcmp(text, "all") == 0) {
        store(settings, row, -1);
        return 0;
    }
    for (;;) {
        char word[8];
        int64_t number;
        at += strspn(at, " \t");
        size_t length = strcspn(at, ", \t");
        if (str_format(word, sizeof word, "%.*s", (int)length, at) != 0 ||
            str_to_int64(word, row->low, row->high, &number) != 0)
            break;
        bits |= INT64_C(1) << number;
        at += length;
        at += strspn(at, " \t");
        if (*at == '\0') {
            store(settings, row, bits);
            return 0;
        }
        if (*at++ != ',')
            break;
    }
    return err_set(e, "%s = %.64s: must be all, or numbers from %" PRId64 " to %" PRId64 " with commas between", called,
                   text, row->low, row->high);
}

/* What conf.c checks, checked as it does it. */
static int set_checked(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                       struct err *e)
{
    static const enum conf_type types[] = {
        [SETTINGS_INT] = CONF_INT,   [SETTINGS_AUTO] = CONF_INT,      [SETTINGS_DECIMAL] = CONF_DECIMAL,
        [SETTINGS_BOOL] = CONF_BOOL, [SETTINGS_CHOICE] = CONF_CHOICE,
    };
    const struct conf_key key = {row->section, called, types[row->kind], row->low, row->high, row->words, row->help};
    char *copy = strdup(text);
    if (copy == NULL)
        return err_set(e, "%s: no memory", called);
    struct conf_entry entry = {.section = row->section, .name = called, .value = copy, .key = &key};
    int result = conf_check_value(&entry, e);
    free(copy);
    if (result != 0)
        return -1;
    if (row->kind == SETTINGS_DECIMAL)
        memcpy(field(settings, row), &entry.decimal, sizeof entry.decimal);
    else if (row->kind == SETTINGS_CHOICE && row->size == SETTINGS_TEXT)
        return str_copy(field(settings, row), row->size, text);
    else
        store(settings, row, row->scale == 0 ? entry.number : entry.number * row->scale);
    return 0;
}

int settings_set(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                 struct err *e)
{
    switch (row->kind) {
    case SETTINGS_TEXT_LINE:
    case SETTINGS_SECRET:
    case SETTINGS_FILE:
        return set_text(settings, row, called, text, e);
    case SETTINGS_PLACE:
        return set_place(settings, row, called, text, e);
    case SETTINGS_NODE_NAME:
        return set_node(settings, row, called, text, e);
    case SETTINGS_EXAM:
        return settings_exam_check(called, text, e) != 0 ? -1 : set_text(settings, row, called, text, e);
    case SETTINGS_LANGUAGES:
        return set_languages(settings, row, called, text, e);
    case SETTINGS_AUTO:
        if (strcmp(text, "auto") == 0) {
            store(settings, row, row->low - 1);
            return 0;
        }
        if (set_checked(settings, row, called, text, NULL) == 0)
            return 0;
        return err_set(e, "%s = %.64s: must be auto, or a whole number from %" PRId64 " to %" PRId64, called, text,
                       row->low, row->high);
    case SETTINGS_INT:
    case SETTINGS_DECIMAL:
    case SETTINGS_BOOL:
    case SETTINGS_CHOICE:
        break;
    }
    return set_checked(settings, row, called, text, e);
}

/* ---- field to text */

static void get_languages(int64_t bits, char *text, size_t size)
{
    char list[LANGUAGE_TEXT] = "";
    for (int i = 0; i < 63; i++) {
        size_t length = strlen(list);
        if ((bits >> i & 1) != 0)
            (void)str_format(list + length, sizeof list - length, length == 0 ? "%d" : ",%d", i); /* 62 of them fit */
    }
    (void)str_copy(text, size, bits == -1 ? "all" : list);
}

/* The word number `index` of the row. */
static void get_word(const struct settings_row *row, int64_t index, char *text, size_t size)
{
    const char *at = row->words;
    for (; index > 0; index--)
        at = strchr(at, ' ') + 1;
    (void)str_format(text, size, "%.*s", (int)strcspn(at, " "), at);
}

const char *settings_get(const struct settings *settings, const struct settings_row *row, char *text, size_t size)
{
    double decimal;
    switch (row->kind) {
    case SETTINGS_TEXT_LINE:
    case SETTINGS_SECRET:
    case SETTINGS_FILE:
    case SETTINGS_PLACE:
    case SETTINGS_NODE_NAME:
    case SETTINGS_EXAM:
        (void)str_copy(text, size, const_field(settings, row)); /* the caller's text is as large as any field */
        return text;
    case SETTINGS_CHOICE:
        if (row->size == SETTINGS_TEXT)
            (void)str_copy(text, size, const_field(settings, row));
        else
            get_word(row, load(settings, row), text, size);
        return text;
    case SETTINGS_LANGUAGES:
        get_languages(load(settings, row), text, size);
        return text;
    case SETTINGS_BOOL:
        (void)str_copy(text, size, load(settings, row) != 0 ? "yes" : "no");
        return text;
    case SETTINGS_DECIMAL:
        memcpy(&decimal, const_field(settings, row), sizeof decimal);
        (void)str_format(text, size, "%.15g", decimal);
        return text;
    case SETTINGS_AUTO:
        if (load(settings, row) == row->low - 1) {
            (void)str_copy(text, size, "auto");
            return text;
        }
        break;
    case SETTINGS_INT:
        break;
    }
    (void)str_format(text, size, "%" PRId64, load(settings, row) / row->scale);
    return text;
}

void settings_defaults(struct settings *settings, bool hustoj)
{
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        struct err e = {""};
        bool other = hustoj && row->hustoj_fallback != NULL;
        int result = settings_set(settings, row, row->name, other ? row->hustoj_fallback : row->fallback, &e);
        assert(result == 0); /* tests/unit/test_settings.c walks the table */
        (void)result;
    }
}
