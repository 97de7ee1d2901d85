/*
 * str.c - see str.h. Used by every process under any uid; never allocates.
 */
#include "common/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

int str_copy(char *target, size_t size, const char *source)
{
    size_t length = strlen(source);
    if (length >= size) {
        memcpy(target, source, size - 1);
        target[size - 1] = '\0';
        return -1;
    }
    memcpy(target, source, length + 1);
    return 0;
}

int str_format(char *target, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(target, size, format, args);
    va_end(args);
    return length >= 0 && (size_t)length < size ? 0 : -1;
}

int str_to_int64(const char *text, int64_t low, int64_t high, int64_t *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (!isdigit((unsigned char)digits[0])) {
        errno = EINVAL;
        return -1;
    }
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end != '\0') {
        errno = EINVAL;
        return -1;
    }
    if (errno == ERANGE || number < low || number > high) {
        errno = ERANGE;
        return -1;
    }
    *value = number;
    return 0;
}

int str_to_uint64(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    if (hex ? !isxdigit((unsigned char)digits[0]) : !isdigit((unsigned char)digits[0])) {
        errno = EINVAL;
        return -1;
    }
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, hex ? 16 : 10);
    if (*end != '\0') {
        errno = EINVAL;
        return -1;
    }
    if (errno == ERANGE || number < low || number > high) {
        errno = ERANGE;
        return -1;
    }
    *value = number;
    return 0;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);
    return length > end && strcmp(text + length - end, suffix) == 0;
}

/* Levenshtein's distance of a and b, both cut at 63 bytes: names are short, and this is only for a hint. */
static size_t str_distance(const char *a, const char *b)
{
    enum { MOST = 63 };
    size_t length_a = strnlen(a, MOST);
    size_t length_b = strnlen(b, MOST);
    size_t row[MOST + 1];
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[length_b];
}

const char *str_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 2 + 1;
    for (size_t i = 0; names[i] != NULL; i++) {
        size_t distance = str_distance(word, names[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}
