/*
 * roster.c - see roster.h. Runs in judge_node's leases thread; makes no call but kill(pid, 0), which sends nothing.
 */
#include "judge_node/roster.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* In which states a worker holds the job that its report names. */
static const bool roster_holding[POOL_STATES] = {
    [POOL_JUDGING] = true,
    [POOL_STORING] = true,
    [POOL_ENDING] = true,
};

/* The job of a report, where it names one: texts from a socket need not be terminated. */
static bool roster_read_job(const struct pool_slot *said, struct roster_job *job)
{
    const struct pool_report *report = &said->report;
    memset(job, 0, sizeof *job);
    if (memchr(report->id, '\0', sizeof report->id) == NULL || report->id[0] == '\0' ||
        memchr(report->token, '\0', sizeof report->token) == NULL || report->token[0] == '\0')
        return false;
    job->slot = said->slot;
    job->source = report->source;
    job->attempt = report->attempt;
    if (str_copy(job->id, sizeof job->id, report->id) != 0 ||
        str_copy(job->token, sizeof job->token, report->token) != 0)
        return false;
    if (memchr(said->why, '\0', sizeof said->why) == NULL || said->why[0] == '\0')
        (void)str_copy(job->why, sizeof job->why, "its worker died"); /* fits */
    else
        (void)str_format(job->why, sizeof job->why, "its worker died: %s", said->why); /* a cut one is still a reason */
    return true;
}

bool roster_apply(struct roster *roster, const struct pool_slot *said, int64_t now_us, struct roster_job *died)
{
    if (said->magic != POOL_MAGIC || said->slot < 0 || said->slot >= POOL_SLOTS)
        return false;
    struct roster_slot *slot = &roster->slots[said->slot];
    struct roster_job job;
    bool named = roster_read_job(said, &job);
    if (said->event == POOL_EVENT_DIED) {
        slot->holds = false;
        slot->pid = 0;
        if (named)
            *died = job;
        return named;
    }
    if (said->event != POOL_EVENT_STATE || said->state < 0 || said->state >= POOL_STATES)
        return false;
    bool holds = named && roster_holding[said->state];
    bool same = holds && slot->holds && strcmp(job.token, slot->job.token) == 0;
    bool ran = same && slot->runs;
    slot->runs = holds && said->report.running != 0;
    if (!slot->runs || said->state == POOL_STORING) /* what is judged needs not be said to run */
        slot->run_us = 0;
    else if (!ran)
        slot->run_us = now_us;
    bool missed = slot->holds && slot->pid != said->pid && !same;
    if (missed) {
        *died = slot->job;
        (void)str_copy(died->why, sizeof died->why, "its worker is gone"); /* fits */
    }
    if (!same)
        slot->lost = false;
    slot->pid = said->pid;
    slot->holds = holds;
    slot->job = job;
    return missed;
}

const struct roster_job *roster_runs(struct roster *roster, int64_t now_us, int64_t after_us, int64_t *due_us)
{
    for (int i = 0; i < POOL_SLOTS; i++) {
        struct roster_slot *slot = &roster->slots[i];
        if (slot->run_us == 0 || !slot->holds)
            continue;
        if (now_us - slot->run_us >= after_us) {
            slot->run_us = 0;
            return &slot->job;
        }
        if (slot->run_us + after_us < *due_us)
            *due_us = slot->run_us + after_us;
    }
    return NULL;
}

size_t roster_leases(const struct roster *roster, struct queue_lease *leases, int *slots)
{
    size_t n = 0;
    for (int i = 0; i < POOL_SLOTS; i++) {
        const struct roster_slot *slot = &roster->slots[i];
        if (!slot->holds)
            continue;
        memset(&leases[n], 0, sizeof leases[n]);
        memcpy(leases[n].id, slot->job.id, sizeof leases[n].id);
        memcpy(leases[n].token, slot->job.token, sizeof leases[n].token);
        leases[n].source = slot->job.source;
        slots[n++] = i;
    }
    return n;
}

bool roster_renewed(struct roster *roster, int slot, const struct queue_lease *lease)
{
    struct roster_slot *at = &roster->slots[slot];
    bool news = !lease->kept && !at->lost && at->holds && strcmp(at->job.token, lease->token) == 0;
    at->lost = !lease->kept;
    return news;
}

size_t roster_forget_dead(struct roster *roster)
{
    size_t left = 0;
    for (int i = 0; i < POOL_SLOTS; i++) {
        struct roster_slot *slot = &roster->slots[i];
        if (slot->holds && (slot->lost || slot->pid <= 0 || (kill(slot->pid, 0) != 0 && errno == ESRCH)))
            slot->holds = false;
        left += slot->holds;
    }
    return left;
}
