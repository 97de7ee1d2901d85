/*
 * fuzz_str.c - numbers, copies and names from outside, under libFuzzer: str.h's promises for any bytes.
 */
#include "common/str.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A number that is taken is in range, and prints as the text it was read from, leading zeros aside. */
static void check_int64(const char *text)
{
    int64_t value;
    if (str_to_int64(text, -1000, INT64_MAX, &value) != 0) {
        assert(errno == EINVAL || errno == ERANGE);
        return;
    }
    assert(value >= -1000);
    char again[32];
    assert(str_format(again, sizeof again, "%lld", (long long)value) == 0);
    bool negative = text[0] == '-';
    const char *digits = text + negative;
    while (digits[0] == '0' && digits[1] != '\0')
        digits++;
    assert(strcmp(digits, again + (again[0] == '-')) == 0);
    assert(value == 0 || negative == (value < 0));
}

static void check_uint64(const char *text)
{
    uint64_t value;
    if (str_to_uint64(text, 1, UINT64_MAX, &value) != 0) {
        assert(errno == EINVAL || errno == ERANGE);
        return;
    }
    assert(value >= 1);
    char *end;
    errno = 0;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    assert(strtoull(text, &end, hex ? 16 : 10) == value && *end == '\0' && errno == 0);
}

static void check_copy(const char *text)
{
    char target[16];
    size_t length = strlen(text);
    int result = str_copy(target, sizeof target, text);
    assert((result == 0) == (length < sizeof target));
    assert(strncmp(target, text, sizeof target - 1) == 0 && strlen(target) < sizeof target);
    assert(str_format(target, sizeof target, "%s", text) == result);
    assert(str_starts(text, target));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"read", "write", "openat", "clock_nanosleep", "", NULL};
    char *text = malloc(size + 1); /* exactly as large as it must be, so that the sanitizer sees a step too far */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check_int64(text);
    check_uint64(text);
    check_copy(text);
    (void)str_nearest(text, names); /* which one is test_str.c's question */
    free(text);
    return 0;
}
