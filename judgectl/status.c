/*
 * status.c - `judgectl status`: the slots as judged sees them, what waits, the last verdicts.
 *
 * Each of the three is asked by itself: where one does not answer, its line says why, and the others are still shown.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/pool.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/selftests.h"
#include "judgectl/shown.h"
#include "queue/queue.h"
#include "store/store.h"

#include "common/banned.h"

enum { LAST = 10 };

static const char usage[] = "usage: judgectl status [--json] [--home OJ_HOME]\n"
                            "\n"
                            "Exit: 0 judged, queue and store answer, 1 one of them does not, 2 the settings are wrong: "
                            "then it shows the slots alone.\n";

struct status {
    struct settings settings;
    bool json;
    bool failed;
    struct pool_status pool;
    struct pool_slot slots[POOL_SLOTS];
    int slot_count;
    struct selftests tests;
    struct queue_stats queue;
    struct store_status last[LAST];
    int last_count;
    struct err pool_why, queue_why, store_why; /* "" where it answered */
};

/* Printable ASCII without quotes as a JSON string: every text here is one of ours or was cleaned by err.h. */
static void print_json(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            printf("\\%c", *p);
        else if (*p >= ' ')
            putchar(*p);
        else
            printf("\\u%04x", (unsigned)*p);
    }
    putchar('"');
}

static void ask_pool(struct status *status)
{
    status->slot_count =
        pool_read_status(status->settings.home, &status->pool, status->slots, POOL_SLOTS, &status->pool_why);
    if (status->slot_count < 0) {
        status->slot_count = 0;
        status->failed = true;
    }
}

static void ask_queue(struct status *status)
{
    struct queue *queue = queue_open(&status->settings, status->settings.node, &status->queue_why);
    if (queue == NULL || queue_check(queue, &status->queue_why) != 0 ||
        queue_stats(queue, &status->queue, &status->queue_why) != 0)
        status->failed = true;
    if (queue != NULL)
        queue_close(queue);
}

static void ask_store(struct status *status)
{
    struct store *store = store_open(&status->settings, &status->store_why);
    if (store != NULL && store_check(store, &status->store_why) == 0)
        status->last_count = store_last(store, status->last, LAST, &status->store_why);
    else
        status->last_count = -1;
    if (status->last_count < 0) {
        status->last_count = 0;
        status->failed = true;
    }
    if (store != NULL)
        store_close(store);
}

static int64_t age_s(int64_t since_us)
{
    return (clock_now_us() - since_us) / 1000000;
}

static void print_slot(const struct pool_slot *slot)
{
    const struct pool_report *report = &slot->report;
    printf("%4d  %-8s %7d  %8lld s  %6lld", slot->slot, pool_state_name(slot->state), slot->pid,
           (long long)age_s(slot->since_us), (long long)slot->jobs);
    if (report->id[0] != '\0') {
        int lane = report->lane;
        printf("  %s of %s, problem %lld, attempt %d", report->id,
               lane >= 0 && lane < QUEUE_LANES ? queue_lane_name((enum queue_lane)lane) : "?",
               (long long)report->problem, report->attempt);
        if (report->case_count > 0)
            printf(", case %d of %d", report->case_no, report->case_count);
    }
    if (slot->state == POOL_DOWN && slot->why[0] != '\0')
        printf("  %s", slot->why);
    else if (report->note[0] != '\0')
        printf("  (%s)", report->note);
    printf("\n");
}

static void print_pool(const struct status *status)
{
    if (status->pool_why.text[0] != '\0') {
        printf("judged: %s\n", status->pool_why.text);
        return;
    }
    printf("judged %d, agent %d%s, home %s%s%s\n\n", status->pool.pid, status->pool.node_pid,
           status->pool.draining != 0 ? ", DRAINING" : "", status->settings.home,
           status->settings.node[0] == '\0' ? "" : ", node ", status->settings.node);
    printf("%4s  %-8s %7s  %10s  %6s\n", "slot", "state", "pid", "since", "judged");
    for (int i = 0; i < status->slot_count; i++)
        print_slot(&status->slots[i]);
}

static void print_text(const struct status *status)
{
    const struct queue_stats *queue = &status->queue;
    print_pool(status);
    printf("\n");
    selftests_print(&status->tests);
    if (status->queue_why.text[0] != '\0') {
        printf("queue: %s\n", status->queue_why.text);
    } else {
        printf("waiting:");
        for (int i = 0; i < QUEUE_LANES; i++)
            printf(" %s %lld", queue_lane_name((enum queue_lane)i), (long long)queue->waiting[i]);
        printf("; held %lld; quarantined %lld; oldest %lld s\n", (long long)queue->held, (long long)queue->dead,
               (long long)queue->oldest_ms / 1000);
    }
    printf("\n");
    if (status->store_why.text[0] != '\0') {
        printf("store: %s\n", status->store_why.text);
        return;
    }
    shown_head();
    for (int i = 0; i < status->last_count; i++)
        shown_row(&status->last[i], "");
}

