/*
 * submit.c - `judgectl submit`: puts submissions into the store and the queue, and waits for their verdicts when asked to.
 *
 * Needs what judge.conf gives access to: root, or its group. The row is written first: where putting it into the queue
 * fails, the box's agent finds it in the table.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
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
#include "judgectl/languages.h"
#include "judgectl/live.h"
#include "judgectl/shown.h"
#include "judgectl/wrap.h"
#include "queue/queue.h"
#include "store/store.h"

#include "common/banned.h"

enum { MOST_SOURCE = 1 << 20, MOST_ZIP = 16 << 20, WAIT_MS = 50, LIVE_MS = 1000, GONE_TRIES = 600 };

#define ANY_LANGUAGE "c"

static const char usage[] =
    "usage: judgectl submit [-p PROBLEM] [-l LANG] [--user U] [--lane L] [--wait] [--home OJ_HOME] SOURCE...\n"
    "\n"
    "Without -p, the problem is the number in the source's path: data/1000/solutions/ac/a.c is for 1000.\n"
    "--lane: exam, contest, test, practice (the usual one) or rejudge. --wait prints a table of the verdicts.\n"
    "A zip is stored in base64, for a problem that asks for outputs.\n"
    "Exit: 0 submitted (with --wait: judged), 2 a source could not be submitted or judged.\n";

struct options {
    const char *problem, *language, *user, *home;
    enum queue_lane lane;
    bool wait;
    char **sources;
    size_t count;
};

struct submitting {
    const struct options *options;
    struct settings settings;
    struct store *store;
    struct queue *queue;
    int64_t *ids;     /* a source each; -1: not submitted */
    int stop_fd;      /* readable: Ctrl-C; -1 until there is something to wait for */
    struct live live; /* on a terminal: how far judging is */
    bool line_shown;
    struct events_sender events;
};

static int read_lane(void *value, const char *text, struct err *e)
{
    int lane = queue_lane_of(text);
    if (lane < 0)
        return err_set(e, "--lane %.40s: one of exam, contest, test, practice, rejudge", text);
    *(enum queue_lane *)value = (enum queue_lane)lane;
    return 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct options *options, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {{"problem", 'p', OPTION_TEXT, &options->problem, 0, 0, NULL, NULL},
                                      {"language", 'l', OPTION_TEXT, &options->language, 0, 0, NULL, NULL},
                                      {"user", 0, OPTION_TEXT, &options->user, 0, 0, NULL, NULL},
                                      {"lane", 0, OPTION_READ, &options->lane, 0, 0, NULL, read_lane},
                                      {"wait", 0, OPTION_FLAG, &options->wait, 0, 0, NULL, NULL},
                                      OPTION_HOME(&options->home)};
    int code = options_parse("submit", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    if (optind == argc)
        return err_set(e, "no source: judgectl submit [OPTIONS] SOURCE...");
    options->sources = argv + optind;
    options->count = (size_t)(argc - optind);
    return 0;
}

/* The last folder in path whose name is a number. */
static int problem_of_path(const char *path, int64_t *problem, struct err *e)
{
    char copy[PATH_MAX];
    int64_t number, found = 0;
    if (str_copy(copy, sizeof copy, path) != 0)
        return err_set(e, "%.64s...: a path of this length is not served", path);
    char *from = copy;
    for (char *slash; (slash = strchr(from, '/')) != NULL; from = slash + 1) {
        *slash = '\0';
        if (str_to_int64(from, 1, INT32_MAX, &number) == 0)
            found = number;
    }
    if (found == 0)
        return err_set(e, "%s: for which problem? say it with -p PROBLEM", path);
    *problem = found;
    return 0;
}

/* A zip of outputs is stored as a text: what docs/sources.md says, and judge() reads. */
static char *text_of_zip(char *zip, size_t *size)
{
    static const char prefix[] = "data:application/zip;base64,";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)zip;
    size_t length = sizeof prefix - 1;
    char *text = malloc(length + (*size + 2) / 3 * 4);
    for (size_t i = 0; text != NULL && i < *size; i += 3) {
        size_t left = *size - i;
        unsigned bits = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            text[length++] = k > left ? '=' : letters[bits >> (18 - 6 * k) & 63];
    }
    if (text != NULL)
        memcpy(text, prefix, sizeof prefix - 1);
    *size = length;
    free(zip);
    return text;
}

