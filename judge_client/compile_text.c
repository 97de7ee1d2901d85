/*
 * compile_text.c - see compile_text.h. Pure; runs in judge_client.
 */
#include "judge_client/compile_text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum { DIGITS = 9 };

struct output {
    char *bytes;
    size_t size, used;
};

static void put(struct output *out, const char *bytes, size_t count)
{
    size_t room = out->size - 1 - out->used;
    size_t fits = count < room ? count : room;
    memcpy(out->bytes + out->used, bytes, fits);
    out->used += fits;
    out->bytes[out->used] = '\0';
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || (byte != '\0' && strchr("_.+-/", byte) != NULL);
}

/* ---- lines as the student counts them */

/* The length of what stands between a file's name and a line's number, or 0. */
static size_t separator_length(const char *text)
{
    static const char *const separators[] = {"\", line ", "', line ", ", line ", " line ", " on line ", ":", "("};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t length = strlen(separators[i]);
        if (str_starts(text, separators[i]) && isdigit((unsigned char)text[length]))
            return length;
    }
    return 0;
}

static size_t read_number(const char *text, size_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digits < DIGITS && isdigit((unsigned char)text[digits]); digits++)
        *number = 10 * *number + (size_t)(text[digits] - '0');
    return digits;
}

/* The file that line is of, and its number there. */
static const char *place_of(const struct compile_wrap *wrap, const char *name, size_t *line)
{
    if (*line <= wrap->before_lines)
        return wrap->before;
    *line -= wrap->before_lines;
    if (*line <= wrap->own_lines || wrap->after[0] == '\0')
        return name;
    *line -= wrap->own_lines;
    return wrap->after;
}

/* What gcc quotes: `   12 |   int a;`. Returns what was taken of text, at the start of a line, or 0. */
static size_t shift_gutter(struct output *out, const char *text, const char *name, const struct compile_wrap *wrap)
{
    char number[32];
    size_t blanks = strspn(text, " ");
    size_t line;
    size_t digits = read_number(text + blanks, &line);
    if (digits == 0 || !str_starts(text + blanks + digits, " |"))
        return 0;
    (void)place_of(wrap, name, &line);
    (void)str_format(number, sizeof number, "%*zu", (int)(blanks < 16 ? blanks + digits : digits), line); /* it fits */
    put(out, number, strlen(number));
    return blanks + digits;
}

void compile_text_shift(char *text, size_t size, const char *name, const struct compile_wrap *wrap)
{
    char *copy = wrap->wrapped ? strdup(text) : NULL;
    struct output out = {text, size, 0};
    size_t length = strlen(name);
    if (copy == NULL)
        return; /* without memory the numbers stay as they are */
    text[0] = '\0';
    for (const char *at = copy; *at != '\0';) {
        bool starts = at == copy || at[-1] == '\n';
        size_t taken = starts ? shift_gutter(&out, at, name, wrap) : 0;
        if (taken == 0 && str_starts(at, name) && (starts || !is_name_byte(at[-1]))) {
            size_t separator = separator_length(at + length);
            size_t line;
            size_t digits = separator == 0 ? 0 : read_number(at + length + separator, &line);
            const char *file = digits == 0 ? name : place_of(wrap, name, &line);
            char number[24] = "";
            if (digits > 0)
                (void)str_format(number, sizeof number, "%zu", line); /* it fits */
            put(&out, file, strlen(file));
            put(&out, at + length, separator);
            put(&out, number, strlen(number));
            taken = length + separator + digits;
        } else if (taken == 0) {
            put(&out, at, 1);
            taken = 1;
        }
        at += taken;
    }
    free(copy);
}

/* ---- what must not be quoted */

/* Does the line name the file as a message does: before a colon, a bracket or a line's number? */
static bool names_file(const char *line, size_t length, const char *name)
{
    size_t name_length = strlen(name);
    for (const char *at = line; (at = memmem(at, length - (size_t)(at - line), name, name_length)) != NULL; at++) {
        const char *end = at + name_length;
        bool begins = at == line || !is_name_byte(at[-1]) || at[-1] == '/';
        if (begins && end < line + length && (*end == ':' || *end == '(' || separator_length(end) > 0))
            return true;
    }
    return false;
}

static bool names_any(const char *line, size_t length, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (names_file(line, length, names[i]))
            return true;
    }
    return false;
}

/* A line that is a compiler's own, and quotes nothing. */
static bool is_plain(const char *line, size_t length)
{
    static const char undefined[] = ": undefined reference to", twice[] = ": multiple definition of";
    static const char *const words[] = {
        "error:",    "error[", "warning:",     "note:",   "Error:",           "Warning:",  "Fatal:",
        "collect2:", "cc1",    "ld:",          "symbol:", "location:",        "required:", "found:",
        "reason:",   "Sorry:", "SyntaxError:", "Note:",   "IndentationError:"};
    size_t number;
    if (memmem(line, length, undefined, sizeof undefined - 1) != NULL ||
        memmem(line, length, twice, sizeof twice - 1) != NULL)
        return true; /* the linker, which knows no text */
    line += strspn(line, " ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(line, words[i]))
            return true;
    }
    size_t digits = read_number(line, &number);
    return digits > 0 && (str_starts(line + digits, " error") || str_starts(line + digits, " warning"));
}

/* Does the line begin a message about some file: `Main.cc:3:`, `Main.pas(3,5)`, `File "Main.py", line 3`? */
static bool begins_message(const char *line, size_t length)
{
    const char *end = line + length;
    const char *at = line + strspn(line, " ");
    if (str_starts(at, "File \"") || str_starts(at, "In file included from") || str_starts(at, "--> "))
        return true;
    if (at != line)
        return false;
    while (at < end && is_name_byte(*at))
        at++;
    const char *dot = memchr(line, '.', (size_t)(at - line));
    return dot != NULL && at < end && separator_length(at) > 0;
}

void compile_text_hide(char *text, const char *const *names)
{
    char *out = text;
    bool hides = false;
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        size_t whole = length + (line[length] == '\n');
        bool named = names_any(line, length, names);
        bool message = named || begins_message(line, length) || is_plain(line, length);
        if (named)
            hides = true;
        else if (begins_message(line, length))
            hides = false;
        if (message || !hides) {
            memmove(out, line, whole);
            out += whole;
        }
        line += whole;
    }
    *out = '\0';
}

bool compile_text_names(const char *text, const char *name)
{
    return names_file(text, strlen(text), name);
}
