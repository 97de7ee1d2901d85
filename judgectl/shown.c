/*
 * shown.c - see shown.h.
 */
#include "judgectl/shown.h"

#include <stdio.h>

#include "store/store.h"

#include "common/banned.h"

const char *shown_result(int result)
{
    static const char *const words[] = {"waiting",  "rejudge",  "compiling",  "running",    "AC",        "PE",
                                        "WA",       "TLE",      "MLE",        "OLE",        "RE",        "CE",
                                        "compiled", "test run", "to confirm", "submitting", "elsewhere", "elsewhere"};
    return result >= 0 && (size_t)result < sizeof words / sizeof *words ? words[result] : "unknown";
}

void shown_head(void)
{
    printf("%8s  %-10s %6s %8s %10s  %-16s %s\n", "id", "verdict", "score", "time", "memory", "judged by", "source");
}

void shown_row(const struct store_status *status, const char *what)
{
    bool judged = status->result > STORE_RUNNING && status->result < STORE_TEST_DONE;
    printf("%8lld  %-10s ", (long long)status->id, shown_result(status->result));
    if (judged)
        printf("%4lld.%lld %5lld ms %6lld KiB", (long long)status->pass_rate / 10, (long long)status->pass_rate % 10,
               (long long)status->time_ms, (long long)status->mem_kib);
    else
        printf("%6s %8s %10s", "-", "-", "-");
    printf("  %-16s %s\n", status->judger, what);
}
