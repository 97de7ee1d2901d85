/*
 * hidden_words.c - see hidden_words.h. Pure; used by judge_node and by workers, for texts of ours only: what a program wrote is
 * its own.
 */
#include "common/hidden_words.h"

#include <string.h>
#include <strings.h>

#include "common/str.h"

#include "common/banned.h"

/* What is put in a word's place begins and ends with what is no letter, so that it makes none with its neighbours. */
static const struct {
    const char *word, *instead;
    int (*compare)(const char *a, const char *b, size_t n);
} hidden_words[] = {{"judge", "[grader]", strncasecmp}, {"php", "[script]", strncasecmp}, {"PASS", "[ok]", strncmp}};

enum { WORDS = sizeof hidden_words / sizeof hidden_words[0], LONGEST = sizeof "[grader]" };

void hidden_words_replace(char *target, size_t size, const char *text)
{
    size_t length = 0;
    target[0] = '\0';
    while (*text != '\0' && length + LONGEST < size) {
        size_t i = 0;
        while (i < WORDS && hidden_words[i].compare(text, hidden_words[i].word, strlen(hidden_words[i].word)) != 0)
            i++;
        if (i == WORDS) {
            target[length++] = *text++;
            target[length] = '\0';
            continue;
        }
        (void)str_copy(target + length, size - length, hidden_words[i].instead); /* there is room for it */
        length += strlen(target + length);
        text += strlen(hidden_words[i].word);
    }
}
