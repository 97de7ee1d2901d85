/*
 * selftests.h - which languages this box judges in, by their self-tests, as `judgectl status` shows them.
 */
#ifndef JUDGECTL_SELFTESTS_H
#define JUDGECTL_SELFTESTS_H

#include "common/selftest.h"
#include "common/settings.h"

struct selftests {
    const char *home;
    bool on; /* [pool] self_test */
    int count;
    struct selftest_record records[SELFTEST_MOST];
};

/* What the workers of the box have found so far; needs no judged to run. settings must outlive it. */
void selftests_read(struct selftests *tests, const struct settings *settings);

/* A line of those that pass or are yet to be tested, then two of each that is not offered: why, and what to type. */
void selftests_print(const struct selftests *tests);

/* `"self_test":[{"id","language","state","version","text","fix"}]`; text and fix are "" where it passes. string prints one string. */
void selftests_print_json(const struct selftests *tests, void (*string)(const char *text));

#endif
