/*
 * settings_node.c - a name for this box that needs no thought: short, the same at each start, another one on each box and for
 * each home. Used by every program under any uid.
 */
#include "common/settings_parts.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { HASH_LETTERS = 4, HASH_START_LETTERS = SETTINGS_NODE - 1 - HASH_LETTERS };

/* FNV-1a over the text and its terminator. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    while (*text++ != '\0');
    return hash;
}

/* The first `most` characters of text that a name may have, in small letters. */
static void keep_sane(const char *text, char *name, size_t most)
{
    size_t length = 0;
    for (; *text != '\0' && length < most; text++) {
        int c = tolower((unsigned char)*text);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && length > 0))
            name[length++] = (char)c;
    }
    name[length] = '\0';
}

static void make_name(const char *start, uint64_t hash, char node[SETTINGS_NODE])
{
    char letters[HASH_LETTERS + 1];
    hash ^= hash >> 32; /* its low bits alone depend on too little */
    hash ^= hash >> 20;
    for (size_t i = 0; i < HASH_LETTERS; i++)
        letters[i] = "abcdefghijklmnopqrstuvwxyz234567"[hash >> 5 * i & 31];
    letters[HASH_LETTERS] = '\0';
    keep_sane(start, node, HASH_START_LETTERS);
    size_t length = strlen(node);
    (void)str_copy(node + length, SETTINGS_NODE - length, letters); /* it fits */
}

void settings_node_default(const char *home, char node[SETTINGS_NODE])
{
    char host[256] = "";
    char machine[64] = "";
    char real[PATH_MAX];
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    if (file_read(AT_FDCWD, "/etc/machine-id", machine, sizeof machine, NULL) < 0)
        machine[0] = '\0'; /* a container may have none: the host's name must do */
    uint64_t hash = hash_text(UINT64_C(14695981039346656037), host);
    hash = hash_text(hash, machine);
    hash = hash_text(hash, realpath(home, real) == NULL ? home : real);
    make_name(host, hash, node);
}

void settings_node_of(const char *text, char node[SETTINGS_NODE])
{
    keep_sane(text, node, SETTINGS_NODE - 1);
    if (strcmp(text, node) != 0)
        make_name(text, hash_text(UINT64_C(14695981039346656037), text), node);
}
