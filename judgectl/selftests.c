/*
 * selftests.c - see selftests.h. Reads what workers have written, under any uid that may; changes nothing.
 */
#include "judgectl/selftests.h"

#include <stdio.h>

#include "common/banned.h"

void selftests_read(struct selftests *tests, const struct settings *settings)
{
    tests->home = settings->home;
    tests->on = settings->self_test;
    tests->count = tests->on ? selftest_list(settings->home, tests->records, SELFTEST_MOST) : 0;
}

/* The names of the languages in the states, after what; nothing where there are none. */
static void print_names(const struct selftests *tests, const char *what, enum selftest_state a, enum selftest_state b)
{
    bool any = false;
    for (int i = 0; i < tests->count; i++) {
        const struct selftest_record *record = &tests->records[i];
        if (record->state != a && record->state != b)
            continue;
        printf("%s %s", any ? "" : what, record->name);
        any = true;
    }
    if (any)
        printf("\n");
}

void selftests_print(const struct selftests *tests)
{
    char text[SELFTEST_TEXT];
    if (!tests->on) {
        printf("languages: not tested ([pool] self_test = no)\n");
        return;
    }
    print_names(tests, "languages:", SELFTEST_PASSED, SELFTEST_NONE);
    print_names(tests, "testing:", SELFTEST_WAITING, SELFTEST_WAITING);
    for (int i = 0; i < tests->count; i++) {
        const struct selftest_record *record = &tests->records[i];
        if (record->state == SELFTEST_WAITING || selftest_may_judge(record->state))
            continue;
        selftest_say(record, text);
        printf("NOT OFFERED: %s: %s\n", record->name, text);
        selftest_fix(record, tests->home, text);
        printf("    %s\n", text);
    }
}

void selftests_print_json(const struct selftests *tests, void (*string)(const char *text))
{
    char text[SELFTEST_TEXT];
    printf("\"self_test\":[");
    for (int i = 0; i < tests->count; i++) {
        const struct selftest_record *record = &tests->records[i];
        bool failed = record->state != SELFTEST_WAITING && !selftest_may_judge(record->state);
        printf("%s{\"id\":%lld,\"language\":", i == 0 ? "" : ",", (long long)record->language);
        string(record->name);
        printf(",\"state\":\"%s\",\"version\":", selftest_state_name(record->state));
        string(record->version);
        text[0] = '\0';
        if (failed)
            selftest_say(record, text);
        printf(",\"call\":");
        string(record->call);
        printf(",\"text\":");
        string(text);
        if (failed)
            selftest_fix(record, tests->home, text);
        printf(",\"fix\":");
        string(text);
        printf("}");
    }
    printf("]");
}
