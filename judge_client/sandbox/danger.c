/*
 * danger.c - see danger.h. Owns the classification, which is syscall_tables/danger.def, compiled in.
 *
 * Constant data and searches in it: any process under any uid may call it; it never allocates and knows no policy.
 */
#include "judge_client/sandbox/danger.h"

#include <errno.h>
#include <string.h>

#include "common/banned.h"

struct calls_row {
    struct danger danger;
    const char *names; /* with a blank between them */
};

struct value_row {
    const char *name, *value;
    struct danger danger;
};

struct bits_row {
    const char *name;
    uint32_t bits;
    struct danger danger;
};

struct selector_row {
    const char *name;
    uint8_t arg;
    uint64_t mask;
};

struct first_row {
    enum danger_first first;
    const char *names;
};

#define CALLS(word, error, sentence, list) {{DANGER_##word, (error), (sentence)}, (list)},
static const struct calls_row calls_rows[] = {
#include "syscall_tables/danger.def"
};
#undef CALLS

#define VALUE_OF(call, constant, word, sentence) {#call, #constant, {DANGER_##word, 0, (sentence)}},
static const struct value_row value_rows[] = {
#include "syscall_tables/danger.def"
};
#undef VALUE_OF

#define BITS_OF(call, mask, error, sentence) {#call, (mask), {DANGER_DANGEROUS, (error), (sentence)}},
static const struct bits_row bits_rows[] = {
#include "syscall_tables/danger.def"
};
#undef BITS_OF

#define SELECTOR(call, number, bits) {#call, (number), (bits)},
static const struct selector_row selector_rows[] = {
#include "syscall_tables/danger.def"
};
#undef SELECTOR

#define FIRST(kind, list) {DANGER_FIRST_##kind, (list)},
static const struct first_row first_rows[] = {
#include "syscall_tables/danger.def"
};
#undef FIRST

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* Is name one of the words of names? */
static bool lists(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(names, name); length > 0 && at != NULL; at = strstr(at + 1, name)) {
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

const char *danger_class_name(enum danger_class class)
{
    static const char *const names[DANGER_CLASSES] = {"harmless", "caution", "dangerous"};
    return class < DANGER_CLASSES ? names[class] : "dangerous";
}

struct danger danger_of(const char *name)
{
    static const struct danger unknown = {DANGER_DANGEROUS, ENOSYS,
                                          "not classified: newer than this judge, so nobody has looked at it"};
    for (size_t i = 0; name != NULL && i < COUNT(calls_rows); i++) {
        if (lists(calls_rows[i].names, name))
            return calls_rows[i].danger;
    }
    return unknown;
}

struct danger danger_of_value(const struct syscall_arch *arch, const char *name, uint64_t value)
{
    for (size_t i = 0; i < COUNT(bits_rows); i++) {
        if (strcmp(bits_rows[i].name, name) == 0 && (bits_rows[i].bits & value) != 0)
            return bits_rows[i].danger;
    }
    for (size_t i = 0; i < COUNT(value_rows); i++) {
        uint64_t number;
        if (strcmp(value_rows[i].name, name) == 0 && syscall_value(arch, value_rows[i].value, &number) == 0 &&
            number == value)
            return value_rows[i].danger;
    }
    return danger_of(name);
}

bool danger_selector(const char *name, uint8_t *arg, uint64_t *mask)
{
    for (size_t i = 0; i < COUNT(selector_rows); i++) {
        if (strcmp(selector_rows[i].name, name) != 0)
            continue;
        *arg = selector_rows[i].arg;
        *mask = selector_rows[i].mask;
        return true;
    }
    return false;
}

uint32_t danger_bits(const char *name, uint16_t *error)
{
    for (size_t i = 0; i < COUNT(bits_rows); i++) {
        if (strcmp(bits_rows[i].name, name) != 0)
            continue;
        *error = bits_rows[i].danger.error;
        return bits_rows[i].bits;
    }
    return 0;
}

enum danger_first danger_first(const char *name)
{
    for (size_t i = 0; name != NULL && i < COUNT(first_rows); i++) {
        if (lists(first_rows[i].names, name))
            return first_rows[i].first;
    }
    return DANGER_FIRST_OTHER;
}

int danger_rows(const char *name)
{
    int rows = 0;
    for (size_t i = 0; i < COUNT(calls_rows); i++)
        rows += lists(calls_rows[i].names, name);
    return rows;
}
