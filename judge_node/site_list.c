/*
 * site_list.c - the ids that the site pushes. Runs in judge_node's intake thread; takes a text for a number or for nothing.
 */
#include "judge_node/intake.h"

#include <poll.h>
#include <string.h>

#include "common/log.h"
#include "common/str.h"
#include "judge_node/shown.h"

#include "common/banned.h"

#define LIST_BATCH 64
#define LIST_RETRY_US 200000     /* a row that is not there yet: a replica may lag */
#define LIST_GIVE_UP_US 10000000 /* then the sweep will find it, if it comes */
#define LIST_SAY_US 60000000     /* between two lines about what was dropped */
#define LIST_QUIET_US 1000000    /* a line comes when nothing has been dropped for so long */
#define LIST_QUICK_MS 100        /* a queue that has no list answers at once: look that often */

static void list_poll(const struct intake *intake, int timeout_ms)
{
    struct pollfd fd = {.fd = intake->epoll_fd, .events = POLLIN};
    (void)poll(&fd, 1, timeout_ms); /* whatever ends it, the loop looks again */
}

static void list_count(struct list_dropped *dropped, const char *text, int64_t now_us)
{
    if (dropped->unsaid++ == 0)
        dropped->first_us = now_us;
    dropped->last_us = now_us;
    (void)str_copy(dropped->last, sizeof dropped->last, text); /* cut is fine */
}

/* When there is something to say of what was dropped; more_comes: not before there is an end of it. */
static int64_t list_say_due(const struct list_dropped *dropped, bool more_comes)
{
    if (dropped->unsaid == 0)
        return INT64_MAX;
    int64_t due_us = dropped->first_us + LIST_GIVE_UP_US + LIST_QUIET_US;
    if (!more_comes && dropped->last_us + LIST_QUIET_US < due_us)
        due_us = dropped->last_us + LIST_QUIET_US;
    return dropped->said_us != 0 && dropped->said_us + LIST_SAY_US > due_us ? dropped->said_us + LIST_SAY_US : due_us;
}

/* One line a minute tells of all of them. */
static void list_say(struct list_dropped *dropped, bool more_comes, const char *why, int64_t now_us)
{
    if (now_us < list_say_due(dropped, more_comes))
        return;
    log_warnx("list dropped=%lld last=\"%s\": %s", (long long)dropped->unsaid, shown_of(dropped->last).text, why);
    dropped->said_us = now_us;
    dropped->unsaid = 0;
}

/* What is left to another box, which sweeps for it, is said once. */
static bool list_not_mine(struct intake *intake, int64_t id, const char *why)
{
    if (!intake->mine_said)
        log_warnx("list dropped submission=%lld: [intake] %s leave it to another box", (long long)id, why);
    intake->mine_said = true;
    return false;
}

static bool list_is_mine(struct intake *intake, int64_t id)
{
    const struct settings *settings = intake->settings;
    return settings->total <= 1 || id % settings->total == settings->mod || list_not_mine(intake, id, "total and mod");
}

static bool list_is_offered(struct intake *intake, const struct store_submission *row)
{
    int64_t mask = intake->settings->languages;
    bool offered = row->language >= 0 && row->language < 63 && (mask >> row->language & 1) != 0;
    return mask == -1 || offered || list_not_mine(intake, row->id, "languages");
}

static bool list_drop(struct intake *intake, const char *text)
{
    struct err e;
    return intake_queue_answered(intake, queue_inbox_add(intake->queue, text, NULL, &e), &e);
}

/* A number without a row: looked for again. The sweep is there for what is forgotten. */
static void list_note_late(struct intake *intake, int64_t id, const char *text, int64_t now_us)
{
    for (size_t i = 0; i < intake->late_count; i++) {
        if (intake->late[i].id == id)
            return;
    }
    if (intake->late_count == INTAKE_LATE) {
        list_count(&intake->gone, text, now_us);
        return;
    }
    intake->late[intake->late_count++] =
        (struct list_late){.id = id, .first_us = now_us, .due_us = now_us + LIST_RETRY_US};
}

static bool list_waits(const struct store_submission *row)
{
    return row->result == STORE_WAITING || row->result == STORE_REJUDGE;
}

/* One text of the inbox becomes a job, or a number to look for again, or nothing. False where a server is gone: then it is still in
 * the inbox. */
