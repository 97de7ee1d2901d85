/*
 * deaths.h - whose fault a worker's death is: the job's that it held, or somebody's who kills workers.
 *
 * A job that kills its workers does so alone. Where workers die over different jobs within a short time, or with none in hand,
 * an administrator, a kernel without memory or a test is at work: then a death is not counted against the job that it hit.
 */
#ifndef JUDGE_DEATHS_H
#define JUDGE_DEATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/queue.h"

#define DEATHS_KEPT 128
#define DEATHS_WINDOW_US 30000000 /* deaths within it belong together */
#define DEATHS_OTHERS 2           /* so many other jobs: jobs that kill in pairs do not excuse each other */
#define DEATHS_EXCUSED 3          /* times that one job is excused; more where very many others die, */
#define DEATHS_EXCUSED_MOST 8     /* half as often as they are many, up to this */

struct death {
    char id[QUEUE_ID_SIZE];
    int64_t at_us;
    bool excused;
};

struct deaths {
    struct death rows[DEATHS_KEPT];
    size_t count, next;
};

/* Notes that a worker died with the job id. True where the death is not to be counted against it. */
bool deaths_note(struct deaths *deaths, const char *id, int64_t now_us);

/* The same of its last death that was noted, by what has died since as well. */
bool deaths_look_again(struct deaths *deaths, const char *id, int64_t now_us);

#endif
