/*
 * fuzz_outputs.c - any bytes as a submission without a program: sections of a text, a zip in base64, answers to questions; and as
 * a compiler's messages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "judge_client/compile_text.h"
#include "judge_client/outputs.h"
#include "judge_client/raw_text.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_sections(const char *text, size_t size)
{
    struct outputs_part part;
    size_t at = 0;
    const char *behind = text;
    while (outputs_next(text, size, &at, &part)) {
        must(at <= size && part.name >= behind && part.name_size > 0 && part.bytes > part.name);
        must(part.bytes + part.size <= text + size && memchr(part.name, '\n', part.name_size) == NULL);
        behind = part.bytes + part.size;
    }
}

static void decode(const char *text, size_t size)
{
    char *zip;
    size_t zip_size;
    if (!outputs_is_base64(text, size) || outputs_decode(text, size, &zip, &zip_size) != 0)
        return;
    must(zip_size > 0 && zip_size <= size);
    free(zip);
}

/* The bytes up to the first NUL are the answer, the rest is the submission. */
static void mark(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);
    size_t length = end == NULL ? size : (size_t)(end - text);
    const struct raw_text count = {"3", 1}, answer = {text, length}, own = {text + length, size - length};
    struct raw_text_mark got;
    struct err e = {""};
    char report[256];
    if (raw_text_judge(&count, &answer, &own, true, report, sizeof report, UI_EN, &got, &e) != 0) {
        must(e.text[0] != '\0');
        return;
    }
    must(got.mark >= 0 && got.mark <= got.total && memchr(report, '\0', sizeof report) != NULL);
}

static void show(const char *text, size_t size)
{
    static const char *const names[] = {"grader.c", "append.c", NULL};
    const struct compile_wrap wrap = {true, 10, 5, "prepend.c", "append.c"};
    size_t room = size + 65;
    char *copy = calloc(1, room);
    must(copy != NULL);
    memcpy(copy, text, size);
    compile_text_shift(copy, room, "Main.c", &wrap);
    must(memchr(copy, '\0', room) != NULL);
    size_t before = strlen(copy);
    compile_text_hide(copy, names);
    must(strlen(copy) <= before);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    read_sections(text, size);
    decode(text, size);
    mark(text, size);
    show(text, size);
    return 0;
}
