/*
 * redis_scripts.c - see redis_scripts.h. The files are taken in when this one is assembled, in the tree's top folder; nothing is
 * read when a program runs.
 */
#include "queue/redis_scripts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

#define INCLUDE(name)                                                                                                  \
    __asm__(".pushsection .rodata\n"                                                                                   \
            ".balign 4\n"                                                                                              \
            "redis_script_" #name "_size: .long 2f - 1f\n"                                                             \
            "redis_script_" #name ":\n"                                                                                \
            "1: .incbin \"queue/scripts/" #name ".lua\"\n"                                                             \
            "2:\n"                                                                                                     \
            ".popsection\n");                                                                                          \
    extern const char redis_script_##name[];                                                                           \
    extern const uint32_t redis_script_##name##_size;

INCLUDE(common)
REDIS_SCRIPTS(INCLUDE)

#define ROW(name) {#name, redis_script_##name, &redis_script_##name##_size},
static const struct {
    const char *name, *text;
    const uint32_t *size;
} scripts[] = {REDIS_SCRIPTS(ROW)};

char *redis_script_text(enum redis_script script, size_t *size)
{
    size_t shared = redis_script_common_size, own = *scripts[script].size;
    char *text = malloc(shared + own);
    if (text == NULL)
        return NULL;
    memcpy(text, redis_script_common, shared);
    memcpy(text + shared, scripts[script].text, own);
    *size = shared + own;
    return text;
}

const char *redis_script_name(enum redis_script script)
{
    return scripts[script].name;
}
