/*
 * stats.c - `judgectl stats`: the pool in numbers as one JSON object, or one every N seconds, a line each.
 */
#include <errno.h>
#include <unistd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/figures.h"
#include "judgectl/shown.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl stats [--every SECONDS [--count N]] [--home OJ_HOME]\n"
    "\n"
    "Prints a line of JSON: slots by state, what they judge, what waits in which lane, verdicts of the last\n"
    "minute and hour. --every: one every so many seconds, until it is ended or N were printed.\n"
    "Exit: 0 judged, queue and store answer, 1 one of them does not, 2 the settings are wrong.\n";

struct options {
    const char *home;
    int64_t every_s, count;
};

/* err.h and pool.h have no control characters in their texts but what another program may have put in. */
static void print_text(const char *name, const char *text)
{
    printf("\"%s\":\"", name);
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            printf("\\%c", *p);
        else if (*p >= ' ' && *p < 0x7f)
            putchar(*p);
        else
            printf("\\u%04x", (unsigned)*p);
    }
    putchar('"');
}

static void print_slots(const struct figures *figures)
{
    printf("\"slots\":{\"total\":%d", figures->slot_count);
    for (int i = 0; i < POOL_STATES; i++)
        printf(",\"%s\":%d", pool_state_name(i), figures->states[i]);
    printf("},\"workers\":[");
    for (int i = 0; i < figures->slot_count; i++) {
        const struct pool_slot *slot = &figures->slots[i];
        const struct pool_report *report = &slot->report;
        bool lane = report->id[0] != '\0' && report->lane >= 0 && report->lane < QUEUE_LANES;
        printf("%s{\"slot\":%d,\"pid\":%d,\"state\":\"%s\",\"since_s\":%lld,\"jobs\":%lld,\"restarts\":%d,",
               i == 0 ? "" : ",", slot->slot, slot->pid, pool_state_name(slot->state), (long long)figures_age_s(slot),
               (long long)slot->jobs, slot->restarts);
        print_text("id", report->id);
        putchar(',');
        print_text("lane", lane ? queue_lane_name((enum queue_lane)report->lane) : "");
        printf(",\"problem\":%lld,\"attempt\":%d,\"case\":%d,\"cases\":%d,", (long long)report->problem,
               report->attempt, report->case_no, report->case_count);
        print_text("note", slot->state == POOL_DOWN ? slot->why : report->note);
        putchar('}');
    }
    printf("]");
}

static void print_verdicts(const char *name, const int64_t *counts, int64_t all)
{
    printf(",\"%s\":{\"all\":%lld", name, (long long)all);
    for (int i = STORE_RUNNING + 1; i < STORE_RESULTS; i++) {
        if (counts[i] > 0)
            printf(",\"%s\":%lld", shown_result(i), (long long)counts[i]);
    }
    putchar('}');
}

static void print_figures(const struct figures_source *source, const struct figures *figures)
{
    const struct queue_stats *queue = &figures->queue;
    printf("{\"time\":%lld.%03ld,\"node\":\"%s\",\"pid\":%d,\"agent_pid\":%d,\"draining\":%s,",
           (long long)figures->at.tv_sec, figures->at.tv_nsec / 1000000, source->settings.node, figures->pool.pid,
           figures->pool.node_pid, figures->pool.draining != 0 ? "true" : "false");
    print_slots(figures);
    printf(",\"waiting\":{");
    int64_t all = 0;
    for (int i = 0; i < QUEUE_LANES; i++) {
        printf("\"%s\":%lld,", queue_lane_name((enum queue_lane)i), (long long)queue->waiting[i]);
        all += queue->waiting[i];
    }
    printf("\"all\":%lld},\"held\":%lld,\"quarantined\":%lld,\"inbox\":%lld,\"oldest_ms\":%lld", (long long)all,
           (long long)queue->held, (long long)queue->dead, (long long)queue->inbox, (long long)queue->oldest_ms);
    print_verdicts("minute", figures->recent.minute, figures->minute);
    print_verdicts("hour", figures->recent.hour, figures->hour);
    putchar(',');
    print_text("judged_error", figures->pool_why.text);
    putchar(',');
    print_text("queue_error", figures->queue_why.text);
    putchar(',');
    print_text("store_error", figures->store_why.text);
    printf("}\n");
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct options *options, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {
        {"every", 0, OPTION_NUMBER, &options->every_s, 1, 86400, "seconds, 1 to 86400", NULL},
        {"count", 0, OPTION_NUMBER, &options->count, 1, INT64_MAX, "how many lines", NULL},
        OPTION_HOME(&options->home)};
    int code = options_parse("stats", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    if (options->count == 0)
        options->count = options->every_s == 0 ? 1 : INT64_MAX;
    if (options->every_s == 0 && options->count > 1)
        return err_set(e, "--count needs --every");
    return optind == argc ? 0 : err_set(e, "'%s': no argument is taken", argv[optind]);
}

int stats_main(int argc, char **argv)
{
    struct err e = {""};
    struct options options = {NULL, 0, 0};
    struct figures_source *source = calloc(1, sizeof *source);
    struct figures *figures = calloc(1, sizeof *figures);
    bool there = source != NULL && figures != NULL;
    int code = there ? parse(&options, argc, argv, &e) : err_set(&e, "out of memory");
    if (there && code == 0)
        code = settings_read_quiet(&source->settings, options.home, NULL, &e);
    if (there && code == 0) {
        for (int64_t i = 0; i < options.count && code != 2; i++) {
            if (i > 0)
                (void)poll(NULL, 0, (int)options.every_s * 1000); /* a signal makes it early */
            figures_read(source, figures);
            print_figures(source, figures);
            code = figures->pool_why.text[0] != '\0' || figures->queue_why.text[0] != '\0' ||
                   figures->store_why.text[0] != '\0';
            if (fflush(stdout) != 0) /* whoever read it is gone */
                code = 2;
        }
        figures_close(source);
    } else if (code > 0) {
        code = 0;
    } else {
        (void)fprintf(stderr, "judgectl stats: %s\n", e.text); /* nowhere else to say it */
        code = 2;
    }
    free(figures);
    free(source);
    return code;
}
