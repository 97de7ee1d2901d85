/*
 * hidden_words.h - words that a text of ours on the site's page of test runs must not have: the page hides such a text whole.
 */
#ifndef JUDGE_HIDDEN_WORDS_H
#define JUDGE_HIDDEN_WORDS_H

#include <stddef.h>

/* Copies text to target, cut at size, with other words in the place of "judge", "php" (however written) and "PASS". */
void hidden_words_replace(char *target, size_t size, const char *text);

#endif
