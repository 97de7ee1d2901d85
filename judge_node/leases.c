/*
 * leases.c - see leases.h. A thread of judge_node, under its unprivileged user; never touches the store.
 */
#include "judge_node/leases.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

#define LEASES_WATCH_US 1000000
#define LEASES_KILLED "killed by signal" /* as judged says it */
#define LEASES_ADOPT_US 10000000
#define LEASES_RUN_US                                                                                                  \
    50000 /* a program that ends sooner is never said to run: nobody would see it, and it costs a statement */
#define LEASES_DOUBT_US                                                                                                \
    2000000 /* a death that is not the job's first is looked at after a while: who else has died by then? */
#define LEASES_WAIT_US 1000000 /* the longest: contact_tick wants to be called that often */

struct leases *leases_new(const struct settings *settings, struct board *board)
{
    struct leases *leases = calloc(1, sizeof *leases);
    if (leases == NULL)
        return NULL;
    leases->settings = settings;
    leases->board = board;
    contact_init(&leases->contact, "queue", &board->queue_down, 1U << BOARD_LEASES);
    contact_init(&leases->shared, NULL, NULL, 0);
    watcher_init(&leases->watcher);
    return leases;
}

void leases_free(struct leases *leases)
{
    if (leases == NULL)
        return;
    queue_close(leases->queue);
    watcher_fini(&leases->watcher);
    free(leases);
}

void leases_note_killed(struct leases *leases, int64_t now_us)
{
    static const char *const others[DEATHS_OTHERS] = {"the agent before this one", "its workers"};
    for (size_t i = 0; i < DEATHS_OTHERS; i++)
        (void)deaths_note(&leases->deaths, others[i], now_us);
    leases->forgive_us = now_us + DEATHS_WINDOW_US + 2 * leases->settings->lease_ms * 1000;
}

static bool leases_orphaned(const struct leases *leases)
{
    return atomic_load(&leases->board->orphaned);
}

/* After a call: code is what it returned. True where the queue answered. */
static bool leases_answered(struct leases *leases, int code, const struct err *e)
{
    int64_t now = contact_now_us();
    if (code < 0) {
        contact_bad(&leases->contact, now, e);
        return false;
    }
    if (contact_good(&leases->contact, now))
        board_wake(leases->board, true); /* it may have lost what it held */
    return true;
}

static void leases_publish(struct leases *leases)
{
    struct queue_lease held[POOL_SLOTS];
    int slots[POOL_SLOTS];
    board_set_live(leases->board, held, roster_leases(&leases->roster, held, slots));
}

static void leases_note_death(struct leases *leases, const struct roster_job *died)
{
    if (leases->died_count == POOL_SLOTS) { /* the queue was gone for long: the oldest is left to its lease's end */
        leases->died_count--;
        memmove(leases->died, leases->died + 1, leases->died_count * sizeof *leases->died);
    }
    struct roster_job *job = &leases->died[leases->died_count++];
    int64_t now_us = contact_now_us();
    *job = *died;
    job->excused = deaths_note(&leases->deaths, died->id, now_us);
    job->due_us = now_us;
    if (job->excused || job->attempt < 2)
        return;
    job->due_us += job->attempt < leases->settings->max_attempts ? LEASES_DOUBT_US : 2 * LEASES_DOUBT_US;
    board_add_put_back(leases->board, job->id, job->token); /* its row waits meanwhile, and the lease is kept */
}

/* A worker that was killed without a job in hand: somebody is at it, which excuses the jobs that he hits. Of a death with a job
 * the slot has no process any more when its state comes. */
static void leases_note_idle_death(struct leases *leases, const struct roster_slot *before,
                                   const struct pool_slot *said)
{
    char name[QUEUE_ID_SIZE];
    if (said->event != POOL_EVENT_STATE || said->state != POOL_DOWN || before->pid == 0 || before->holds ||
        strncmp(said->why, LEASES_KILLED, sizeof LEASES_KILLED - 1) != 0)
        return;
    (void)str_format(name, sizeof name, "slot %d, process %d", said->slot, before->pid); /* it fits */
    (void)deaths_note(&leases->deaths, name, contact_now_us());
}

