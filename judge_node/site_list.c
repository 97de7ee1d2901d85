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
#define LIST_SAY_US 60000000
#define LIST_QUICK_MS 100 /* a queue that has no list answers at once: look that often */

static void list_poll(const struct intake *intake, int timeout_ms)
{
    struct pollfd fd = {.fd = intake->epoll_fd, .events = POLLIN};
    (void)poll(&fd, 1, timeout_ms); /* whatever ends it, the loop looks again */
}

/* Notes the texts that are not noted yet: what an inbox holds may be given out again. */
static void list_note(struct intake *intake, char (*texts)[QUEUE_ID_SIZE], int n, int64_t now_us)
{
    for (int i = 0; i < n; i++) {
        struct list_item *item = &intake->items[intake->item_count++];
        memcpy(item->text, texts[i], sizeof item->text);
        item->text[sizeof item->text - 1] = '\0';
        item->first_us = item->due_us = now_us;
    }
}

void list_take(struct intake *intake, int timeout_ms)
{
    char texts[LIST_BATCH][QUEUE_ID_SIZE];
    struct err e;
    size_t room = INTAKE_ITEMS - intake->item_count;
    if (!settings_has_redis(intake->settings) || intake->queue == NULL || !intake->queue_contact.up ||
        !intake->store_contact.up || room == 0) {
        list_poll(intake, timeout_ms);
        return;
    }
    int64_t before = contact_now_us();
    int n =
        queue_inbox_take(intake->queue, timeout_ms, intake->epoll_fd, texts, room < LIST_BATCH ? room : LIST_BATCH, &e);
    if (!intake_queue_answered(intake, n, &e))
        return;
    int64_t now = contact_now_us();
    list_note(intake, texts, n, now);
    int64_t rest_ms = timeout_ms - (now - before) / 1000;
    if (n == 0 && rest_ms > timeout_ms / 2)
        list_poll(intake, rest_ms < LIST_QUICK_MS ? (int)rest_ms : LIST_QUICK_MS);
}

/* A text that is no number: one line a minute tells of all of them. */
static void list_say_bad(struct intake *intake, const char *text, int64_t now_us)
{
    intake->bad_unsaid++;
    if (intake->bad_said_us != 0 && now_us - intake->bad_said_us < LIST_SAY_US)
        return;
    log_warnx("list dropped=%lld last=\"%s\": not a submission's number", (long long)intake->bad_unsaid,
              shown_of(text).text);
    intake->bad_said_us = now_us;
    intake->bad_unsaid = 0;
}

/* True where this box takes the id; that it does not is said once. */
static bool list_is_mine(struct intake *intake, int64_t id)
{
    const struct settings *settings = intake->settings;
    if (settings->total <= 1 || id % settings->total == settings->mod)
        return true;
    if (!intake->mod_said)
        log_warnx("list dropped submission=%lld: [intake] total and mod leave it to another box, which sweeps for it",
                  (long long)id);
    intake->mod_said = true;
    return false;
}

/* 1 it is dealt with, 0 it is to be looked at later, -1 a server is gone. */
static int list_item(struct intake *intake, struct list_item *item, int64_t now_us)
{
    struct store_submission row;
    struct err e;
    int64_t id;
    int code = 0;
    bool number = str_to_int64(item->text, 1, INT64_MAX, &id) == 0;
    if (!number)
        list_say_bad(intake, item->text, now_us);
    if (!number || !list_is_mine(intake, id))
        return intake_queue_answered(intake, queue_inbox_add(intake->queue, item->text, NULL, &e), &e) ? 1 : -1;
    code = store_read(intake->store, id, &row, &e);
    if (!intake_store_answered(intake, code, &e))
        return -1;
    if (code == 0) {
        if (now_us - item->first_us < LIST_GIVE_UP_US) {
            item->due_us = now_us + LIST_RETRY_US;
            return 0;
        }
        log_warnx("list dropped submission=%lld: there is no such row", (long long)id);
        return intake_queue_answered(intake, queue_inbox_add(intake->queue, item->text, NULL, &e), &e) ? 1 : -1;
    }
    if (row.result == STORE_WAITING || row.result == STORE_REJUDGE)
        code = intake_add(intake, &row, item->text, &e);
    else
        code = queue_inbox_add(intake->queue, item->text, NULL, &e);
    store_submission_fini(&row);
    return intake_queue_answered(intake, code, &e) ? 1 : -1;
}

int list_work(struct intake *intake, int64_t now_us)
{
    size_t kept = 0;
    int code = 0;
    for (size_t i = 0; i < intake->item_count; i++) {
        struct list_item *item = &intake->items[i];
        int done = 0;
        if (code == 0 && item->due_us <= now_us && !atomic_load(&intake->board->stop))
            done = list_item(intake, item, now_us);
        if (done < 0)
            code = -1;
        if (done != 1)
            intake->items[kept++] = *item;
    }
    intake->item_count = kept;
    return code;
}

int64_t list_due(const struct intake *intake)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < intake->item_count; i++) {
        if (intake->items[i].due_us < due)
            due = intake->items[i].due_us;
    }
    return due;
}
