/*
 * settings_exam.c - which problems and contests [lanes] exam names. Used by every program under any uid; pure functions.
 */
#include "common/settings_parts.h"

#include <string.h>

#include "common/str.h"

#include "common/banned.h"

static const char *const prefixes[] = {[SETTINGS_EXAM_CONTEST] = "contest:", [SETTINGS_EXAM_PROBLEM] = "problem:"};

/* One word of the list. 0, or -1 where it is none. */
static int read_word(const char *word, enum settings_exam *kind, int64_t *number)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(word, prefixes[i], length) == 0) {
            *kind = (enum settings_exam)i;
            return str_to_int64(word + length, 1, INT32_MAX, number);
        }
    }
    return -1;
}

/* The next word behind *at, which moves past it: 1, 0 at the end, -1 where it is none. */
static int next_word(const char **at, enum settings_exam *kind, int64_t *number)
{
    char word[32];
    *at += strspn(*at, " ,\t");
    size_t length = strcspn(*at, " ,\t");
    if (length == 0)
        return 0;
    if (str_format(word, sizeof word, "%.*s", (int)length, *at) != 0 || read_word(word, kind, number) != 0)
        return -1;
    *at += length;
    return 1;
}

int settings_exam_check(const char *called, const char *text, struct err *e)
{
    const char *at = text;
    enum settings_exam kind;
    int64_t number;
    int found;
    while ((found = next_word(&at, &kind, &number)) == 1)
        continue;
    return found == 0 ? 0
                      : err_set(e, "%s: %.*s: must be contest:NUMBER and problem:NUMBER, with blanks between", called,
                                (int)(strcspn(at, " ,\t") > 40 ? 40 : strcspn(at, " ,\t")), at);
}

bool settings_exam_has(const struct settings *settings, enum settings_exam kind, int64_t number)
{
    const char *at = settings->exam;
    enum settings_exam found;
    int64_t named;
    while (next_word(&at, &found, &named) == 1) {
        if (found == kind && named == number)
            return true;
    }
    return false;
}
