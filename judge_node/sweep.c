/*
 * sweep.c - the sweep of the table. Runs in judge_node's intake thread; trusts the table, and the queue's answer about one id.
 */
#include "judge_node/intake.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/event_say.h"
#include "judge_node/shown.h"

#include "common/banned.h"

#define SWEEP_PAUSE_US 100000
#define SWEEP_SHARE 9 /* of a table with very many rows that wait, a sweep uses at most a tenth of the time */
#define SWEEP_LATEST_US 30000000 /* but is not put off for longer than this */

/* What is done with a row that waits, by what the queue says of it. */
enum sweep_action { SWEEP_SKIP, SWEEP_ADD, SWEEP_AGAIN };
static const enum sweep_action sweep_actions[] = {
    [QUEUE_UNKNOWN] = SWEEP_ADD,
    [QUEUE_WAITING] = SWEEP_SKIP,
    [QUEUE_HELD] = SWEEP_SKIP,  /* it is about to be claimed, or its worker will find that it lost the claim */
    [QUEUE_DEAD] = SWEEP_AGAIN, /* a teacher asks for it once more */
};

/* A row waits although its job is quarantined: where its result was written since, somebody set it back. */
static int sweep_again(struct intake *intake, const struct store_submission *row, struct err *e)
{
    struct store_submission now;
    char id[QUEUE_ID_SIZE];
    int untold = quarantine_untold(intake, row->id);
    if (untold != 0)
        return untold < 0 ? -1 : 0;
    int code = store_read(intake->store, row->id, &now, e);
    if (!intake_store_answered(intake, code, e))
        return -1;
    bool waits = code == 1 && (now.result == STORE_WAITING || now.result == STORE_REJUDGE);
    if (code == 1)
        store_submission_fini(&now);
    if (!waits)
        return 0;
    (void)str_format(id, sizeof id, "%lld", (long long)row->id); /* fits */
    code = queue_remove(intake->queue, id, e);
    if (!intake_queue_answered(intake, code, e))
        return -1;
    log_info("again submission=%s: it was quarantined, and its row waits once more", id);
    return 1;
}

/* One row that waits: 0, or -1 where a server is gone. */
static int sweep_row(struct intake *intake, const struct store_submission *row, enum queue_state state)
{
    struct err e;
    enum sweep_action action = sweep_actions[state];
    if (action == SWEEP_AGAIN) {
        int code = sweep_again(intake, row, &e);
        if (code < 0)
            return -1;
        action = code == 1 ? SWEEP_ADD : SWEEP_SKIP;
    }
    if (action == SWEEP_SKIP)
        return 0;
    int code = intake_add(intake, row, NULL, &e);
    if (!intake_queue_answered(intake, code, &e))
        return -1;
    intake->sweep.added += code;
    return 0;
}

/* The states of the n ids in intake->ids. */
static int sweep_states(struct intake *intake, size_t n)
{
    struct err e;
    return n == 0 || intake_queue_answered(intake, queue_states(intake->queue, intake->ids, n, intake->states, &e), &e)
               ? 0
               : -1;
}

static int sweep_waiting(struct intake *intake)
{
    struct err e;
    struct sweep *sweep = &intake->sweep;
    int n = store_waiting(intake->store, sweep->after_id, intake->rows, INTAKE_PAGE, &e);
    if (!intake_store_answered(intake, n, &e))
        return -1;
    for (int i = 0; i < n; i++)
        intake->ids[i] = intake->rows[i].id;
    int code = sweep_states(intake, (size_t)n);
    for (int i = 0; i < n && code == 0 && !atomic_load(&intake->board->stop); i++)
        code = sweep_row(intake, &intake->rows[i], intake->states[i]);
    for (int i = 0; i < n; i++)
        store_submission_fini(&intake->rows[i]);
    if (code != 0)
        return -1;
    sweep->waiting += n;
    if (n == INTAKE_PAGE) {
        sweep->after_id = intake->ids[n - 1];
        return 1;
    }
    if (sweep->added > 0)
        log_info("swept waiting=%lld added=%lld", (long long)sweep->waiting, (long long)sweep->added);
    sweep->phase = SWEEP_HELD;
    sweep->after_id = 0;
    return 1;
}

/* Whether a contact has been unbroken for a lease. */
static bool sweep_whole(const struct intake *intake, int64_t since_us, int64_t now_us)
{
    return since_us >= 0 && now_us - since_us >= intake->settings->lease_ms * 1000;
}