/* Takes in what judged says. */
static void leases_watch(struct leases *leases, int64_t now_us)
{
    struct watcher *watcher = &leases->watcher;
    if (leases_orphaned(leases)) {
        watcher_fini(watcher);
        return;
    }
    if (watcher->fd < 0) {
        if (now_us < leases->watch_us || !watcher_connect(watcher)) {
            if (now_us >= leases->watch_us)
                leases->watch_us = now_us + LEASES_WATCH_US;
            return;
        }
        leases->watch_us = now_us + LEASES_WATCH_US;
        leases->renew_us = now_us; /* for what they hold by now */
    }
    struct pool_slot said;
    struct roster_job died;
    bool changed = false;
    int got;
    while ((got = watcher_read(watcher, &said)) == 1) {
        bool known = said.slot >= 0 && said.slot < POOL_SLOTS;
        struct roster_slot before = known ? leases->roster.slots[said.slot] : (struct roster_slot){.pid = 0};
        changed = true;
        if (roster_apply(&leases->roster, &said, contact_now_us(), &died))
            leases_note_death(leases, &died);
        else
            leases_note_idle_death(leases, &before, &said);
    }
    if (got < 0)
        log_debug("the connection to judged ended");
    if (changed)
        leases_publish(leases);
}

/* 1 it waits again, 2 it is quarantined, 0 nobody holds it with that token, -1 with e. */
static int leases_give_back(struct leases *leases, const struct roster_job *died, struct err *e)
{
    if (died->excused) {
        struct queue_job job = {.source = died->source};
        memcpy(job.id, died->id, sizeof job.id);
        memcpy(job.token, died->token, sizeof job.token);
        return queue_give_back(leases->queue, &job, false, died->why, e);
    }
    struct queue_lease lease = {.source = died->source};
    memcpy(lease.id, died->id, sizeof lease.id);
    memcpy(lease.token, died->token, sizeof lease.token);
    return queue_recover_job(leases->queue, &lease, died->why, e);
}

static void leases_say_given(struct leases *leases, const struct roster_job *job, int code)
{
    if (code == 2)
        log_warnx("quarantined submission=%s slot=%d reason=\"%s\"", job->id, job->slot, job->why);
    else if (code == 1)
        log_info("recovered submission=%s slot=%d reason=\"%s\"%s", job->id, job->slot, job->why,
                 job->excused ? " counted=no: workers die over other jobs too" : "");
    else
        log_debug("nothing to recover submission=%s slot=%d reason=\"%s\"", job->id, job->slot, job->why);
    /* Not in the queue (a wipe): the sweep adds it once its row waits. Quarantined: the row gets its result. */
    if (code != 2)
        board_add_put_back(leases->board, job->id, job->token);
    board_wake(leases->board, true);
}

/* Gives back the jobs of dead workers that are due by then. False where the queue did not answer. */
static bool leases_recover(struct leases *leases, int64_t until_us)
{
    struct err e;
    for (size_t i = 0; i < leases->died_count;) {
        struct roster_job *job = &leases->died[i];
        if (job->due_us > until_us) {
            i++;
            continue;
        }
        job->excused = job->excused || deaths_look_again(&leases->deaths, job->id, contact_now_us());
        int code = leases_give_back(leases, job, &e);
        if (!leases_answered(leases, code, &e))
            return false;
        leases_say_given(leases, job, code);
        leases->died_count--;
        memmove(job, job + 1, (leases->died_count - i) * sizeof *job);
    }
    return true;
}

/* Those of dead workers that are not given back yet. */
static size_t leases_of_dead(const struct leases *leases, struct queue_lease *held)
{
    for (size_t i = 0; i < leases->died_count; i++) {
        held[i] = (struct queue_lease){.source = leases->died[i].source};
        memcpy(held[i].id, leases->died[i].id, sizeof held[i].id);
        memcpy(held[i].token, leases->died[i].token, sizeof held[i].token);
    }
    return leases->died_count;
}

