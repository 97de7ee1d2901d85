/*
 * text.c - see text.h. Pure functions.
 */
#include "judge_client/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* The length of the valid UTF-8 character at p, or 0. RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char low, high;   /* of the first byte */
        unsigned char low2, high2; /* of the second */
        unsigned char length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (p[0] < rows[i].low || p[0] > rows[i].high)
            continue;
        if (left < rows[i].length || p[1] < rows[i].low2 || p[1] > rows[i].high2)
            return 0;
        for (size_t j = 2; j < rows[i].length; j++) {
            if ((p[j] & 0xc0) != 0x80)
                return 0;
        }
        return rows[i].length;
    }
    return 0;
}

/* U+0080 to U+009F: control characters of two bytes. A terminal may take U+009B for the start of an escape sequence. */
static bool is_wide_control(const unsigned char *p, size_t length)
{
    return length == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

/* The length of the escape sequence at p (ESC [ ... letter, ESC ] ... BEL, ESC x). */
static size_t escape_length(const unsigned char *p, size_t left)
{
    size_t i = 2;
    if (left < 2)
        return left;
    if (p[1] == '[') {
        while (i < left && (p[i] < 0x40 || p[i] > 0x7e))
            i++;
        return i < left ? i + 1 : left;
    }
    if (p[1] == ']') {
        while (i < left && p[i] != 7 && p[i] != 27 && p[i] != '\n')
            i++;
        return i < left && p[i] == 7 ? i + 1 : i;
    }
    return 2;
}

void text_clean(char *clean, size_t size, const char *raw, size_t raw_size)
{
    static const char more[] = "\n...";
    const unsigned char *p = (const unsigned char *)raw;
    size_t left = raw_size;
    size_t length = 0;
    while (left > 0) {
        size_t take = utf8_length(p, left);
        size_t skip = take == 0 ? 1 : take;
        const char *from = take == 0 ? "?" : (const char *)p;
        if (p[0] == 27) {
            skip = escape_length(p, left);
            take = 0;
        } else if ((p[0] < ' ' && p[0] != '\t' && p[0] != '\n') || p[0] == 127 || is_wide_control(p, take)) {
            take = 0;
        } else if (take == 0) {
            take = 1;
        }
        if (length + take + sizeof more > size) {
            if (size >= sizeof more)
                memcpy(clean + length, more, sizeof more - 1);
            length += size >= sizeof more ? sizeof more - 1 : 0;
            break;
        }
        memcpy(clean + length, from, take);
        length += take;
        p += skip;
        left -= skip;
    }
    clean[length] = '\0';
}

void text_show_end(char *shown, size_t size, size_t raw_most, const char *raw, size_t raw_size)
{
    struct {
        const unsigned char *p;
        size_t left;
    } at = {(const unsigned char *)raw, raw_size};
    size_t length = 0;
    if (raw_size > raw_most) {
        at.p += raw_size - raw_most;
        at.left = raw_most;
        const unsigned char *line = raw_most > 0 ? memchr(at.p, '\n', raw_most - 1) : NULL;
        size_t skip = line != NULL ? (size_t)(line + 1 - at.p) : 0;
        while (line == NULL && skip < 3 && skip < raw_most && (at.p[skip] & 0xc0) == 0x80)
            skip++; /* of a character whose first bytes are left out */
        at.p += skip;
        at.left -= skip;
        (void)str_copy(shown, size, "...\n"); /* it fits */
        length = 4;
    }
    while (at.left > 0) {
        size_t take = utf8_length(at.p, at.left);
        char escape[8];
        const char *from = (const char *)at.p;
        size_t count = take;
        if (at.p[0] == '\r' && at.left > 1 && at.p[1] == '\n') {
            count = 0;
        } else if (take == 0 || (at.p[0] < ' ' && at.p[0] != '\t' && at.p[0] != '\n') || at.p[0] == 127 ||
                   is_wide_control(at.p, take)) {
            take = 1;
            count = (size_t)snprintf(escape, sizeof escape, "\\x%02x", at.p[0]);
            from = escape;
        }
        if (length + count >= size)
            break;
        memcpy(shown + length, from, count);
        length += count;
        at.p += take;
        at.left -= take;
    }
    shown[length] = '\0';
}

static bool is_path_byte(char byte)
{
    return isalnum((unsigned char)byte) || (byte != '\0' && strchr("_.+-/", byte) != NULL);
}

/* The length of the path at p where it leads into one of the hidden folders, else 0. */
static size_t hidden_path(const char *p)
{
    static const char *const folders[] = {"/usr/", "/lib/", "/lib64/", "/bin/", "/box/", "/program/", "/tmp/"};
    size_t length = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && length == 0; i++) {
        while (str_starts(p, folders[i]) && is_path_byte(p[length]))
            length++;
    }
    return length;
}

void text_hide_folders(char *text)
{
    char *to = text;
    char before = ' ';
    for (const char *from = text; *from != '\0';) {
        if (str_starts(from, "file:///"))
            from += sizeof "file://" - 1;
        size_t length = *from == '/' && !is_path_byte(before) ? hidden_path(from) : 0;
        const char *end = from + (length > 0 ? length : 1);
        for (const char *p = from; length > 0 && p < end; p++)
            from = *p == '/' ? p + 1 : from;
        before = end[-1];
        while (from < end)
            *to++ = *from++;
    }
    *to = '\0';
}

int text_json(char *out, size_t size, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text);
    size_t length = 0;
    if (size < 3)
        return -1;
    out[length++] = '"';
    while (left > 0) {
        char escape[8];
        size_t take = utf8_length(p, left);
        const char *from = (const char *)p;
        size_t count = take;
        if (take == 0) {
            from = "\\ufffd";
            count = 6;
            take = 1;
        } else if (p[0] == '"' || p[0] == '\\' || p[0] < ' ' || p[0] == 127) {
            count = (size_t)snprintf(escape, sizeof escape, p[0] == '"' || p[0] == '\\' ? "\\%c" : "\\u%04x", p[0]);
            from = escape;
        } else if (is_wide_control(p, take)) {
            count = (size_t)snprintf(escape, sizeof escape, "\\u%04x", p[1]);
            from = escape;
        }
        if (length + count + 2 > size)
            return -1;
        memcpy(out + length, from, count);
        length += count;
        p += take;
        left -= take;
    }
    out[length++] = '"';
    out[length] = '\0';
    return (int)length;
}
