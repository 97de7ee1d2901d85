/*
 * watch.c - `judgectl watch`: what happens to submissions, as it happens, until those that were named are final.
 *
 * The lines come from judge_node's socket; what is true is the table, which is read at the start, now and then, and where there is no
 * socket. Needs what judge.conf gives access to: root, or its group.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/file.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/live.h"
#include "judgectl/shown.h"
#include "store/store.h"

#include "common/banned.h"

enum {
    LOOK_MS = 2000, /* between two looks into the table while the socket tells */
    POLL_MS = 250,  /* the same, without one */
    AGAIN_MS = 500, /* between tries to connect */
};

static const char usage[] =
    "usage: judgectl watch [--json] [--home OJ_HOME] [ID...]\n"
    "\n"
    "Prints what happens to these submissions, or to all, as it happens: claimed, running, each case, the verdict.\n"
    "Ends when each ID is final, or with Ctrl-C. --json: the lines as they come (docs/events.md).\n"
    "Exit: 0 all are final (or Ctrl-C), 2 an ID is not in the table, or nobody can be asked.\n";

struct watched {
    char word[24]; /* the id */
    int64_t id;
    int state; /* shown last; -1: none */
    bool done;
};

struct watch {
    struct settings settings;
    bool json, failed;
    struct watched *all;
    size_t count, open;  /* open: not final so far */
    struct store *store; /* NULL: nothing was named */
    struct live live;
    int stop_fd;
    bool told; /* that nobody is there to be asked, or that the table cannot be read */
};

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct watch *watch, const char **home, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {OPTION_JSON(&watch->json), OPTION_HOME(home)};
    int code = options_parse("watch", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    watch->all = calloc((size_t)(argc - optind) + 1, sizeof *watch->all);
    if (watch->all == NULL)
        return err_set(e, "out of memory");
    for (int i = optind; i < argc; i++) {
        struct watched *one = &watch->all[watch->count++];
        one->state = -1;
        if (str_to_int64(argv[i], 1, INT64_MAX, &one->id) != 0)
            return err_set(e, "'%s': a submission's number, 1 and up", argv[i]);
        (void)str_format(one->word, sizeof one->word, "%lld", (long long)one->id); /* it fits */
    }
    watch->open = watch->count;
    return 0;
}

/* ---- printing */

static void print_event(const struct watch *watch, const struct event *event, const char *line)
{
    char text[256], clock[16] = "";
    struct tm now;
    time_t seconds = (time_t)(event->wall_ms / 1000);
    if (watch->json) {
        (void)fputs(line, stdout); /* flushed, and looked at, below */
        return;
    }
    live_text(event, text, sizeof text);
    if (localtime_r(&seconds, &now) != NULL)
        (void)strftime(clock, sizeof clock, "%H:%M:%S", &now); /* it fits */
    printf("%s  %s\n", clock, text);
}

/* The row as an event: what the socket did not say. */
static void print_status(const struct watch *watch, const struct store_status *status)
{
    struct timespec now = {0};
    char line[EVENTS_JSON_SIZE];
    bool final = status->result > STORE_RUNNING;
    struct event event = {.state = status->result, .finish = final, .language = -1};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    event.wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (final) {
        event.time_ms = status->time_ms;
        event.mem_kib = status->mem_kib;
        event.pass_rate = status->pass_rate < 0 ? 0 : status->pass_rate;
    }
    (void)str_format(event.id, sizeof event.id, "%lld", (long long)status->id); /* these fit */
    (void)str_copy(event.judger, sizeof event.judger, status->judger);
    (void)events_json(&event, line); /* its length is not needed */
    print_event(watch, &event, line);
}

/* ---- what was named */

static void end_one(struct watch *watch, struct watched *one)
{
    watch->open -= !one->done;
    one->done = true;
}