/* Renews what living workers hold. With none it is called as well: the queue notices a wipe by it, and an outage is seen. */
static bool leases_renew(struct leases *leases)
{
    struct queue_lease held[2 * POOL_SLOTS];
    int slots[POOL_SLOTS];
    struct queue_place place;
    struct err e;
    size_t n = roster_leases(&leases->roster, held, slots);
    size_t dead = leases_of_dead(leases, held + n);
    int code = queue_renew(leases->queue, held, n + dead, &e);
    if (code == 0 && n + dead == 0)
        code = queue_find(leases->queue, "0", &place, &e);
    if (!leases_answered(leases, code, &e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (roster_renewed(&leases->roster, slots[i], &held[i])) {
            log_warnx("lease lost submission=%s slot=%d: cancelled, or somebody else has the job by now", held[i].id,
                      slots[i]);
            watcher_cancel(&leases->watcher, held[i].token);
        }
    }
    return true;
}

/* Where Redis has a file in its stead while it is gone, all calls may be answered by the file: Redis is asked itself. */
static void leases_look_at_redis(struct leases *leases)
{
    struct err e;
    if (!settings_has_redis(leases->settings))
        return;
    if (queue_check(leases->queue, &e) != 0)
        contact_bad(&leases->shared, contact_now_us(), &e);
    else if (contact_good(&leases->shared, contact_now_us()))
        board_wake(leases->board, true);
    contact_tick(&leases->contact, contact_now_us());
}

/* Whether a lease that has run out means that nobody renews it. Without Redis it is the file that answers. */
static bool leases_may_expire(const struct leases *leases, int64_t now_us)
{
    int64_t lease_us = leases->settings->lease_ms * 1000;
    return contact_whole(&leases->contact, now_us, lease_us) &&
           (!leases->shared.up || contact_whole(&leases->shared, now_us, lease_us));
}

static bool leases_expire(struct leases *leases)
{
    struct err e;
    queue_forgive(leases->queue, contact_now_us() < leases->forgive_us);
    int count = queue_recover_expired(leases->queue, &e);
    if (!leases_answered(leases, count, &e))
        return false;
    if (count > 0) {
        log_warnx("recovered jobs=%d: their leases ran out", count);
        board_wake(leases->board, true);
    }
    return true;
}

static bool leases_adopt(struct leases *leases)
{
    struct err e;
    return leases_answered(leases, queue_inbox_adopt(leases->queue, &e), &e);
}

/* What is due at the queue, most urgent first; ends at the first call that it does not answer. */
static void leases_work(struct leases *leases)
{
    struct err e;
    int64_t lease_us = leases->settings->lease_ms * 1000;
    if (leases->queue == NULL) {
        leases->queue = queue_open(leases->settings, leases->settings->node, &e);
        if (leases->queue == NULL) {
            contact_bad(&leases->contact, contact_now_us(), &e);
            return;
        }
    }
    int64_t now = contact_now_us();
    if (!leases_recover(leases, now))
        return;
    now = contact_now_us();
    if (now >= leases->renew_us || !leases->contact.up) {
        if (!leases_renew(leases))
            return;
        leases->renew_us = now + lease_us / 3;
    }
    if (leases_orphaned(leases)) /* the rest is the next judge_node's */
        return;
    now = contact_now_us();
    if (now >= leases->adopt_us) {
        if (!leases_adopt(leases))
            return;
        leases->adopt_us = now + LEASES_ADOPT_US;
    }
    now = contact_now_us();
    contact_tick(&leases->contact, now);
    contact_tick(&leases->shared, now);
    if (now < leases->expired_us)
        return;
    leases->expired_us = now + lease_us / 3;
    leases_look_at_redis(leases);
    if (leases_may_expire(leases, contact_now_us()))
        (void)leases_expire(leases); /* the contact knows */
}

/* Programs that have run for a while: their rows say so. */
static void leases_say_runs(struct leases *leases, int64_t now_us, int64_t *due_us)
{
    const struct roster_job *job;
    while ((job = roster_runs(&leases->roster, now_us, LEASES_RUN_US, due_us)) != NULL)
        board_add_run(leases->board, job->id, job->token);
}

int leases_turn(struct leases *leases, int64_t now_us)
{
    contact_tick(&leases->contact, now_us);
    contact_tick(&leases->shared, now_us);
    leases_watch(leases, now_us);
    if (contact_due(&leases->contact, now_us))
        leases_work(leases);
    atomic_store(&leases->board->contact_us, leases->contact.up ? leases->contact.since_us : -1);
    atomic_store(&leases->board->shared_us, leases->shared.up ? leases->shared.since_us : -1);
    int64_t now = contact_now_us();
    int64_t due = now + LEASES_WAIT_US;
    if (!leases->contact.up)
        due = leases->contact.retry_us;
    else if (leases->renew_us < due)
        due = leases->renew_us;
    for (size_t i = 0; i < leases->died_count && leases->contact.up; i++)
        due = leases->died[i].due_us < due ? leases->died[i].due_us : due;
    leases_say_runs(leases, now, &due);
    return due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

void *leases_run(void *argument)
{
    struct leases *leases = argument;
    while (!atomic_load(&leases->board->stop)) {
        int64_t now = contact_now_us();
        atomic_store(&leases->board->seen_us[BOARD_LEASES], now);
        if (leases_orphaned(leases) && roster_forget_dead(&leases->roster) == 0)
            break;
        int wait_ms = leases_turn(leases, now);
        struct pollfd fds[] = {{.fd = leases->board->stop_fd, .events = POLLIN},
                               {.fd = leases->watcher.fd, .events = POLLIN}};
        (void)poll(fds, 2, wait_ms); /* whatever ends it, the loop looks again */
    }
    leases_watch(leases, contact_now_us()); /* the last that judged says: its workers may have died within a job */
    if (leases->queue != NULL && leases->contact.up)
        (void)leases_recover(leases, INT64_MAX);    /* what it cannot, the leases' end does */
    (void)eventfd_write(leases->board->done_fd, 1); /* cannot fail: it is the first */
    return NULL;
}
