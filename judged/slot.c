/*
 * slot.c - see slot.h. In judged, as root; calls nothing of the system.
 */
#include "judged/slot.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/str.h"

#include "common/banned.h"

enum { SLOT_EX_TEMPFAIL = 75, SLOT_QUIET_MAX_MS = 600000 };

/* clang-format off */
#define TO(next, action) {POOL_##next, SLOT_##action}

/* What every living process has in common: its silence, its end. */
#define ALIVE(state)                       \
    [SLOT_SILENT]  = TO(state, KILL),      \
    [SLOT_OVERDUE] = TO(state, KILL),      \
    [SLOT_HELD]    = TO(DOWN, RETRY),      \
    [SLOT_DIED]    = TO(DOWN, LATER),      \
    [SLOT_DUE]     = TO(state, IMPOSSIBLE)

#define SPEAKS                                      \
    [SLOT_REPORT_STARTING] = TO(STARTING, HEAR),    \
    [SLOT_REPORT_IDLE]     = TO(IDLE, HEAR),        \
    [SLOT_REPORT_JUDGING]  = TO(JUDGING, HEAR),     \
    [SLOT_REPORT_STORING]  = TO(STORING, HEAR),     \
    [SLOT_ENDED]           = TO(DOWN, LATER),       \
    [SLOT_STOP]            = TO(ENDING, TERM)

const struct slot_row slot_table[POOL_STATES][SLOT_EVENTS] = {
    [POOL_DOWN] = {
        [SLOT_REPORT_STARTING] = TO(DOWN, IMPOSSIBLE),
        [SLOT_REPORT_IDLE]     = TO(DOWN, IMPOSSIBLE),
        [SLOT_REPORT_JUDGING]  = TO(DOWN, IMPOSSIBLE),
        [SLOT_REPORT_STORING]  = TO(DOWN, IMPOSSIBLE),
        [SLOT_SILENT]          = TO(DOWN, IMPOSSIBLE),
        [SLOT_OVERDUE]         = TO(DOWN, IMPOSSIBLE),
        [SLOT_ENDED]           = TO(DOWN, IMPOSSIBLE),
        [SLOT_HELD]            = TO(DOWN, IMPOSSIBLE),
        [SLOT_DIED]            = TO(DOWN, LATER), /* it could not even be started */
        [SLOT_STOP]            = TO(DOWN, NONE),
        [SLOT_RELOAD]          = TO(DOWN, SOON),
        [SLOT_DUE]             = TO(STARTING, START),
    },
    [POOL_STARTING] = {SPEAKS, ALIVE(STARTING), [SLOT_RELOAD] = TO(STARTING, HUP)},
    [POOL_IDLE]     = {SPEAKS, ALIVE(IDLE),     [SLOT_RELOAD] = TO(IDLE, HUP)},
    [POOL_JUDGING]  = {SPEAKS, ALIVE(JUDGING),  [SLOT_RELOAD] = TO(JUDGING, HUP)},
    [POOL_STORING]  = {SPEAKS, ALIVE(STORING),  [SLOT_RELOAD] = TO(STORING, HUP)},
    [POOL_ENDING] = {
        [SLOT_REPORT_STARTING] = TO(ENDING, HEAR),
        [SLOT_REPORT_IDLE]     = TO(ENDING, HEAR),
        [SLOT_REPORT_JUDGING]  = TO(ENDING, HEAR),
        [SLOT_REPORT_STORING]  = TO(ENDING, HEAR),
        ALIVE(ENDING),
        [SLOT_ENDED]           = TO(DOWN, AGAIN),
        [SLOT_STOP]            = TO(ENDING, NONE),
        [SLOT_RELOAD]          = TO(ENDING, NONE), /* the next one reads it anyway */
    },
};
/* clang-format on */

const struct slot_times slot_times_usual = {.start_ms = 30000,
                                            .silent_ms = POOL_SILENT_MS,
                                            .slack_ms = 2000,
                                            .first_ms = 1000,
                                            .last_ms = 30000,
                                            .held_ms = 1000,
                                            .healthy_ms = 60000};

void slot_init(struct slot *slot, int number, const struct slot_times *times, int64_t now_us)
{
    memset(slot, 0, sizeof *slot);
    slot->number = number;
    slot->state = POOL_DOWN;
    slot->report_fd = -1;
    slot->delay_ms = times->first_ms;
    slot->since_us = now_us;
    slot->due_us = now_us;
}

bool slot_has_job(const struct slot *slot)
{
    return slot->report.id[0] != '\0';
}

/* What is the same for every end: the delay of the next start. */
static void slot_gone(struct slot *slot, enum slot_action action, const struct slot_times *times, int64_t now_us)
{
    if (now_us - slot->started_us >= times->healthy_ms * INT64_C(1000) && slot->started_us > 0)
        slot->delay_ms = times->first_ms;
    slot->held = action == SLOT_RETRY ? slot->held + 1 : 0;
    switch (action) {
    case SLOT_AGAIN:
        slot->due_us = now_us;
        break;
    case SLOT_RETRY:
        slot->due_us = now_us + times->held_ms * INT64_C(1000);
        break;
    default:
        slot->due_us = now_us + slot->delay_ms * INT64_C(1000);
        slot->delay_ms = slot->delay_ms * 2 < times->last_ms ? slot->delay_ms * 2 : times->last_ms;
    }
    slot->pid = 0;
    slot->spoke = slot->killed = slot->reload = false;
    slot->part_size = 0;
    slot->report = (struct pool_report){0};
}

