/*
 * redis_scripts.c - see redis_scripts.h. The files are taken in when this one is assembled, in the tree's top folder; nothing is
 * read when a program runs.
 */
#include "queue/redis_scripts.h"

#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

#define INCLUDE(name)                                                                                                  \
    __asm__(".pushsection .rodata\n"                                                                                   \
            "redis_script_" #name ":\n"                                                                                \
            ".incbin \"queue/scripts/" #name ".lua\"\n"                                                                \
            "redis_script_" #name "_end:\n"                                                                            \
            ".popsection\n");                                                                                          \
    extern const char redis_script_##name[], redis_script_##name##_end[];

INCLUDE(common)
REDIS_SCRIPTS(INCLUDE)

#define ROW(name) {#name, redis_script_##name, redis_script_##name##_end},
static const struct {
    const char *name, *begin, *end;
} scripts[] = {REDIS_SCRIPTS(ROW)};

char *redis_script_text(enum redis_script script, size_t *size)
{
    size_t shared = (size_t)(redis_script_common_end - redis_script_common);
    size_t own = (size_t)(scripts[script].end - scripts[script].begin);
    char *text = malloc(shared + own);
    if (text == NULL)
        return NULL;
    memcpy(text, redis_script_common, shared);
    memcpy(text + shared, scripts[script].begin, own);
    *size = shared + own;
    return text;
}

const char *redis_script_name(enum redis_script script)
{
    return scripts[script].name;
}
