/*
 * refused.c - see refused.h. Any uid.
 */
#include "judgectl/refused.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

void refused_add(struct refused *refused, const char *id, const char *why)
{
    int i = 0;
    while (i < refused->reason_count && strcmp(refused->reasons[i].why, why) != 0)
        i++;
    assert(i < REFUSED_REASONS);
    struct refused_reason *reason = &refused->reasons[i];
    if (i == refused->reason_count) {
        refused->reason_count++;
        reason->why = why;
    }
    if (reason->count < REFUSED_SHOWN)
        (void)str_copy(reason->ids[reason->count], REFUSED_ID, id); /* cut is enough to know it */
    reason->count++;
}

bool refused_print(const struct refused *refused, const char *command)
{
    for (int i = 0; i < refused->reason_count; i++) {
        const struct refused_reason *reason = &refused->reasons[i];
        int64_t shown = reason->count < REFUSED_SHOWN ? reason->count : REFUSED_SHOWN;
        for (int64_t k = 0; k < shown; k++)
            (void)fprintf(stderr, "%s: %s %s\n", command, reason->ids[k], reason->why); /* nowhere else to say it */
        if (reason->count > shown)
            (void)fprintf(stderr, "%s: %lld more: each %s\n", command, (long long)(reason->count - shown),
                          reason->why); /* as above */
    }
    return refused->reason_count > 0;
}