static bool is_zip(const char *bytes, size_t size)
{
    return size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

/* A source, or what is stored of a zip, which *zip tells. malloc'd, or NULL with e. */
static char *read_source(const char *path, size_t *size, bool *zip, struct err *e)
{
    struct stat info;
    char head[4], *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    *zip = regular && pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && is_zip(head, sizeof head);
    if (fd < 0 || fstat(fd, &info) != 0) {
        err_sys(e, errno, "%s", path);
    } else if (!regular) {
        err_set(e, "%s: not a file", path);
    } else if (*zip && info.st_size > MOST_ZIP) {
        err_set(e, "%s: %lld bytes; a zip may have 16 MiB", path, (long long)info.st_size);
    } else if (info.st_size == 0 || (!*zip && info.st_size > MOST_SOURCE)) {
        err_set(e, "%s: %lld bytes; a source has 1 byte to 1 MiB", path, (long long)info.st_size);
    } else if ((bytes = malloc((size_t)info.st_size)) == NULL) {
        err_set(e, "%s: out of memory", path);
    } else {
        ssize_t count = pread(fd, bytes, (size_t)info.st_size, 0);
        if (count != info.st_size) {
            err_sys(e, count < 0 ? errno : EIO, "read %s", path);
            free(bytes);
            bytes = NULL;
        }
        *size = (size_t)(count < 0 ? 0 : count);
    }
    file_close(&fd);
    if (bytes != NULL && *zip && (bytes = text_of_zip(bytes, size)) == NULL)
        err_set(e, "%s: out of memory", path);
    return bytes;
}

/* The test data must be there: a mistyped number is worth a line now. In a site's table the source is as the web would store it. */
static int check_problem(const struct submitting *submitting, struct store_submission *row, struct err *e)
{
    char folder[PATH_MAX];
    int64_t problem = row->problem_id;
    struct stat info;
    if (str_format(folder, sizeof folder, "%s/%lld", submitting->settings.data, (long long)problem) != 0)
        return err_set(e, "%s: a path of this length is not served", submitting->settings.data);
    if (submitting->settings.data_sync[0] == '\0' && stat(folder, &info) != 0)
        return err_sys(e, errno, "problem %lld: %s", (long long)problem, folder);
    if (!settings_has_database(&submitting->settings))
        return 0; /* the judge does it */
    return wrap_source(folder, row->language, &row->source, &row->source_bytes, e);
}

static int submit_source(struct submitting *submitting, size_t i, struct err *e)
{
    const struct options *options = submitting->options;
    const char *path = options->sources[i];
    struct store_submission row = {.contest_number = -1};
    int result = -1;
    if (options->problem == NULL) {
        if (problem_of_path(path, &row.problem_id, e) != 0)
            return -1;
    } else if (str_to_int64(options->problem, 1, INT32_MAX, &row.problem_id) != 0) {
        return err_set(e, "-p %s: a problem's number, 1 and up", options->problem);
    }
    if (str_copy(row.user, sizeof row.user, options->user) != 0)
        return err_set(e, "--user %.64s...: at most %d bytes", options->user, STORE_USER_SIZE - 1);
    for (const char *at = row.user; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 127)
            return err_set(e, "--user: a control character in a user's name");
    }
    bool alone = !settings_has_database(&submitting->settings) && !settings_has_redis(&submitting->settings);
    bool zip;
    row.source = read_source(path, &row.source_bytes, &zip, e);
    if (row.source == NULL)
        return -1;
    /* Outputs have no language; the row must have one that is offered. */
    const char *language = options->language == NULL && zip ? ANY_LANGUAGE : options->language;
    row.language = language_number(submitting->settings.home, language, path, alone, e);
    if (row.language >= 0 && check_problem(submitting, &row, e) == 0) {
        submitting->ids[i] = store_submit(submitting->store, &row, e);
        result = submitting->ids[i] < 0 ? -1 : 0;
    }
    store_submission_fini(&row);
    if (result != 0)
        return -1;
    struct queue_entry entry = {.lane = options->lane, .language = row.language, .problem = row.problem_id};
    struct err why;
    /* They fit. */
    (void)str_format(entry.id, sizeof entry.id, "%lld", (long long)submitting->ids[i]);
    (void)str_copy(entry.user, sizeof entry.user, options->user);
    live_want(&submitting->live, entry.id);
    const struct event waits =
        events_waiting(entry.id, STORE_WAITING, row.problem_id, row.language, "", clock_now_us());
    events_send(&submitting->events, &waits); /* before a worker can say more */
    if (queue_add(submitting->queue, &entry, &why) < 0)
        (void)fprintf(stderr, "judgectl submit: %lld waits in the table, the queue did not take it: %s\n",
                      (long long)submitting->ids[i], why.text); /* nowhere else to say it */
    return 0;
}

