/*
 * printable.h - random bytes for a test that can be repeated, and texts of any bytes made readable.
 */
#ifndef JUDGE_PRINTABLE_H
#define JUDGE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct unit_random {
    uint64_t state;
};

/* splitmix64: every seed is good, and all 64 bits are. */
static inline uint64_t unit_random(struct unit_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

/* Writes bytes with \n, \r, \t and \0 as letters, for a message; cut at size. */
static inline void unit_show_white(char *shown, size_t size, const char *bytes, size_t count)
{
    static const char white[] = "\n\r\t", letters[] = "nrt0";
    size_t used = 0;
    for (size_t i = 0; i < count && used + 2 < size; i++) {
        const char *at = memchr(white, bytes[i], sizeof white); /* its NUL, too */
        if (at != NULL) {
            shown[used++] = '\\';
            shown[used++] = letters[at - white];
        } else {
            shown[used++] = bytes[i];
        }
    }
    shown[used] = '\0';
}

/* True where the size bytes at text hold a NUL and before it valid UTF-8 without control bytes, of characters that are
 * written in their shortest form. */
static inline bool unit_is_printable(const char *text, size_t size)
{
    const unsigned char *end = memchr(text, '\0', size);
    for (const unsigned char *p = (const unsigned char *)text; end != NULL && p < end;) {
        static const unsigned least[] = {0x20, 0xa0, 0x800, 0x10000};
        int more = *p < 0x80                 ? 0
                   : *p >= 0xc2 && *p < 0xe0 ? 1
                   : *p >= 0xe0 && *p < 0xf0 ? 2
                   : *p >= 0xf0 && *p < 0xf5 ? 3
                                             : -1;
        if (more < 0)
            return false;
        unsigned code = more == 0 ? *p : *p & (0x3fU >> more);
        p++;
        for (int i = 0; i < more; i++, p++) {
            if ((*p & 0xc0) != 0x80)
                return false; /* also the NUL at the end */
            code = code << 6 | (*p & 0x3fU);
        }
        if (code < least[more] || code == 0x7f || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
            return false;
    }
    return end != NULL;
}

#endif
