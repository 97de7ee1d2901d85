/*
 * conf_value.c - values of a file of settings: where one ends in its line, whether it is of its key's type, and its words.
 * Used by conf.c under any uid; never believes a value to be what it should be.
 */
#include "common/conf_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/str.h"

#include "common/banned.h"

#define SHOWN ".64s" /* as much of a value as a message shows */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies what is quoted at from (a '"') to to, without quotes and escapes; to may be from. Returns the end, behind the
 * closing quote, or NULL with e. *to_end is set behind what was written. */
static const char *unquote(const char *from, char *to, char **to_end, struct err *e)
{
    for (from++; *from != '"'; from++) {
        if (*from == '\\') {
            from++;
            if (*from != '"' && *from != '\\' && *from != '\0') {
                (void)err_set(e, "a backslash in double quotes (write \\\\ for it, \\\" for a quote)");
                return NULL;
            }
        }
        if (*from == '\0') {
            (void)err_set(e, "a double quote that is not closed");
            return NULL;
        }
        *to++ = *from;
    }
    *to_end = to;
    return from + 1;
}

/* ---- where a value ends */

static int cut_quoted(char *text, char **value, struct err *e)
{
    char *end;
    const char *after = unquote(text, text, &end, e);
    if (after == NULL)
        return -1;
    const char *rest = after + strspn(after, " \t");
    if (*rest != '\0' && (rest == after || (*rest != '#' && *rest != ';')))
        return err_set(e, "text after the closing quote");
    *end = '\0';
    *value = text;
    return 0;
}

int conf_cut_value(char *text, enum conf_type type, char **value, struct err *e)
{
    char *start = text + strspn(text, " \t");
    if (type != CONF_WORDS && *start == '"')
        return cut_quoted(start, value, e);
    char *end = start; /* of what is no blank */
    bool quoted = false;
    for (char *at = start; *at != '\0'; at++) {
        if (type == CONF_WORDS && *at == '"') {
            quoted = !quoted;
        } else if (quoted && *at == '\\' && at[1] != '\0') {
            at++;
        } else if (!quoted && (*at == '#' || *at == ';')) {
            if (at > text && is_blank(at[-1]))
                break;
            return err_set(e, "'%c' in a value: put the value in double quotes, or a blank before a comment", *at);
        } else if (*at == '"') {
            return err_set(e, "'\"' in a value: put the whole value in double quotes, with \\\" for this one");
        }
        if (quoted || !is_blank(*at))
            end = at + 1;
    }
    if (quoted)
        return err_set(e, "a double quote that is not closed");
    *end = '\0';
    *value = start;
    return 0;
}

/* ---- words */

/* Cuts the next word out of *text into *to, terminated. 1; 0 where there is none; -1 with e. */
static int next_word(const char **text, char **to, struct err *e)
{
    const char *at = *text + strspn(*text, " \t\r\n");
    if (*at == '\0')
        return 0;
    while (*at != '\0' && strchr(" \t\r\n", *at) == NULL) {
        if (*at != '"') {
            *(*to)++ = *at++;
            continue;
        }
        at = unquote(at, *to, to, e);
        if (at == NULL)
            return -1;
    }
    *(*to)++ = '\0';
    *text = at;
    return 1;
}

char **conf_words(const char *text, struct err *e)
{
    size_t length = strlen(text);
    size_t most = length / 2 + 1; /* a word and a blank take two */
    char **words = malloc((most + 1) * sizeof *words + length + 1);
    if (words == NULL) {
        (void)err_sys(e, ENOMEM, "split '%" SHOWN "'", text);
        return NULL;
    }
    char *to = (char *)(words + most + 1);
    int result = 1;
    size_t count = 0;
    while (result == 1) {
        words[count] = to;
        result = next_word(&text, &to, e);
        count++;
    }
    words[count - 1] = NULL;
    if (result == 0)
        return words;
    free(words);
    return NULL;
}

/* ---- types */

/* Reads digits from *text on into *mantissa, up to 15 that count; each behind the point takes one off *exponent. */
static int read_digits(const char **text, bool fraction, int64_t *mantissa, int *exponent)
{
    int count = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, count++) {
        if (*mantissa > (INT64_C(999999999999999) - 9) / 10)
            return -1;
        *mantissa = *mantissa * 10 + (**text - '0');
        *exponent -= fraction;
    }
    return count;
}

