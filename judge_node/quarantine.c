/*
 * quarantine.c - tells the table about jobs that were given up. Runs in judge_node's intake thread; a fault of ours is
 * never written as the student's.
 */
#include "judge_node/intake.h"

#include <string.h>

#include "common/clock.h"
#include "common/hidden_words.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/event_say.h"
#include "judge_node/jobs.h"
#include "judge_node/shown.h"

#include "common/banned.h"

#define QUARANTINE_PAGE 16
#define QUARANTINE_MANY 64
#define QUARANTINE_TEXT 1024

/* By settings' ui: en, zh. */
static const char *const quarantine_texts[] = {
    "Your program was not tested: the system failed on this submission %d times. This is no fault of yours, and a "
    "teacher "
    "has been told.\n\nFor the teacher: %s\n",
    "您的程序没有得到评测：系统在这份提交上失败了 %d 次。这不是您的错，已经通知老师。\n\n给老师：%s\n",
};

void quarantine_text(char *text, size_t size, int ui, int attempts, const char *reason)
{
    char clean[QUEUE_REASON_SIZE * 2];
    size_t languages = sizeof quarantine_texts / sizeof quarantine_texts[0];
    hidden_words_replace(clean, sizeof clean, reason);
    const char *format = quarantine_texts[ui >= 0 && (size_t)ui < languages ? ui : 0];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(text, size, format, attempts, clean); /* a cut text is still one */
#pragma GCC diagnostic pop
}

/* One job: its row gets the result, then the queue is told so. 0, or -1 where a server is gone. */
static int quarantine_job(struct intake *intake, const struct queue_dead *dead)
{
    const struct settings *settings = intake->settings;
    char text[QUARANTINE_TEXT];
    struct err e;
    int64_t id, before_us = clock_now_us();
    int code = 0;
    if (str_to_int64(dead->id, 1, INT64_MAX, &id) == 0) {
        quarantine_text(text, sizeof text, settings->ui, dead->attempt, dead->reason);
        code = store_give_up(intake->store, id, dead->previous, settings->system_error_result, text, &e);
        if (!intake_store_answered(intake, code, &e))
            return -1;
    } else if (jobs_is(dead->id)) {
        code = jobs_give_up(intake->queue, dead, &e);
        if (!intake_queue_answered(intake, code, &e))
            return -1;
    }
    if (code == 1)
        event_say(intake->board, dead->id, settings->system_error_result, true, "", before_us);
    if (!intake_queue_answered(intake, queue_dead_told(intake->queue, dead->id, &e), &e))
        return -1;
    if (code == 1)
        log_warnx("gave up submission=%s attempts=%d result=%d reason=\"%s\"", shown_of(dead->id).text, dead->attempt,
                  settings->system_error_result, dead->reason);
    else
        log_info("quarantine kept submission=%s: it has no row that waits for it", shown_of(dead->id).text);
    return 0;
}

int quarantine_step(struct intake *intake)
{
    struct queue_dead dead[QUARANTINE_PAGE];
    struct err e;
    int n = queue_dead_list(intake->queue, true, dead, QUARANTINE_PAGE, &e);
    if (!intake_queue_answered(intake, n, &e))
        return -1;
    for (int i = 0; i < n; i++) {
        if (quarantine_job(intake, &dead[i]) != 0)
            return -1;
    }
    return n == QUARANTINE_PAGE;
}

int quarantine_untold(struct intake *intake, int64_t id)
{
    struct queue_dead dead[QUARANTINE_MANY];
    char text[QUEUE_ID_SIZE];
    struct err e;
    int n = queue_dead_list(intake->queue, true, dead, QUARANTINE_MANY, &e);
    if (!intake_queue_answered(intake, n, &e))
        return -1;
    (void)str_format(text, sizeof text, "%lld", (long long)id); /* fits */
    for (int i = 0; i < n; i++) {
        if (strcmp(dead[i].id, text) == 0)
            return 1;
    }
    return n == QUARANTINE_MANY; /* more than were looked at: it may be among them */
}