/* A held row: 0, or -1 where the store is gone; then it is looked at again in the next sweep. */
static int sweep_held_row(struct intake *intake, const struct store_status *row, enum queue_state state, int64_t now_us)
{
    const struct held_rule rule = {.node = intake->settings->node,
                                   .shared = sweep_whole(intake, intake->held_shared_us, now_us),
                                   .lease_us = intake->settings->lease_ms * 1000,
                                   .foreign_s = intake->settings->foreign_claim_s};
    struct err e;
    enum held_answer answer =
        held_row(&intake->held, &rule, row, state, board_is_live(intake->board, row->judger), now_us);
    if (answer == HELD_LEAVE)
        return 0;
    char id[QUEUE_ID_SIZE];
    int64_t before_us = clock_now_us();
    int code = store_put_back(intake->store, row->id, row->judger, &e);
    if (!intake_store_answered(intake, code, &e))
        return -1;
    if (code == 1) {
        if (answer == HELD_FOREIGN)
            log_warnx("put back submission=%lld judger=\"%s\": another judge has held it for over %lld s",
                      (long long)row->id, shown_of(row->judger).text, (long long)rule.foreign_s);
        else
            log_warnx("put back submission=%lld judger=%s: nobody holds it", (long long)row->id, row->judger);
        intake->sweep.wanted = true;
        (void)str_format(id, sizeof id, "%lld", (long long)row->id); /* it fits */
        event_say(intake->board, id, STORE_REJUDGE, false, row->judger, before_us);
    }
    return 0;
}

/* Whether the queue has been in reach for a lease, so that its silence about a job means something. */
static bool sweep_may_doubt(struct intake *intake, int64_t now_us)
{
    int64_t contact_us = atomic_load(&intake->board->contact_us);
    int64_t shared_us = atomic_load(&intake->board->shared_us);
    if (contact_us != intake->held_contact_us || shared_us != intake->held_shared_us)
        held_forget(&intake->held);
    intake->held_contact_us = contact_us;
    intake->held_shared_us = shared_us;
    return sweep_whole(intake, contact_us, now_us);
}

static int sweep_held(struct intake *intake, int64_t now_us)
{
    struct err e;
    struct sweep *sweep = &intake->sweep;
    int code = 0;
    if (!sweep_may_doubt(intake, now_us))
        return 0;
    int n = store_held(intake->store, sweep->after_id, intake->held_rows, INTAKE_PAGE, &e);
    if (!intake_store_answered(intake, n, &e))
        return -1;
    for (int i = 0; i < n; i++)
        intake->ids[i] = intake->held_rows[i].id;
    if (sweep_states(intake, (size_t)n) != 0)
        code = -1;
    for (int i = 0; i < n && code == 0; i++)
        code = sweep_held_row(intake, &intake->held_rows[i], intake->states[i], now_us);
    for (int i = 0; i < n; i++)
        store_status_fini(&intake->held_rows[i]);
    if (code != 0) { /* this look begins anew */
        sweep->after_id = 0;
        held_restart(&intake->held);
        return -1;
    }
    if (n == INTAKE_PAGE) {
        sweep->after_id = intake->ids[n - 1];
        return 1;
    }
    held_end(&intake->held);
    return 0;
}

/* For how long nothing is to be swept after a sweep that took took_us; least_us where it was quick. One that filled an empty queue
 * says nothing about the next. */
static int64_t sweep_pause(const struct sweep *sweep, int64_t took_us, int64_t least_us)
{
    int64_t share_us = sweep->added > 0 ? 0 : took_us * SWEEP_SHARE;
    if (share_us > SWEEP_LATEST_US)
        share_us = SWEEP_LATEST_US;
    return share_us > least_us ? share_us : least_us;
}

int64_t sweep_due(const struct sweep *sweep)
{
    if (sweep->phase != SWEEP_IDLE || sweep->restart)
        return 0;
    return sweep->wanted && sweep->soon_us < sweep->due_us ? sweep->soon_us : sweep->due_us;
}

/* The phases' work: 1 more, 0 the phase is done, -1 a server is gone. */
static int sweep_work(struct intake *intake, int64_t now_us)
{
    switch (intake->sweep.phase) {
    case SWEEP_DEAD:
        return quarantine_step(intake);
    case SWEEP_WAITING:
        return sweep_waiting(intake);
    case SWEEP_HELD:
        return sweep_held(intake, now_us);
    case SWEEP_IDLE:
    case SWEEP_PHASES:
        break;
    }
    return 0;
}

int sweep_step(struct intake *intake, int64_t now_us)
{
    struct sweep *sweep = &intake->sweep;
    if (now_us < sweep_due(sweep))
        return 0;
    if (sweep->phase == SWEEP_IDLE || sweep->restart) {
        sweep->restart = sweep->wanted = false;
        sweep->phase = SWEEP_DEAD;
        sweep->started_us = now_us;
        sweep->after_id = sweep->waiting = sweep->added = 0;
        held_restart(&intake->held);
    }
    int code = sweep_work(intake, now_us);
    if (code != 0)
        return code;
    if (sweep->phase == SWEEP_DEAD) {
        sweep->phase = SWEEP_WAITING;
        return 1;
    }
    int64_t now = contact_now_us();
    int64_t took = now - sweep->started_us;
    sweep->phase = SWEEP_IDLE;
    sweep->due_us = now + sweep_pause(sweep, took, intake->settings->sweep_ms * 1000);
    sweep->soon_us = now + sweep_pause(sweep, took, SWEEP_PAUSE_US);
    return 0;
}
