/*
 * rejudge.c - `judgectl rejudge`: final submissions wait once more, in the lane rejudge.
 *
 * Needs what judge.conf gives access to: root, or its group. Rows are set back a page at a time, each page in its own statements, and
 * then put into the queue: where this ends between the two, the box's agent finds the rows in the table. Said again it goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/events.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/refused.h"
#include "judgectl/shown.h"
#include "queue/queue.h"
#include "store/store.h"

#include "common/banned.h"

enum { PAGE = 256, SHOWN = 10, BAR = 40, BAR_US = 200000 };

static const char usage[] =
    "usage: judgectl rejudge [--dry-run] [--home OJ_HOME] ID...\n"
    "       judgectl rejudge [--dry-run] [--home OJ_HOME] [--problem P] [--contest C] [--result R] [--since T]\n"
    "\n"
    "The submissions with these numbers, or all that fit, are judged again, after all others. Those of another site, "
    "those for a\n"
    "person to confirm and those that wait or are being judged are left alone; quarantined ones are tried again.\n"
    "--result: a verdict (WA, TLE, ...) or HUSTOJ's number. --since: 2026-11-21, \"2026-11-21 14:30\", or an age: 90m, "
    "12h, 3d.\n"
    "--dry-run says how many there are, and the first of them.\n"
    "Exit: 0 done, 1 none fits, 2 some could not be, or it was not finished: say it again and it goes on.\n";

struct rejudging {
    struct settings settings;
    const char *home;
    struct store_filter filter;
    bool filtered, dry;
    struct store *store;
    struct queue *queue;
    struct refused refused;
    bool queue_failed; /* it was said */
    struct events_sender events;
    int64_t wanted, done;
    int64_t shown_us; /* the bar, 0: never */
};

/* ---- what is asked for */

/* "90m", "2026-11-21", "2026-11-21 14:30" as seconds since 1970. */
static int read_time(void *value, const char *text, struct err *e)
{
    int64_t *when_s = value;
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"};
    char number[16] = "";
    size_t digits = strspn(text, "0123456789");
    int64_t count;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (digits > 0 && text[digits] == units[i].letter && text[digits + 1] == '\0' &&
            str_format(number, sizeof number, "%.*s", (int)digits, text) == 0 &&
            str_to_int64(number, 0, 100000000, &count) == 0) {
            *when_s = (int64_t)time(NULL) - count * units[i].seconds;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = {.tm_isdst = -1};
        const char *end = strptime(text, forms[i], &tm);
        if (end != NULL && *end == '\0') {
            *when_s = (int64_t)mktime(&tm);
            return 0;
        }
    }
    return err_set(e, "--since %.40s: a day (2026-11-21), a time (\"2026-11-21 14:30\") or an age (90m, 12h, 3d)",
                   text);
}