/* How far judging is, in one line of the terminal, which the table's next row takes the place of. */
static void hide_line(struct submitting *submitting)
{
    if (submitting->line_shown)
        (void)fputs("\r\033[K", stderr); /* only for a person */
    submitting->line_shown = false;
}

static void show_line(struct submitting *submitting, const struct event *event)
{
    char text[80];
    live_text(event, text, sizeof text);
    hide_line(submitting);
    (void)fputs(text, stderr); /* as above */
    submitting->line_shown = true;
}

static bool is_stopped(const struct submitting *submitting, int wait_ms)
{
    struct pollfd stop = {.fd = submitting->stop_fd, .events = POLLIN};
    return poll(&stop, 1, wait_ms) > 0 && stop.revents != 0;
}

/* Until it is worth looking at the row again: it is said to be final, or some time has passed. */
static void pause_for(struct submitting *submitting, int64_t id)
{
    char line[EVENTS_JSON_SIZE], word[24];
    struct event event;
    int64_t end_us = clock_now_us() + LIVE_MS * 1000;
    (void)str_format(word, sizeof word, "%lld", (long long)id); /* it fits */
    if (submitting->live.fd < 0) {
        (void)is_stopped(submitting, WAIT_MS); /* only a pause: the caller asks again */
        return;
    }
    for (int64_t left_us; (left_us = end_us - clock_now_us()) > 0;) {
        int got = live_next(&submitting->live, (int)(left_us / 1000), submitting->stop_fd, line, &event);
        if (got == 1)
            show_line(submitting, &event);
        if (got < 0 || is_stopped(submitting, 0) || (got == 1 && event.finish != 0 && strcmp(event.id, word) == 0))
            return;
    }
}

/* 0 with the row's last state; 1 where somebody has had enough of waiting; -1 with e. A database that is gone for a while is waited
 * for. */
static int wait_for(struct submitting *submitting, int64_t id, struct store_status *status, struct err *e)
{
    int failures = 0;
    for (;;) {
        int got = store_status(submitting->store, id, false, status, e);
        if (got == 0)
            return err_set(e, "submission %lld is no longer in the table", (long long)id);
        failures = got < 0 ? failures + 1 : 0;
        if (got == 1 && status->result > STORE_RUNNING)
            return 0;
        if (failures > GONE_TRIES)
            return -1;
        if (got == 1)
            store_status_fini(status);
        pause_for(submitting, id);
        if (is_stopped(submitting, 0))
            return 1;
    }
}

