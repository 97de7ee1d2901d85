/*
 * str.h - strings that report truncation and numbers that check their range.
 */
#ifndef JUDGE_STR_H
#define JUDGE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies source into target (size bytes, always terminated). Returns 0, or -1 where it was cut. */
int str_copy(char *target, size_t size, const char *source);

/* As snprintf into target (size bytes, always terminated). Returns 0, or -1 where it was cut. */
int str_format(char *target, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reads the whole of text as a decimal number from low to high, without white space or a plus sign.
 * Returns 0 and *value, or -1 (not a number: errno EINVAL; out of range: errno ERANGE). */
int str_to_int64(const char *text, int64_t low, int64_t high, int64_t *value);

/* As str_to_int64 for unsigned numbers, base 10, or 16 after "0x". */
int str_to_uint64(const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* True where text begins with prefix. */
bool str_starts(const char *text, const char *prefix);

/* True where text ends with suffix and has something before it: ".out" does not end with ".out". */
bool str_ends(const char *text, const char *suffix);

/* Among the NULL-terminated names the one nearest to word (edit distance at most half of the word's length), or NULL:
 * for messages of the kind "unknown key X (did you mean Y?)". */
const char *str_nearest(const char *word, const char *const *names);

#endif