static int read_result(void *value, const char *text, struct err *e)
{
    int *result = value;
    int64_t number;
    for (int i = STORE_RUNNING + 1; i <= STORE_MANUAL; i++) {
        if (strcasecmp(text, shown_result(i)) == 0) {
            *result = i;
            return 0;
        }
    }
    if (str_to_int64(text, STORE_RUNNING + 1, STORE_MANUAL, &number) != 0)
        return err_set(e, "--result %.20s: one of AC PE WA TLE MLE OLE RE CE, or a number from %d to %d", text,
                       STORE_RUNNING + 1, STORE_MANUAL);
    *result = (int)number;
    return 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct rejudging *rejudging, int argc, char **argv, struct err *e)
{
    struct store_filter *filter = &rejudging->filter;
    const struct option_row rows[] = {
        {"problem", 'p', OPTION_NUMBER, &filter->problem_id, 1, INT32_MAX, "a problem's number", NULL},
        {"contest", 0, OPTION_NUMBER, &filter->contest_id, 1, INT32_MAX, "a contest's number", NULL},
        {"result", 0, OPTION_READ, &filter->result, 0, 0, NULL, read_result},
        {"since", 0, OPTION_READ, &filter->since_s, 0, 0, NULL, read_time},
        {"dry-run", 'n', OPTION_FLAG, &rejudging->dry, 0, 0, NULL, NULL},
        OPTION_HOME(&rejudging->home)};
    int code = options_parse("rejudge", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    rejudging->filtered =
        filter->problem_id != 0 || filter->contest_id != 0 || filter->result != -1 || filter->since_s != 0;
    if (rejudging->filtered == (optind < argc))
        return err_set(e, rejudging->filtered ? "numbers, or --problem and the like: not both"
                                              : "which? judgectl rejudge ID..., or --problem P and the like");
    return 0;
}

/* ---- one page */

/* A row that is for another box of this site is left to that box's sweep. */
static bool is_ours(const struct rejudging *rejudging, int64_t id)
{
    return rejudging->settings.total <= 1 || id % rejudging->settings.total == rejudging->settings.mod;
}

/* Into the lane. What the queue does not take now, the sweep finds. */
static void put_in(struct rejudging *rejudging, const struct store_submission *row)
{
    struct queue_entry entry = {.lane = QUEUE_LANE_REJUDGE, .language = row->language, .problem = row->problem_id};
    struct err e;
    (void)str_format(entry.id, sizeof entry.id, "%lld", (long long)row->id); /* these fit */
    (void)str_copy(entry.user, sizeof entry.user, row->user);
    const struct event waits =
        events_waiting(entry.id, STORE_REJUDGE, row->problem_id, row->language, "", clock_now_us());
    events_send(&rejudging->events, &waits); /* before a worker can say more */
    if (!is_ours(rejudging, row->id) || rejudging->queue_failed || queue_add(rejudging->queue, &entry, &e) >= 0)
        return;
    rejudging->queue_failed = true;
    (void)fprintf(stderr, "judgectl rejudge: the queue does not take them, they wait in the table: %s\n",
                  e.text); /* nowhere else to say it */
}

/* A quarantined job is taken out, so that it comes back with all its attempts. */
static void forget_dead(struct rejudging *rejudging, const int64_t *ids, size_t n)
{
    enum queue_state states[PAGE];
    struct err ignored; /* what stays there, the sweep brings back */
    char id[QUEUE_ID_SIZE];
    if (rejudging->queue_failed || queue_states(rejudging->queue, ids, n, states, &ignored) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        (void)str_format(id, sizeof id, "%lld", (long long)ids[i]); /* it fits */
        if (states[i] == QUEUE_DEAD)
            (void)queue_remove(rejudging->queue, id, &ignored);
    }
}

static int rejudge_page(struct rejudging *rejudging, const struct store_submission *rows, size_t n, struct err *e)
{
    int64_t ids[PAGE];
    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    forget_dead(rejudging, ids, n);
    int changed = store_rejudge(rejudging->store, ids, n, e);
    if (changed < 0)
        return -1;
    rejudging->done += changed;
    for (size_t i = 0; i < n; i++)
        put_in(rejudging, &rows[i]);
    return 0;
}

/* ---- many */

static void show_bar(struct rejudging *rejudging, bool last)
{
    int64_t now_us = clock_now_us();
    if (rejudging->wanted <= PAGE || isatty(STDERR_FILENO) != 1 || (!last && now_us - rejudging->shown_us < BAR_US))
        return;
    rejudging->shown_us = now_us;
    int full = (int)(rejudging->done * BAR / rejudging->wanted);
    full = full > BAR ? BAR : full;
    (void)fprintf(stderr, "\r[%.*s%*s] %lld of %lld%s", full, "########################################", BAR - full,
                  "", (long long)rejudging->done, (long long)rejudging->wanted, last ? "\n" : ""); /* only a bar */
}

static void show_row(const struct store_submission *row)
{
    printf("%8lld  problem %lld  %-10s  %s\n", (long long)row->id, (long long)row->problem_id,
           shown_result(row->result), row->user);
}

/* All that fit, a page after the other: counted, or judged again. Those that come later are not waited for. */
static int walk(struct rejudging *rejudging, bool count, struct err *e)
{
    struct store_submission *rows = calloc(PAGE, sizeof *rows);
    int64_t after_id = 0;
    int result = 0;
    if (rows == NULL)
        return err_set(e, "out of memory");
    for (int n = PAGE; result == 0 && n == PAGE;) {
        n = store_select(rejudging->store, &rejudging->filter, after_id, rows, PAGE, e);
        if (n < 0 || (!count && rejudge_page(rejudging, rows, (size_t)n, e) != 0))
            result = -1;
        for (int i = 0; i < n; i++) {
            if (count && rejudging->dry && rejudging->wanted + i < SHOWN)
                show_row(&rows[i]);
            after_id = rows[i].id;
            store_submission_fini(&rows[i]);
        }
        if (count && n > 0)
            rejudging->wanted += n;
        if (!count)
            show_bar(rejudging, false);
    }
    free(rows);
    return result;
}

static int rejudge_filtered(struct rejudging *rejudging, struct err *e)
{
    struct store_status newest;
    int found = store_last(rejudging->store, &newest, 1, e);
    if (found < 0)
        return -1;
    rejudging->filter.up_to_id = found == 1 ? newest.id : 0;
    if (walk(rejudging, true, e) != 0)
        return -1;
    if (rejudging->dry || rejudging->wanted == 0)
        return 0;
    int result = walk(rejudging, false, e);
    show_bar(rejudging, true);
    return result;
}

/* ---- by number */

/* Why this one cannot be judged again, or NULL. */
static const char *refusal(const struct store_status *status)
{
    static const char *const reasons[] = {
        [STORE_WAITING] = "waits already",
        [STORE_REJUDGE] = "waits already",
        [STORE_COMPILING] = "is being judged now: wait for its verdict, or judgectl cancel first",
        [STORE_RUNNING] = "is being judged now: wait for its verdict, or judgectl cancel first",
    };
    if (status->result <= STORE_RUNNING)
        return reasons[status->result];
    if (status->result == STORE_MANUAL && store_writer(status->judger) == STORE_BY_OTHER)
        return "is the site's: being submitted, or for a person to confirm";
    if (status->result > STORE_MANUAL)
        return status->result == STORE_MANUAL + 1 ? "is still being submitted" : "is judged by another site";
    return NULL;
}

/* 1 with *row where it may be judged again, 0 where it was refused, -1 with e. */
static int look_at(struct rejudging *rejudging, const char *text, struct store_submission *row, struct err *e)
{
    struct store_status status;
    int64_t id;
    if (str_to_int64(text, 1, INT64_MAX, &id) != 0) {
        refused_add(&rejudging->refused, text, "is no submission's number");
        return 0;
    }
    int found = store_status(rejudging->store, id, false, &status, e);
    if (found < 0)
        return -1;
    const char *why = found == 0 ? "does not exist" : refusal(&status);
    if (found == 1)
        store_status_fini(&status);
    if (why != NULL) {
        refused_add(&rejudging->refused, text, why);
        return 0;
    }
    return store_read(rejudging->store, id, row, e);
}

static int rejudge_ids(struct rejudging *rejudging, char **ids, size_t count, struct err *e)
{
    struct store_submission *rows = calloc(PAGE, sizeof *rows);
    size_t n = 0;
    int result = 0;
    if (rows == NULL)
        return err_set(e, "out of memory");
    for (size_t i = 0; i < count && result == 0; i++) {
        int found = look_at(rejudging, ids[i], &rows[n], e);
        if (found == 1 && rejudging->dry && rejudging->wanted < SHOWN)
            show_row(&rows[n]);
        n += found == 1;
        rejudging->wanted += found == 1;
        result = found < 0 ? -1 : 0;
        if (n > 0 && result == 0 && (n == PAGE || i + 1 == count)) {
            result = rejudging->dry ? 0 : rejudge_page(rejudging, rows, n, e);
            for (; n > 0; n--)
                store_submission_fini(&rows[n - 1]);
        }
    }
    for (; n > 0; n--)
        store_submission_fini(&rows[n - 1]);
    free(rows);
    return result;
}

/* ---- the command */

static int finish(struct rejudging *rejudging, int result, const struct err *e)
{
    bool any = refused_print(&rejudging->refused, "judgectl rejudge");
    if (rejudging->dry && result == 0)
        printf("%lld would be judged again%s\n", (long long)rejudging->wanted,
               rejudging->wanted > SHOWN ? ", the first are above" : "");
    else if (result == 0 || rejudging->done > 0)
        printf("%lld %s again\n", (long long)rejudging->done, rejudging->done == 1 ? "is judged" : "are judged");
    if (result != 0)
        (void)fprintf(stderr, "judgectl rejudge: not finished, say it again: %s\n", e->text); /* nowhere else */
    if (fflush(stdout) != 0 || result != 0 || any)
        return 2;
    return rejudging->wanted == 0 ? 1 : 0;
}

int rejudge_main(int argc, char **argv)
{
    struct err e = {""};
    struct rejudging rejudging = {.filter = {.result = -1}, .events = {.fd = -1, .folder = -1}};
    int code = parse(&rejudging, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = settings_read_quiet(&rejudging.settings, rejudging.home, NULL, &e);
    if (code == 0) {
        events_open(&rejudging.events, rejudging.settings.home);
        rejudging.store = store_open(&rejudging.settings, &e);
        if (rejudging.store != NULL)
            rejudging.queue = queue_open(&rejudging.settings, rejudging.settings.node, &e);
        code = rejudging.queue == NULL ? -1 : 0;
    }
    if (code != 0) {
        (void)fprintf(stderr, "judgectl rejudge: %s\n", e.text); /* nowhere else to say it */
        code = 2;
    } else {
        code = rejudging.filtered ? rejudge_filtered(&rejudging, &e)
                                  : rejudge_ids(&rejudging, argv + optind, (size_t)(argc - optind), &e);
        code = finish(&rejudging, code, &e);
    }
    queue_close(rejudging.queue);
    store_close(rejudging.store);
    events_close(&rejudging.events);
    return code;
}