enum slot_action slot_take_event(struct slot *slot, enum slot_event event, const struct slot_times *times,
                                 int64_t now_us)
{
    const struct slot_row *row = &slot_table[slot->state][event];
    if (row->action == SLOT_IMPOSSIBLE)
        return SLOT_IMPOSSIBLE;
    if (row->next != slot->state) {
        slot->state = row->next;
        slot->since_us = now_us;
    }
    if (row->action == SLOT_AGAIN || row->action == SLOT_LATER || row->action == SLOT_RETRY)
        slot_gone(slot, row->action, times, now_us);
    if (row->action == SLOT_SOON) {
        slot->due_us = now_us;
        slot->delay_ms = times->first_ms;
    }
    if (row->action == SLOT_START) {
        slot->started_us = slot->heard_us = now_us;
        slot->spoke = slot->killed = slot->reload = false;
    }
    return row->action;
}

static void slot_make_printable(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == '"' || *p == 0x7f)
            *p = '?';
    }
}

int slot_hear(struct slot *slot, const struct pool_report *report, const struct slot_times *times, int64_t now_us)
{
    if (report->magic != POOL_MAGIC || report->state < POOL_STARTING || report->state > POOL_STORING)
        return -1;
    struct pool_report old = slot->report;
    slot->report = *report;
    slot_make_printable(slot->report.id, sizeof slot->report.id);
    slot_make_printable(slot->report.token, sizeof slot->report.token);
    slot_make_printable(slot->report.note, sizeof slot->report.note);
    bool same = strcmp(old.id, slot->report.id) == 0 && strcmp(old.token, slot->report.token) == 0;
    if (old.id[0] != '\0' && !same) {
        slot->jobs++;
        slot->delay_ms = times->first_ms;
    }
    slot->heard_us = now_us;
    slot->spoke = true;
    if (report->state != POOL_STARTING)
        slot->held = 0;
    return SLOT_REPORT_STARTING + (int)report->state - POOL_STARTING;
}

int64_t slot_next(const struct slot *slot, const struct slot_times *times, bool wanted, enum slot_event *event)
{
    if (slot->state == POOL_DOWN) {
        *event = SLOT_DUE;
        return wanted ? slot->due_us : INT64_MAX;
    }
    if (slot->killed)
        return INT64_MAX;
    int64_t quiet_ms = slot->report.quiet_ms > 0 ? slot->report.quiet_ms : times->silent_ms;
    if (quiet_ms > SLOT_QUIET_MAX_MS)
        quiet_ms = SLOT_QUIET_MAX_MS;
    bool starting = !slot->spoke || slot->report.state == POOL_STARTING;
    if (starting && quiet_ms < times->start_ms)
        quiet_ms = times->start_ms;
    int64_t when_us = slot->heard_us + quiet_ms * 1000;
    *event = SLOT_SILENT;
    if (slot->report.state == POOL_JUDGING && slot->report.deadline_us > 0) {
        int64_t overdue_us;
        if (__builtin_add_overflow(slot->report.deadline_us, times->slack_ms * INT64_C(1000), &overdue_us))
            overdue_us = INT64_MAX;
        if (overdue_us < when_us) {
            *event = SLOT_OVERDUE;
            when_us = overdue_us;
        }
    }
    return when_us;
}

const char *slot_event_name(enum slot_event event)
{
    static const char *const names[SLOT_EVENTS] = {
        "REPORT_STARTING", "REPORT_IDLE", "REPORT_JUDGING", "REPORT_STORING", "SILENT", "OVERDUE",
        "ENDED",           "HELD",        "DIED",           "STOP",           "RELOAD", "DUE"};
    return names[event];
}

enum slot_event slot_end(const struct slot *slot, int status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        (void)str_format(text, size, "killed by signal %d", WTERMSIG(status)); /* it fits, here and below */
        /* Told to end before it could listen: an orderly end, as it had nothing in hand. */
        if (slot->state == POOL_ENDING && WTERMSIG(status) == SIGTERM && !slot_has_job(slot))
            return SLOT_ENDED;
        return SLOT_DIED;
    }
    int code = WEXITSTATUS(status);
    (void)str_format(text, size, "exited with %d", code);
    if (code == 0)
        return SLOT_ENDED;
    if (code == SLOT_EX_TEMPFAIL) {
        (void)str_copy(text, size, "its place is still held by the worker before it");
        return SLOT_HELD;
    }
    return SLOT_DIED;
}

void slot_tell(const struct slot *slot, enum pool_event event, struct pool_slot *out)
{
    *out = (struct pool_slot){.magic = POOL_MAGIC,
                              .event = (uint32_t)event,
                              .slot = slot->number,
                              .pid = slot->pid,
                              .state = (int32_t)slot->state,
                              .restarts = slot->restarts,
                              .since_us = slot->since_us,
                              .jobs = slot->jobs,
                              .report = slot->report};
    (void)str_copy(out->why, sizeof out->why, slot->why); /* of one size */
}
