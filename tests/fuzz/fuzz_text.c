/*
 * fuzz_text.c - any bytes as what a compiler printed: what comes out is text, fits, and is a JSON string.
 *
 * The first byte is the size of the place for the text. Run by libFuzzer, as any user.
 */
#include "judge_client/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/printable.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

/* A string of JSON: quotes around it, nothing in it that needs an escape and has none. */
static void check_json(const char *json, size_t length)
{
    must(length >= 2 && json[0] == '"' && json[length - 1] == '"' && unit_is_printable(json, length + 1));
    for (size_t i = 1; i < length - 1; i++) {
        must(json[i] != '"');
        if (json[i] == '\\')
            must(strchr("\"\\u", json[++i]) != NULL && i < length - 1);
    }
}

static void check_end(const char *raw, size_t size, size_t most)
{
    char shown[4 * 255 + 8];
    text_show_end(shown, sizeof shown, most, raw, size);
    must(memchr(shown, '\0', sizeof shown) != NULL);
    for (char *p = shown; *p != '\0'; p++)
        *p = *p == '\n' || *p == '\t' ? ' ' : *p;
    must(unit_is_printable(shown, sizeof shown));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t room = 1 + (size_t)data[0];
    char *clean = malloc(room);
    char *raw = malloc(size);
    char *json = malloc(6 * size + 3);
    if (clean != NULL && raw != NULL && json != NULL) {
        memcpy(raw, data + 1, size - 1);
        raw[size - 1] = '\0';
        int length = text_json(json, 6 * strlen(raw) + 3, raw);
        must(length >= 0 && strlen(json) == (size_t)length);
        check_json(json, (size_t)length);
        text_clean(clean, room, raw, size - 1);
        must(memchr(clean, '\0', room) != NULL);
        text_hide_folders(clean);
        for (char *p = clean; *p != '\0'; p++)
            *p = *p == '\n' || *p == '\t' ? ' ' : *p;
        must(unit_is_printable(clean, room));
        check_end(raw, size - 1, room - 1);
    }
    free(json);
    free(raw);
    free(clean);
    return 0;
}