/* A decimal number without regard to the locale. Exact up to 10^22 in either direction, as 15 digits and that power of
 * ten both are, and a product or quotient of two exact numbers is rounded once. */
static int read_decimal(const char *text, double *value)
{
    int64_t mantissa = 0;
    int64_t power = 0;
    int exponent = 0;
    bool negative = *text == '-';
    text += negative;
    int whole = read_digits(&text, false, &mantissa, &exponent);
    int fraction = 0;
    if (*text == '.') {
        text++;
        fraction = read_digits(&text, true, &mantissa, &exponent);
    }
    if (whole < 0 || fraction < 0 || whole + fraction == 0)
        return -1;
    if (*text == 'e' || *text == 'E') {
        text += text[1] == '+' && text[2] != '-' ? 2 : 1;
        if (str_to_int64(text, -300, 300, &power) != 0)
            return -1;
    } else if (*text != '\0') {
        return -1;
    }
    double number = (double)mantissa;
    for (power += exponent; power != 0 && mantissa != 0;) {
        double step = 1;
        int64_t left = power < 0 ? -power : power;
        int steps = left > 22 ? 22 : (int)left;
        for (int i = 0; i < steps; i++)
            step *= 10;
        number = power < 0 ? number / step : number * step;
        power += power < 0 ? steps : -steps;
    }
    *value = negative ? -number : number;
    return 0;
}

static int check_int(struct conf_entry *entry, struct err *e)
{
    const struct conf_key *key = entry->key;
    if (str_to_int64(entry->value, key->low, key->high, &entry->number) == 0)
        return 0;
    return err_set(e, "%s = %" SHOWN ": must be a whole number from %lld to %lld", entry->name, entry->value,
                   (long long)key->low, (long long)key->high);
}

static int check_decimal(struct conf_entry *entry, struct err *e)
{
    const struct conf_key *key = entry->key;
    if (read_decimal(entry->value, &entry->decimal) == 0 && entry->decimal >= (double)key->low &&
        entry->decimal <= (double)key->high)
        return 0;
    return err_set(e, "%s = %" SHOWN ": must be a decimal number from %lld to %lld (at most 15 digits)", entry->name,
                   entry->value, (long long)key->low, (long long)key->high);
}

static int check_bool(struct conf_entry *entry, struct err *e)
{
    static const struct {
        const char *word;
        bool value;
    } rows[] = {{"yes", true}, {"no", false},  {"true", true}, {"false", false},
                {"on", true},  {"off", false}, {"1", true},    {"0", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcasecmp(entry->value, rows[i].word) == 0) {
            entry->number = rows[i].value;
            return 0;
        }
    }
    return err_set(e, "%s = %" SHOWN ": must be yes or no", entry->name, entry->value);
}

static int check_choice(struct conf_entry *entry, struct err *e)
{
    char **choices = conf_words(entry->key->choices, e);
    if (choices == NULL)
        return -1;
    int result = -1;
    for (size_t i = 0; choices[i] != NULL && result != 0; i++) {
        if (strcmp(choices[i], entry->value) == 0) {
            entry->number = (int64_t)i;
            result = 0;
        }
    }
    if (result != 0) {
        const char *best = str_nearest(entry->value, (const char *const *)choices);
        (void)err_set(e, "%s = %" SHOWN ": must be one of: %s%s%s%s", entry->name, entry->value, entry->key->choices,
                      best == NULL ? "" : " (did you mean ", best == NULL ? "" : best, best == NULL ? "" : "?)");
    }
    free(choices);
    return result;
}

int conf_check_value(struct conf_entry *entry, struct err *e)
{
    switch (entry->key->type) {
    case CONF_INT:
        return check_int(entry, e);
    case CONF_DECIMAL:
        return check_decimal(entry, e);
    case CONF_BOOL:
        return check_bool(entry, e);
    case CONF_CHOICE:
        return check_choice(entry, e);
    case CONF_TEXT:
        return 0;
    case CONF_WORDS:
        break;
    }
    char **words = conf_words(entry->value, e);
    if (words == NULL)
        return err_add(e, "%s", entry->name);
    free(words);
    return 0;
}