/* From here on Ctrl-C ends the waiting, not the program: what was submitted has to be said. */
static void prepare_to_wait(struct submitting *submitting)
{
    struct err e;
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    submitting->stop_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (submitting->stop_fd >= 0)
        (void)sigprocmask(SIG_BLOCK, &set, NULL); /* fails for signals that do not exist */
    if (settings_has_database(&submitting->settings))
        return; /* another box may judge them */
    int fd = pool_connect(submitting->settings.home, &e);
    if (fd < 0)
        (void)fprintf(stderr, "judgectl submit: they wait, and so does this: %s\n",
                      e.text); /* nowhere else to say it */
    file_close(&fd);
}

/* Those from source i on, to standard error: nowhere else to say it. */
static void print_unfinished(const struct submitting *submitting, size_t i)
{
    (void)fputs("judgectl submit: not waited for any longer, but judged all the same:", stderr);
    for (; i < submitting->options->count; i++) {
        if (submitting->ids[i] >= 0)
            (void)fprintf(stderr, " %lld", (long long)submitting->ids[i]);
    }
    (void)fputs(" (judgectl why NUMBER)\n", stderr);
}

static int print_verdicts(struct submitting *submitting)
{
    const struct options *options = submitting->options;
    int code = 0;
    prepare_to_wait(submitting);
    shown_head();
    for (size_t i = 0; i < options->count; i++) {
        struct store_status status;
        struct err e;
        if (submitting->ids[i] < 0)
            continue;
        int result = wait_for(submitting, submitting->ids[i], &status, &e);
        hide_line(submitting);
        if (result > 0) {
            print_unfinished(submitting, i);
            return -1;
        }
        if (result != 0) {
            (void)fprintf(stderr, "judgectl submit: %s: %s\n", options->sources[i], e.text); /* nowhere else */
            code = -1;
            continue;
        }
        shown_row(&status, options->sources[i]);
        if (status.result == submitting->settings.system_error_result)
            code = -1;
        store_status_fini(&status);
    }
    return code;
}

static int submit_all(struct submitting *submitting)
{
    const struct options *options = submitting->options;
    int code = 0;
    for (size_t i = 0; i < options->count; i++) {
        struct err e;
        submitting->ids[i] = -1;
        if (submit_source(submitting, i, &e) != 0) {
            (void)fprintf(stderr, "judgectl submit: %s\n", e.text); /* nowhere else to say it */
            code = -1;
        } else if (!options->wait) {
            printf("%lld %s\n", (long long)submitting->ids[i], options->sources[i]);
        }
    }
    if (options->wait && print_verdicts(submitting) != 0)
        code = -1;
    return code;
}

int submit_main(int argc, char **argv)
{
    struct err e = {""};
    struct options options = {.user = "judge", .lane = QUEUE_LANE_PRACTICE};
    struct submitting submitting = {
        .options = &options, .stop_fd = -1, .live = {.fd = -1}, .events = {.fd = -1, .folder = -1}};
    int code = parse(&options, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = settings_read_quiet(&submitting.settings, options.home, NULL, &e);
    if (code == 0) {
        events_open(&submitting.events, submitting.settings.home);
        submitting.ids = calloc(options.count, sizeof *submitting.ids);
        submitting.store = store_open(&submitting.settings, &e);
        if (submitting.store != NULL)
            submitting.queue = queue_open(&submitting.settings, submitting.settings.node, &e);
        if (submitting.queue == NULL || submitting.ids == NULL)
            code = -1;
    }
    if (code == 0 && options.wait && isatty(STDERR_FILENO) != 0)
        (void)live_open(&submitting.live, submitting.settings.home); /* without it, the rows are looked at more often */
    if (code != 0)
        (void)fprintf(stderr, "judgectl submit: %s\n", e.text[0] == '\0' ? "out of memory" : e.text); /* as above */
    else
        code = submit_all(&submitting);
    if (submitting.queue != NULL)
        queue_close(submitting.queue);
    if (submitting.store != NULL)
        store_close(submitting.store);
    file_close(&submitting.stop_fd);
    live_close(&submitting.live);
    events_close(&submitting.events);
    free(submitting.ids);
    if (fflush(stdout) != 0)
        code = -1;
    return code == 0 ? 0 : 2;
}
