/*
 * deaths.c - see deaths.h. In judge_node's leases thread; it only remembers.
 */
#include "judge_node/deaths.h"

#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum { OTHERS_MOST = 2 * DEATHS_EXCUSED_MOST };

/* How many other jobs lost a worker within the window, up to OTHERS_MOST. */
static int others(const struct deaths *deaths, const char *id, int64_t now_us)
{
    const char *seen[OTHERS_MOST];
    int count = 0;
    for (size_t i = 0; i < deaths->count && count < OTHERS_MOST; i++) {
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

/* Jobs that kill excuse each other, too: so not for ever. */
static bool is_excused(const struct deaths *deaths, const char *id, int64_t now_us)
{
    int excused = 0, count = others(deaths, id, now_us);
    for (size_t i = 0; i < deaths->count; i++)
        excused += deaths->rows[i].excused && strcmp(deaths->rows[i].id, id) == 0;
    return count >= DEATHS_OTHERS && excused < (count / 2 > DEATHS_EXCUSED ? count / 2 : DEATHS_EXCUSED);
}

bool deaths_note(struct deaths *deaths, const char *id, int64_t now_us)
{
    struct death death = {.at_us = now_us};
    (void)str_copy(death.id, sizeof death.id, id); /* the same size */
    death.excused = is_excused(deaths, id, now_us);
    deaths->rows[deaths->next] = death;
    deaths->next = (deaths->next + 1) % DEATHS_KEPT;
    if (deaths->count < DEATHS_KEPT)
        deaths->count++;
    return death.excused;
}

bool deaths_look_again(struct deaths *deaths, const char *id, int64_t now_us)
{
    for (size_t i = 1; i <= deaths->count; i++) {
        struct death *row = &deaths->rows[(deaths->next + DEATHS_KEPT - i) % DEATHS_KEPT];
        if (strcmp(row->id, id) != 0)
            continue;
        row->excused = row->excused || is_excused(deaths, id, now_us);
        return row->excused;
    }
    return false; /* forgotten: very many have died since */
}
