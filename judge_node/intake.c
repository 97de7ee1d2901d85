/*
 * intake.c - see intake.h. A thread of judge_node, under its unprivileged user; judges nothing and renews nothing.
 */
#include "judge_node/intake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/event_say.h"
#include "judge_node/lane.h"

#include "common/banned.h"

#define INTAKE_WAIT_US 1000000
#define INTAKE_END_MS 500

/* The descriptors that end the thread's wait; the hint's joins them when it is bound. */
static int intake_watch(struct intake *intake, struct err *e)
{
    const int fds[] = {intake->board->stop_fd, intake->board->wake_fd};
    intake->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (intake->epoll_fd < 0)
        return err_sys(e, errno, "make an epoll");
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        struct epoll_event event = {.events = EPOLLIN};
        event.data.fd = fds[i];
        if (epoll_ctl(intake->epoll_fd, EPOLL_CTL_ADD, fds[i], &event) != 0)
            return err_sys(e, errno, "watch an eventfd");
    }
    return 0;
}

struct intake *intake_new(const struct settings *settings, struct board *board, struct err *e)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL) {
        (void)err_set(e, "no memory");
        return NULL;
    }
    intake->settings = settings;
    intake->board = board;
    intake->epoll_fd = -1;
    intake->held_contact_us = intake->held_shared_us = -1;
    contact_init(&intake->queue_contact, "queue", &board->queue_down, 1U << BOARD_INTAKE);
    contact_init(&intake->store_contact, "store", &board->store_down, 1U << BOARD_INTAKE);
    if (held_init(&intake->held) != 0 || intake_watch(intake, e) != 0) {
        if (intake->held.now == NULL)
            (void)err_set(e, "no memory");
        intake->hint.fd = -1;
        intake_free(intake);
        return NULL;
    }
    hint_init(&intake->hint, settings, intake->epoll_fd);
    return intake;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    hint_fini(&intake->hint);
    queue_close(intake->queue);
    store_close(intake->store);
    held_fini(&intake->held);
    file_close(&intake->epoll_fd);
    free(intake);
}

bool intake_queue_answered(struct intake *intake, int code, const struct err *e)
{
    int64_t now = contact_now_us();
    if (code < 0) {
        contact_bad(&intake->queue_contact, now, e);
        return false;
    }
    if (contact_good(&intake->queue_contact, now))
        intake->sweep.restart = true; /* it may have lost what it held */
    return true;
}

bool intake_store_answered(struct intake *intake, int code, const struct err *e)
{
    int64_t now = contact_now_us();
    if (code < 0)
        contact_bad(&intake->store_contact, now, e);
    else
        (void)contact_good(&intake->store_contact, now); /* the sweep that found it goes on */
    return code >= 0;
}

int intake_add(struct intake *intake, const struct store_submission *row, const char *text, struct err *e)
{
    struct queue_entry entry = {
        .lane = lane_of(intake->settings, row), .language = row->language, .problem = row->problem_id};
    (void)str_format(entry.id, sizeof entry.id, "%lld", (long long)row->id); /* fits */
    (void)str_copy(entry.user, sizeof entry.user, row->user);                /* the same size */
    int64_t before_us = clock_now_us();
    event_say_waits(intake->board, &entry, row->result, before_us); /* before a worker can say more */
    int code = text != NULL ? queue_inbox_add(intake->queue, text, &entry, e) : queue_add(intake->queue, &entry, e);
    if (code == 1)
        log_debug("added submission=%s lane=%s by=%s", entry.id, queue_lane_name(entry.lane),
                  text != NULL ? "list" : "sweep");
    return code;
}

/* Open, and a call may be made. */
static bool intake_has_queue(struct intake *intake, int64_t now_us)
{
    struct err e;
    if (!contact_due(&intake->queue_contact, now_us))
        return false;
    if (intake->queue == NULL)
        intake->queue = queue_open(intake->settings, intake->settings->node, &e);
    return intake->queue != NULL || intake_queue_answered(intake, -1, &e);
}

static bool intake_has_store(struct intake *intake, int64_t now_us)
{
    struct err e;
    if (!contact_due(&intake->store_contact, now_us))
        return false;
    if (intake->store == NULL)
        intake->store = store_open(intake->settings, &e);
    return intake->store != NULL || intake_store_answered(intake, -1, &e);
}

