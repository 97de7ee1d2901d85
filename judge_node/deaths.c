/*
 * deaths.c - see deaths.h. In judge_node's leases thread; it only remembers.
 */
#include "judge_node/deaths.h"

#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* How many other jobs lost a worker within the window, up to DEATHS_OTHERS. */
static int others(const struct deaths *deaths, const char *id, int64_t now_us)
{
    const char *seen[DEATHS_OTHERS];
    int count = 0;
    for (size_t i = 0; i < deaths->count && count < DEATHS_OTHERS; i++) {
        const struct death *row = &deaths->rows[i];
        if (now_us - row->at_us > DEATHS_WINDOW_US || strcmp(row->id, id) == 0)
            continue;
        int k = 0;
        while (k < count && strcmp(seen[k], row->id) != 0)
            k++;
        if (k == count)
            seen[count++] = row->id;
    }
    return count;
}

bool deaths_note(struct deaths *deaths, const char *id, int64_t now_us)
{
    int excused = 0;
    for (size_t i = 0; i < deaths->count; i++)
        excused += deaths->rows[i].excused && strcmp(deaths->rows[i].id, id) == 0;
    struct death death = {.at_us = now_us};
    (void)str_copy(death.id, sizeof death.id, id); /* the same size */
    death.excused = excused < DEATHS_EXCUSED && others(deaths, id, now_us) >= DEATHS_OTHERS;
    deaths->rows[deaths->next] = death;
    deaths->next = (deaths->next + 1) % DEATHS_KEPT;
    if (deaths->count < DEATHS_KEPT)
        deaths->count++;
    return death.excused;
}
