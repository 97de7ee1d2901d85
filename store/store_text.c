/*
 * store_text.c - texts and numbers as the columns can hold them, and the site's rules on limits: what all backends share.
 */
#include "store/store_backend.h"

#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* The bytes of the UTF-8 character that begins at text, 0 where none does. */
static size_t character_bytes(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead;
        unsigned low; /* shorter forms of smaller numbers are not UTF-8 */
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if ((*text & forms[i].mask) != forms[i].lead)
            continue;
        unsigned number = *text & (unsigned char)~forms[i].mask;
        for (size_t k = 1; k <= i; k++) {
            if ((text[k] & 0xc0) != 0x80) /* also the end of the text */
                return 0;
            number = number << 6 | (text[k] & 0x3fU);
        }
        bool surrogate = number >= 0xd800 && number <= 0xdfff;
        return number < forms[i].low || number > 0x10ffff || surrogate ? 0 : i + 1;
    }
    return 0;
}

char *store_text(const char *text, size_t max, bool wide, size_t *bytes)
{
    size_t length = strlen(text);
    if (length > max)
        length = max;
    char *clean = malloc(length + 1);
    size_t used = 0;
    if (clean == NULL)
        return NULL;
    while (*text != '\0') {
        size_t size = character_bytes((const unsigned char *)text);
        bool shown = size > 0 && (wide || size < 4);
        size_t put = shown ? size : 1;
        if (used + put > length)
            break;
        if (shown)
            memcpy(clean + used, text, size);
        else
            clean[used] = '?';
        used += put;
        text += size > 0 ? size : 1;
    }
    clean[used] = '\0';
    *bytes = used;
    return clean;
}

int64_t store_clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

void store_limits(struct store_submission *submission, bool known, int64_t time_ms, int64_t memory_mib)
{
    submission->time_ms = 0;
    submission->memory_mib = 0;
    if (submission->problem_id == 0) {
        submission->time_ms = 5000;
        submission->memory_mib = 512;
    } else if (known) {
        submission->time_ms = time_ms < 0 || time_ms > 300 * 1000 ? 1000 : time_ms;
        submission->memory_mib = memory_mib < 1 || memory_mib > 2048 ? 2048 : memory_mib;
    }
}

size_t store_tokens(const char *token, const char *previous, char (*tokens)[STORE_TOKEN_SIZE])
{
    size_t count = 1;
    (void)str_copy(tokens[0], STORE_TOKEN_SIZE, token); /* the column is as short */
    while (*previous != '\0' && count <= STORE_PREVIOUS) {
        size_t length = strcspn(previous, " ");
        if (length > 0 && length < STORE_TOKEN_SIZE) {
            memcpy(tokens[count], previous, length);
            tokens[count++][length] = '\0';
        }
        previous += length + strspn(previous + length, " ");
    }
    return count;
}

bool store_token_among(const char *previous, const char *judger)
{
    char tokens[1 + STORE_PREVIOUS][STORE_TOKEN_SIZE];
    size_t count = store_tokens(judger, previous, tokens);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(tokens[i], judger) == 0)
            return true;
    }
    return false;
}