/* Looks into the table for those that are not final so far. What the socket tells is shown from there. */
static void look(struct watch *watch, bool socket_tells)
{
    struct err e;
    for (size_t i = 0; i < watch->count; i++) {
        struct watched *one = &watch->all[i];
        struct store_status status;
        if (one->done)
            continue;
        int got = store_status(watch->store, one->id, false, &status, &e);
        if (got < 0) {
            if (!watch->told)
                (void)fprintf(stderr, "judgectl watch: %s\n", e.text); /* nowhere else to say it */
            watch->told = true;
            return;
        }
        if (got == 0) {
            (void)fprintf(stderr, "judgectl watch: %s: there is no such submission\n", one->word); /* as above */
            watch->failed = true;
            end_one(watch, one);
            continue;
        }
        bool final = status.result > STORE_RUNNING;
        if (final || (one->state != status.result && (!socket_tells || one->state < 0)))
            print_status(watch, &status);
        one->state = status.result;
        if (final)
            end_one(watch, one);
        store_status_fini(&status);
    }
}

static void take(struct watch *watch, const struct event *event, const char *line)
{
    struct watched *one = NULL;
    for (size_t i = 0; i < watch->count && one == NULL; i++) {
        if (strcmp(watch->all[i].word, event->id) == 0)
            one = &watch->all[i];
    }
    if (watch->count > 0 && (one == NULL || one->done))
        return;
    /* What the table has said already is not said again. */
    if (one == NULL || watch->json || one->state != event->state || event->case_no > 0)
        print_event(watch, event, line);
    if (one == NULL)
        return;
    one->state = event->state;
    if (event->finish != 0)
        end_one(watch, one);
}

static void connect_live(struct watch *watch)
{
    if (!live_open(&watch->live, watch->settings.home))
        return;
    for (size_t i = 0; i < watch->count; i++) {
        if (!watch->all[i].done)
            live_want(&watch->live, watch->all[i].word);
    }
}

static bool is_stopped(const struct watch *watch)
{
    struct signalfd_siginfo info;
    return read(watch->stop_fd, &info, sizeof info) == (ssize_t)sizeof info;
}

static void follow(struct watch *watch)
{
    int64_t look_us = 0, connect_us = 0;
    while ((watch->count == 0 || watch->open > 0) && !is_stopped(watch)) {
        char line[EVENTS_JSON_SIZE];
        struct event event;
        int64_t now_us = clock_now_us();
        if (watch->live.fd < 0 && now_us >= connect_us) {
            connect_live(watch);
            connect_us = now_us + AGAIN_MS * 1000;
            look_us = 0; /* what happened meanwhile */
        }
        bool tells = watch->live.fd >= 0;
        if (watch->count == 0 && !tells && !watch->told) {
            (void)fprintf(stderr, "judgectl watch: judge_node does not run for %s: waiting for it\n",
                          watch->settings.home); /* nowhere else to say it */
            watch->told = true;
        }
        if (watch->count > 0 && now_us >= look_us) {
            look(watch, tells);
            look_us = now_us + (tells ? LOOK_MS : POLL_MS) * 1000;
        }
        if (watch->count > 0 && watch->open == 0)
            break;
        if (live_next(&watch->live, tells ? AGAIN_MS : POLL_MS, watch->stop_fd, line, &event) == 1)
            take(watch, &event, line);
        if (fflush(stdout) != 0) /* nobody reads it any more */
            break;
    }
}

/* ---- start and end */

static int take_signals(struct watch *watch, struct err *e)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these fail for signals that do not exist */
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    watch->stop_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return watch->stop_fd < 0 ? err_set(e, "no descriptor for signals") : 0;
}

int watch_main(int argc, char **argv)
{
    struct watch watch = {.live = {.fd = -1}, .stop_fd = -1};
    struct err e = {""};
    const char *home = NULL;
    int code = parse(&watch, &home, argc, argv, &e);
    if (code == 0)
        code = settings_read_quiet(&watch.settings, home, NULL, &e);
    if (code == 0)
        code = take_signals(&watch, &e);
    if (code == 0 && watch.count > 0) {
        watch.store = store_open(&watch.settings, &e);
        code = watch.store == NULL ? -1 : 0;
    }
    if (code < 0)
        (void)fprintf(stderr, "judgectl watch: %s\n", e.text); /* nowhere else to say it */
    else if (code == 0)
        follow(&watch);
    if (watch.store != NULL)
        store_close(watch.store);
    live_close(&watch.live);
    file_close(&watch.stop_fd);
    free(watch.all);
    if (fflush(stdout) != 0 || watch.failed)
        code = -1;
    return code < 0 ? 2 : 0;
}