static bool list_text(struct intake *intake, const char *text, int64_t now_us)
{
    struct store_submission row;
    struct err e;
    int64_t id;
    if (str_to_int64(text, 1, INT64_MAX, &id) != 0) {
        list_count(&intake->bad, text, now_us);
        return list_drop(intake, text);
    }
    if (!list_is_mine(intake, id))
        return list_drop(intake, text);
    int code = store_read(intake->store, id, &row, &e);
    if (!intake_store_answered(intake, code, &e))
        return false;
    if (code == 1 && list_waits(&row) && list_is_offered(intake, &row)) {
        code = intake_add(intake, &row, text, &e);
        store_submission_fini(&row);
        return intake_queue_answered(intake, code, &e);
    }
    if (code == 1)
        store_submission_fini(&row);
    else
        list_note_late(intake, id, text, now_us);
    return list_drop(intake, text);
}

/* Another program uses the list's name for something else: the queue itself answers, and the sweep goes on. */
static bool list_is_none(struct intake *intake, const struct err *why, int64_t now_us)
{
    const int64_t any = 1;
    enum queue_state state;
    struct err e;
    if (strstr(why->text, "WRONGTYPE") == NULL || queue_states(intake->queue, &any, 1, &state, &e) != 0)
        return false;
    if (intake->none_said_us == 0 || now_us - intake->none_said_us >= LIST_SAY_US) {
        log_warnx("list not read, submissions are found by the sweep: %s", why->text);
        intake->none_said_us = now_us;
    }
    return true;
}

void list_take(struct intake *intake, int timeout_ms)
{
    char texts[LIST_BATCH][QUEUE_ID_SIZE];
    struct err e;
    if (!settings_has_redis(intake->settings) || intake->queue == NULL || !intake->queue_contact.up ||
        !intake->store_contact.up) {
        list_poll(intake, timeout_ms);
        return;
    }
    int64_t before = contact_now_us();
    int n = queue_inbox_take(intake->queue, timeout_ms, intake->epoll_fd, texts, LIST_BATCH, &e);
    if (n < 0 && list_is_none(intake, &e, before)) {
        list_poll(intake, timeout_ms);
        return;
    }
    if (!intake_queue_answered(intake, n, &e))
        return;
    int64_t now = contact_now_us();
    for (int i = 0; i < n && !atomic_load(&intake->board->stop); i++) {
        if (!list_text(intake, texts[i], now))
            return;
    }
    int64_t rest_ms = timeout_ms - (now - before) / 1000;
    if (n == 0 && rest_ms > timeout_ms / 2)
        list_poll(intake, rest_ms < LIST_QUICK_MS ? (int)rest_ms : LIST_QUICK_MS);
}

/* 1 it is dealt with, 0 it is to be looked for again, -1 a server is gone. */
static int list_late(struct intake *intake, struct list_late *late, int64_t now_us)
{
    struct store_submission row;
    struct err e;
    int code = store_read(intake->store, late->id, &row, &e);
    if (!intake_store_answered(intake, code, &e))
        return -1;
    if (code == 1) {
        bool answered = !list_waits(&row) || !list_is_offered(intake, &row) ||
                        intake_queue_answered(intake, intake_add(intake, &row, NULL, &e), &e);
        store_submission_fini(&row);
        return answered ? 1 : -1;
    }
    /* The longer it is missing, the more seldom it is looked for: thousands of such numbers are no load. */
    int64_t missing_us = now_us - late->first_us;
    late->due_us = now_us + (missing_us > LIST_RETRY_US ? missing_us : LIST_RETRY_US);
    if (missing_us < LIST_GIVE_UP_US && late->due_us > late->first_us + LIST_GIVE_UP_US)
        late->due_us = late->first_us + LIST_GIVE_UP_US;
    if (missing_us < LIST_GIVE_UP_US)
        return 0;
    char text[24];
    (void)str_format(text, sizeof text, "%lld", (long long)late->id); /* it fits */
    list_count(&intake->gone, text, now_us);
    return 1;
}

int list_work(struct intake *intake, int64_t now_us)
{
    size_t kept = 0;
    int code = 0;
    for (size_t i = 0; i < intake->late_count; i++) {
        struct list_late *late = &intake->late[i];
        int done = 0;
        if (code == 0 && late->due_us <= now_us && !atomic_load(&intake->board->stop))
            done = list_late(intake, late, now_us);
        if (done < 0)
            code = -1;
        if (done != 1)
            intake->late[kept++] = *late;
    }
    intake->late_count = kept;
    list_say(&intake->bad, false, "not a submission's number", now_us);
    list_say(&intake->gone, intake->late_count > 0, "no row has such a number", now_us);
    return code;
}

int64_t list_due(const struct intake *intake)
{
    int64_t gone_us = list_say_due(&intake->gone, intake->late_count > 0);
    int64_t due = list_say_due(&intake->bad, false);
    if (gone_us < due)
        due = gone_us;
    for (size_t i = 0; i < intake->late_count; i++) {
        if (intake->late[i].due_us < due)
            due = intake->late[i].due_us;
    }
    return due;
}
