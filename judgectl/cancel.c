/*
 * cancel.c - `judgectl cancel`: submissions that wait or are being judged become final, without a verdict.
 *
 * Needs what judge.conf gives access to, and judged's socket: root. The row first: from then on its worker can write nothing.
 * Then the worker is told, over judged's socket where it is one of this box's, by its lost lease where it is not.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/events.h"
#include "common/file.h"
#include "common/pool.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/refused.h"
#include "queue/queue.h"
#include "store/store.h"
#include "store/store_redis.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl cancel [--home OJ_HOME] ID...\n"
    "\n"
    "They become final with [judging] system_error_result and a text that says who did it; what runs of them ends at "
    "once. judgectl\n"
    "rejudge judges them after all. A self-contained job is named j:ID, as status and watch name it.\n"
    "Exit: 0 each is cancelled, 2 one could not be.\n";

/* By settings' ui: en, zh. The site's page of test runs hides a text with "judge", "php" or "pass". */
static const char *const texts[] = {
    "This submission was cancelled by %s and has no verdict.\n",
    "这份提交已被 %s 取消，没有评测结果。\n",
};

struct cancelling {
    struct settings settings;
    struct store *store;
    struct queue *queue;
    int pool_fd; /* -1: no judged here */
    struct events_sender events;
    struct refused refused;
    char text[256];
};

static void make_text(struct cancelling *cancelling)
{
    static const char *const hidden[] = {"judge", "php", "pass"};
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());
    if (name == NULL || name[0] == '\0')
        name = user == NULL ? "an administrator" : user->pw_name;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        name = strcasestr(name, hidden[i]) != NULL ? "an administrator" : name;
    const char *format = texts[cancelling->settings.ui == 1 ? 1 : 0];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(cancelling->text, sizeof cancelling->text, format, name); /* a cut name is fine */
#pragma GCC diagnostic pop
}

static const char *refusal(const struct store_status *status)
{
    if (status->result <= STORE_RUNNING)
        return "is held by another judge, which is not told what we say";
    return status->result > STORE_MANUAL ? "is the site's or another site's" : "is final already";
}

/* Who has the job ends it: at once where that is a worker of this box. */
static void tell_worker(struct cancelling *cancelling, const char *id, bool held)
{
    struct err e;
    int told = cancelling->pool_fd < 0 ? 0 : pool_cancel(cancelling->pool_fd, id, &e);
    if (told < 0) {
        (void)fprintf(stderr, "judgectl cancel: %s\n", e.text); /* nowhere else to say it */
        file_close(&cancelling->pool_fd);
    }
    printf("%s: cancelled%s\n", id,
           told == 1 ? ", its worker ends it now"
           : held    ? ", the node that has it ends it within seconds"
                     : "");
}

/* The row is final: whoever has the job ends it. */
static void end_job(struct cancelling *cancelling, const char *id)
{
    struct err e;
    struct queue_place place = {.state = QUEUE_UNKNOWN};
    int found = queue_find(cancelling->queue, id, &place, &e);
    if (found != 0 || queue_cancel(cancelling->queue, id, &e) < 0)
        (void)fprintf(stderr, "judgectl cancel: %s: the queue was not told, a worker will drop it: %s\n", id,
                      e.text); /* nowhere else to say it */
    tell_worker(cancelling, id, place.state == QUEUE_HELD);
}

/* Who watches hears of it from this box's agent. */
static void tell(struct cancelling *cancelling, int64_t id)
{
    char text[24];
    (void)str_format(text, sizeof text, "%lld", (long long)id); /* it fits */
    struct event event = events_waiting(text, cancelling->settings.system_error_result, 0, -1, "", clock_now_us());
    event.finish = 1;
    events_send(&cancelling->events, &event);
}

/* A self-contained job has no row: its sender gets a result that says so. 0, or -1 with e. */
static int cancel_job(struct cancelling *cancelling, const char *text, struct err *e)
{
    char *result = store_job_failure(text + sizeof QUEUE_JOB_PREFIX - 1, cancelling->text);
    if (result == NULL)
        return err_set(e, "out of memory");
    int ended = queue_jobs_cancel(cancelling->queue, text, result, e);
    free(result);
    if (ended < 0)
        return -1;
    if (ended == 0) {
        refused_add(&cancelling->refused, text, "is no job that waits or is judged (judgectl why says more)");
        return 0;
    }
    struct event event = events_waiting(text, cancelling->settings.system_error_result, 0, -1, "", clock_now_us());
    event.finish = 1;
    events_send(&cancelling->events, &event);
    tell_worker(cancelling, text, ended == 2);
    return 0;
}

/* 0, or -1 with e. */
static int cancel(struct cancelling *cancelling, const char *text, struct err *e)
{
    struct store_status status;
    int64_t id;
    if (strncmp(text, QUEUE_JOB_PREFIX, sizeof QUEUE_JOB_PREFIX - 1) == 0)
        return cancel_job(cancelling, text, e);
    if (str_to_int64(text, 1, INT64_MAX, &id) != 0) {
        refused_add(&cancelling->refused, text, "is neither a submission's number nor j: and a job's id");
        return 0;
    }
    int ended = store_cancel(cancelling->store, id, cancelling->settings.system_error_result, cancelling->text, e);
    if (ended == 1) {
        tell(cancelling, id);
        end_job(cancelling, text);
    }
    if (ended != 0)
        return ended < 0 ? -1 : 0;
    int found = store_status(cancelling->store, id, false, &status, e);
    if (found < 0)
        return -1;
    refused_add(&cancelling->refused, text, found == 0 ? "does not exist" : refusal(&status));
    if (found == 1)
        store_status_fini(&status);
    return 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(const char **home, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {OPTION_HOME(home)};
    int code = options_parse("cancel", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    return optind == argc
               ? err_set(e, "which? judgectl cancel ID..., a submission's number, or j: and a self-contained job's id")
               : 0;
}

int cancel_main(int argc, char **argv)
{
    struct err e, ignored;
    struct cancelling cancelling = {.pool_fd = -1, .events = {.fd = -1, .folder = -1}};
    const char *home = NULL;
    int code = parse(&home, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = settings_read_quiet(&cancelling.settings, home, NULL, &e);
    if (code == 0) {
        events_open(&cancelling.events, cancelling.settings.home);
        cancelling.pool_fd = pool_connect(cancelling.settings.home, &ignored);
        cancelling.store = store_open(&cancelling.settings, &e);
        if (cancelling.store != NULL)
            cancelling.queue = queue_open(&cancelling.settings, cancelling.settings.node, &e);
        code = cancelling.queue == NULL ? -1 : 0;
    }
    if (code == 0)
        make_text(&cancelling);
    for (int i = optind; code == 0 && i < argc; i++)
        code = cancel(&cancelling, argv[i], &e);
    bool any = refused_print(&cancelling.refused, "judgectl cancel");
    if (code != 0)
        (void)fprintf(stderr, "judgectl cancel: %s\n", e.text); /* nowhere else to say it */
    queue_close(cancelling.queue);
    store_close(cancelling.store);
    file_close(&cancelling.pool_fd);
    events_close(&cancelling.events);
    return fflush(stdout) != 0 || any || code != 0 ? 2 : 0;
}