static void print_json_slots(const struct status *status)
{
    printf("\"slots\":[");
    for (int i = 0; i < status->slot_count; i++) {
        const struct pool_slot *slot = &status->slots[i];
        const struct pool_report *report = &slot->report;
        printf("%s{\"slot\":%d,\"state\":\"%s\",\"pid\":%d,\"since_s\":%lld,\"jobs\":%lld,\"restarts\":%d,\"id\":",
               i == 0 ? "" : ",", slot->slot, pool_state_name(slot->state), slot->pid, (long long)age_s(slot->since_us),
               (long long)slot->jobs, slot->restarts);
        print_json(report->id);
        printf(",\"problem\":%lld,\"attempt\":%d,\"case\":%d,\"cases\":%d,\"note\":", (long long)report->problem,
               report->attempt, report->case_no, report->case_count);
        print_json(slot->state == POOL_DOWN ? slot->why : report->note);
        printf("}");
    }
    printf("]");
}

static void print_json_why(const char *name, const struct err *why)
{
    printf(",\"%s\":", name);
    print_json(why->text);
}

static void print_whole_json(const struct status *status)
{
    const struct queue_stats *queue = &status->queue;
    printf("{\"node\":\"%s\",\"pid\":%d,\"agent_pid\":%d,\"draining\":%s,", status->settings.node, status->pool.pid,
           status->pool.node_pid, status->pool.draining != 0 ? "true" : "false");
    print_json_slots(status);
    printf(",");
    selftests_print_json(&status->tests, print_json);
    printf(",\"waiting\":{");
    for (int i = 0; i < QUEUE_LANES; i++)
        printf("%s\"%s\":%lld", i == 0 ? "" : ",", queue_lane_name((enum queue_lane)i), (long long)queue->waiting[i]);
    printf("},\"held\":%lld,\"quarantined\":%lld,\"oldest_ms\":%lld,\"last\":[", (long long)queue->held,
           (long long)queue->dead, (long long)queue->oldest_ms);
    for (int i = 0; i < status->last_count; i++) {
        const struct store_status *row = &status->last[i];
        printf("%s{\"id\":%lld,\"result\":%d,\"verdict\":\"%s\",\"time_ms\":%lld,\"mem_kib\":%lld,\"judger\":",
               i == 0 ? "" : ",", (long long)row->id, row->result, shown_result(row->result), (long long)row->time_ms,
               (long long)row->mem_kib);
        print_json(row->judger);
        printf("}");
    }
    printf("]");
    print_json_why("judged_error", &status->pool_why);
    print_json_why("queue_error", &status->queue_why);
    print_json_why("store_error", &status->store_why);
    printf("}\n");
}

/* What judged alone knows. Returns the exit code. */
static int print_without_settings(struct status *status, const struct err *why)
{
    status->settings.node[0] = '\0'; /* nobody has said it yet */
    status->queue_why = *why;
    status->store_why = *why;
    if (status->json)
        print_whole_json(status);
    else
        print_pool(status);
    (void)fflush(stdout); /* the code is 2 in any case */
    return 2;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(bool *json, const char **home, int argc, char **argv, struct err *e)
{
    int code = options_read("status", usage, argc, argv, json, home, e);
    if (code != 0)
        return code;
    return optind == argc ? 0 : err_set(e, "'%s': no argument is taken", argv[optind]);
}

int status_main(int argc, char **argv)
{
    struct err e = {""};
    const char *home = NULL;
    struct status *status = calloc(1, sizeof *status);
    int code = status == NULL ? err_set(&e, "out of memory") : parse(&status->json, &home, argc, argv, &e);
    if (code > 0) {
        free(status);
        return 0;
    }
    bool wrong = code == 0 && settings_read_quiet(&status->settings, home, NULL, &e) != 0;
    if (wrong || code != 0)
        (void)fprintf(stderr, "judgectl status: %s\n", e.text); /* nowhere else to say it */
    if (code != 0 || status == NULL || status->settings.home[0] == '\0') {
        free(status);
        return 2;
    }
    ask_pool(status);
    if (wrong) {
        /* judged goes on with those that it has read. */
        code = print_without_settings(status, &e);
        free(status);
        return code;
    }
    selftests_read(&status->tests, &status->settings);
    ask_queue(status);
    ask_store(status);
    if (status->json)
        print_whole_json(status);
    else
        print_text(status);
    code = status->failed ? 1 : 0;
    free(status);
    return fflush(stdout) == 0 ? code : 2;
}