/* The rows of jobs whose workers died. 0, or -1 where the store is gone; the rest is kept. */
static int intake_put_back(struct intake *intake)
{
    struct err e;
    intake->put_back_count += board_take_put_backs(intake->board, intake->put_backs + intake->put_back_count,
                                                   BOARD_PUT_BACKS - intake->put_back_count);
    size_t done = 0;
    int code = 0;
    while (done < intake->put_back_count && code >= 0) {
        const struct board_row *at = &intake->put_backs[done];
        int64_t id;
        if (str_to_int64(at->id, 1, INT64_MAX, &id) == 0) { /* another id is no row's */
            int64_t before_us = clock_now_us();
            code = store_put_back(intake->store, id, at->token, &e);
            if (!intake_store_answered(intake, code, &e))
                break;
            if (code == 1)
                event_say(intake->board, at->id, STORE_REJUDGE, false, at->token, before_us);
            log_debug("put back submission=%s judger=%s rows=%d: its worker died", at->id, at->token, code);
        }
        done++;
    }
    intake->put_back_count -= done;
    memmove(intake->put_backs, intake->put_backs + done, intake->put_back_count * sizeof *intake->put_backs);
    return code < 0 ? -1 : 0;
}

/* The rows of programs that run say so: only what a page shows meanwhile, so one that fails is not tried again. */
static int intake_say_runs(struct intake *intake)
{
    struct board_row runs[POOL_SLOTS];
    struct err e;
    size_t n = board_take_runs(intake->board, runs);
    for (size_t i = 0; i < n; i++) {
        int64_t id;
        if (str_to_int64(runs[i].id, 1, INT64_MAX, &id) != 0 || !board_is_live(intake->board, runs[i].token))
            continue; /* another id is no row's */
        if (!intake_store_answered(intake, store_running(intake->store, id, runs[i].token, &e), &e))
            return -1;
    }
    return 0;
}

/* The work that is due at both servers. True where there is more to do at once. */
static bool intake_work(struct intake *intake, int64_t now_us)
{
    if (!intake_has_store(intake, now_us) || intake_put_back(intake) != 0 || intake_say_runs(intake) != 0 ||
        !intake_has_queue(intake, now_us))
        return false;
    if (!intake->queue_contact.up || !intake->store_contact.up) /* the sweep asks both */
        intake->sweep.due_us = now_us;
    if (list_work(intake, now_us) != 0)
        return false;
    return sweep_step(intake, now_us) == 1;
}

static int64_t intake_sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int intake_turn(struct intake *intake, int64_t now_us)
{
    eventfd_t count;
    (void)eventfd_read(intake->board->wake_fd, &count); /* EAGAIN: nothing was there */
    contact_tick(&intake->queue_contact, now_us);
    contact_tick(&intake->store_contact, now_us);
    if (hint_came(&intake->hint, now_us) || atomic_exchange(&intake->board->look, false))
        intake->sweep.wanted = true;
    if (intake_work(intake, now_us))
        return 0;
    int64_t now = contact_now_us();
    int64_t due = now + INTAKE_WAIT_US;
    if (intake->settings->udp && !intake->hint.listening)
        due = intake_sooner(due, intake->hint.retry_us);
    if (!intake->queue_contact.up || !intake->store_contact.up) {
        int64_t queue_us = intake->queue_contact.up ? 0 : intake->queue_contact.retry_us;
        int64_t store_us = intake->store_contact.up ? 0 : intake->store_contact.retry_us;
        due = intake_sooner(due, queue_us > store_us ? queue_us : store_us);
    } else {
        due = intake_sooner(due, intake_sooner(sweep_due(&intake->sweep), list_due(intake)));
    }
    return due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

void *intake_run(void *argument)
{
    struct intake *intake = argument;
    struct board *board = intake->board;
    while (!atomic_load(&board->stop) && !atomic_load(&board->orphaned)) {
        int64_t now = contact_now_us();
        atomic_store(&board->seen_us[BOARD_INTAKE], now);
        list_take(intake, intake_turn(intake, now));
    }
    hint_fini(&intake->hint); /* the next judge_node wants the port */
    /* judged ends its workers, then this process: the last of them may have died within a job. */
    struct pollfd done = {.fd = board->done_fd, .events = POLLIN};
    if (atomic_load(&board->stop) && poll(&done, 1, INTAKE_END_MS) == 1 && intake->store != NULL &&
        intake->store_contact.up)
        (void)intake_put_back(intake); /* what it cannot, the next sweep does */
    return NULL;
}
