/*
 * worker.c - see worker.h: the loop of one slot. Root, for the sandbox's sake; the only part of judging that sees queue and
 * store.
 *
 * Theory of operation. One thread. Signals come through a descriptor, so that they never cut a call short: SIGTERM ends the
 * worker after its job, SIGHUP makes it read its configuration again before the next one. judged hears of each change of
 * state over a pipe; where nobody reads it any more the worker ends its job and exits. Whatever goes wrong on our side,
 * the job goes back to the queue, and the student sees no verdict for it.
 */
#include "judge_client/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/worker_parts.h"
#include "store/store.h"

#include "common/banned.h"

enum {
    ANNOUNCE_MS = 30000,  /* between two lines of which languages there are */
    TAKE_MS = 3000,       /* of one wait for a job: POOL_SILENT_MS is longer */
    ONCE_MS = 2000,       /* --once: without a job for so long, there is none */
    PAUSE_MS = 500,       /* between tries of a queue that is gone */
    LOCK_WAIT_MS = 15000, /* for the slot's last owner to be cleared away */
    EXIT_SLOT_TAKEN = 75,
    EXIT_WRONG = 2,
};

void worker_report(struct worker *worker, enum pool_state state)
{
    worker->report.magic = POOL_MAGIC;
    worker->report.state = (uint32_t)state;
    worker->reported_us = clock_now_us();
    if (!worker->reports)
        return;
    const struct pool_report said = worker->report;
    ssize_t count = write(POOL_REPORT_FD, &said, sizeof said);
    if (count < 0 && errno == EPIPE) {
        log_info("judged is gone: slot %d ends after its job", worker->slot);
        worker->reports = false;
        worker->ending = true;
    }
    /* A full pipe: judged has enough to read that says that this worker lives. */
}

void worker_beat(void *context)
{
    struct worker *worker = context;
    if (clock_now_us() - worker->reported_us >= POOL_REPORT_MS * 1000 / 2)
        worker_report(worker, (enum pool_state)worker->report.state);
}

static void take_signal(struct worker *worker)
{
    struct signalfd_siginfo info;
    while (read(worker->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            worker->reload = true;
        else
            worker->ending = true;
    }
}

bool worker_cancelled(struct worker *worker)
{
    struct signalfd_siginfo info;
    bool any = false;
    while (read(worker->cancel_fd, &info, sizeof info) == (ssize_t)sizeof info)
        any = true;
    return any;
}

void worker_wait(struct worker *worker, int ms)
{
    struct pollfd signals = {.fd = worker->signal_fd, .events = POLLIN};
    worker_beat(worker);
    if (poll(&signals, 1, ms) > 0)
        take_signal(worker);
}

/* ---- what may be read again */

int worker_find_offered(struct worker *worker, struct err *e)
{
    const struct language *language;
    worker->offered_count = 0;
    for (size_t i = 0; (language = languages_at(worker->languages, i)) != NULL; i++) {
        bool wanted = worker->settings.languages == -1 || language->id < 0 || language->id > 62 ||
                      (worker->settings.languages >> language->id & 1) != 0;
        if (language->installed && wanted && worker->offered_count < WORKER_LANGUAGES)
            worker->offered[worker->offered_count++] = language->id;
    }
    if (worker->offered_count == 0)
        return err_set(e, "no language is installed that this box may take: install.sh --languages \"c cpp python\"");
    return 0;
}

/* A judge with all policies. When the worker starts, without those that cannot be read: what needs them fails then, and says why. */
static struct judge *open_judge(const struct worker *worker, const struct languages *languages, struct err *e)
{
    struct judge *judge = judge_open(worker->sandbox, worker->places.policies, e);
    if (judge == NULL || judge_load_policies(judge, languages, e) == 0)
        return judge;
    if (worker->judge == NULL) {
        log_warnx("slot=%d %s", worker->slot, e->text);
        return judge;
    }
    judge_close(judge);
    return NULL;
}

/* Settings, languages, policies, and what is connected by them. 0, or -1 with e and the old ones in force. */
static int open_catalogues(struct worker *worker, struct err *e)
{
    struct worker next = *worker;
    next.queue = NULL;
    next.store = NULL;
    next.judge = NULL;
    next.languages = NULL;
    next.announced_us = 0;
    if (settings_read_quiet(&next.settings, worker->home, NULL, e) != 0)
        return -1;
    places_find(&worker->places, next.settings.home); /* the judge points into it */
    next.places = worker->places;
    next.languages = languages_open(next.places.languages, e);
    if (next.languages != NULL && worker_find_offered(&next, e) == 0)
        next.judge = open_judge(worker, next.languages, e);
    if (next.judge != NULL)
        next.queue = queue_open(&next.settings, next.settings.node, e);
    if (next.queue != NULL)
        next.store = store_open(&next.settings, e);
    if (next.store == NULL) {
        if (next.queue != NULL)
            queue_close(next.queue);
        judge_close(next.judge);
        languages_close(next.languages);
        return -1;
    }
    if (worker->store != NULL)
        store_close(worker->store);
    if (worker->queue != NULL)
        queue_close(worker->queue);
    languages_close(worker->languages);
    judge_close(worker->judge);
    *worker = next;
    /* It fits: a node's name has 7 bytes. */
    (void)str_format(worker->owner, sizeof worker->owner, "%s/%d", worker->settings.node, worker->slot);
    return 0;
}

static int read_again(struct worker *worker)
{
    struct err e;
    worker->reload = false;
    if (open_catalogues(worker, &e) != 0) {
        log_warnx("configuration not taken, the old one stays in force: %s", e.text);
        return 0;
    }
    if (worker_selftest_open(worker, true, &e) != 0) {
        log_warnx("%s", e.text);
        return -1;
    }
    log_info("configuration read again slot=%d languages=%zu", worker->slot, worker->offered_count);
    return 0;
}

/* ---- the loop */

static void forget_job(struct worker *worker)
{
    struct pool_report empty = {.magic = POOL_MAGIC};
    worker->report = empty;
}

/* One wait for a job. Says once that the queue is gone, and once that it is back. */
static int take(struct worker *worker, struct queue_job *job, int wait_ms, bool *gone)
{
    struct err e;
    int got = queue_take(worker->queue, worker->owner, worker->offered, worker->offered_count, wait_ms,
                         worker->signal_fd, job, &e);
    if (got < 0 && !*gone)
        log_warnx("queue gone slot=%d: %s", worker->slot, e.text);
    if (got >= 0 && *gone)
        log_info("queue back slot=%d", worker->slot);
    *gone = got < 0;
    if (got < 0) {
        (void)str_format(worker->report.note, sizeof worker->report.note, "queue: %.100s", e.text); /* cut is fine */
        worker_wait(worker, PAUSE_MS);
    }
    return got;
}

/* For `judgectl why`, which says when no node offers a language: nothing else depends on it. */
static void announce(struct worker *worker)
{
    struct err e;
    if (worker->announced_us != 0 && clock_now_us() - worker->announced_us < ANNOUNCE_MS * INT64_C(1000))
        return;
    worker->announced_us = clock_now_us();
    if (queue_announce(worker->queue, worker->offered, worker->offered_count, &e) != 0)
        log_debug("languages not announced slot=%d: %s", worker->slot, e.text);
}

/* Whoever has told us to reload counts on it: a job that came at the same moment is judged with what is read now. */
static void put_off(struct worker *worker, const struct queue_job *job)
{
    struct err e;
    if (queue_give_back(worker->queue, job, false, "the configuration is read again first", &e) < 0)
        log_warnx("give back failed submission=%s: %s (its lease runs out)", job->id, e.text);
}

static int work(struct worker *worker)
{
    bool gone = false;
    while (!worker->ending) {
        struct queue_job job = {0};
        if (worker->reload && read_again(worker) != 0)
            return EXIT_WRONG;
        if (!gone)
            forget_job(worker);
        worker_selftest_look(worker);
        if (!gone)
            announce(worker);
        worker_report(worker, POOL_IDLE);
        events_retry(&worker->events);
        bool test = worker_selftest_due(worker);
        int wait_ms = test ? 0 : worker->once ? ONCE_MS : TAKE_MS;
        int got = worker->ending ? 0 : take(worker, &job, wait_ms, &gone);
        take_signal(worker);
        if (got != 1 && test && !worker->ending && !worker->reload && worker_selftest_idle(worker, &job))
            got = 1;
        if (got == 1) {
            if (worker->reload)
                put_off(worker, &job);
            else
                worker_do(worker, &job);
            queue_job_fini(&job);
        } else if (got == 0 && worker->once) {
            break;
        }
    }
    return 0;
}

/* ---- start and end */

static int parse(struct worker *worker, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {
        {"slot", required_argument, NULL, 's'},
        {"home", required_argument, NULL, 'h'},
        {"cpu", required_argument, NULL, 'c'},
        {"debug", no_argument, NULL, 'd'},
        {"cgroup-parent", required_argument, NULL, 'g'},
        {"once", no_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    int64_t number;
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (word) {
        case 's':
            if (str_to_int64(optarg, 0, POOL_SLOTS - 1, &number) != 0)
                return err_set(e, "--slot %s: a number from 0 to %d", optarg, POOL_SLOTS - 1);
            worker->slot = (int)number;
            break;
        case 'c':
            if (str_to_int64(optarg, 0, 4095, &number) != 0)
                return err_set(e, "--cpu %s: a processor's number", optarg);
            worker->cpu = (int)number;
            break;
        case 'h':
            worker->home = optarg;
            break;
        case 'g':
            worker->cgroup_parent = optarg;
            break;
        case 'd':
            log_init("judge_client", 1);
            break;
        case 'o':
            worker->once = true;
            break;
        default:
            return err_set(e, "%s: unknown option; judged starts this form", argv[optind - 1]);
        }
    }
    return worker->slot < 0 || optind != argc ? err_set(e, "judged starts this form: --slot N --home OJ_HOME") : 0;
}

static int take_signals(struct worker *worker, struct err *e)
{
    sigset_t set, cancel;
    sigemptyset(&cancel);
    sigaddset(&cancel, SIGUSR1);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);           /* it exists */
    (void)sigprocmask(SIG_BLOCK, &set, NULL); /* fails for a wrong first argument only */
    (void)sigprocmask(SIG_BLOCK, &cancel, NULL);
    worker->cancel_fd = signalfd(-1, &cancel, SFD_CLOEXEC | SFD_NONBLOCK);
    worker->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return worker->signal_fd < 0 || worker->cancel_fd < 0 ? err_sys(e, errno, "make a descriptor for signals") : 0;
}

/* The pipe to judged, where there is one: no later descriptor may get its number, and no child of ours may have it. */
static void find_judged(struct worker *worker)
{
    int flags = fcntl(POOL_REPORT_FD, F_GETFL);
    worker->reports = flags >= 0 && (flags & O_ACCMODE) == O_WRONLY &&
                      fcntl(POOL_REPORT_FD, F_SETFL, flags | O_NONBLOCK) == 0 &&
                      fcntl(POOL_REPORT_FD, F_SETFD, FD_CLOEXEC) == 0;
}

static int start(struct worker *worker, struct err *e)
{
    if (take_signals(worker, e) != 0 || settings_read_quiet(&worker->settings, worker->home, NULL, e) != 0)
        return EXIT_WRONG;
    events_open(&worker->events, worker->settings.home);
    worker->report.quiet_ms = LOCK_WAIT_MS + POOL_SILENT_MS;
    worker_report(worker, POOL_STARTING);
    const struct sandbox_config config = {.slot = worker->slot,
                                          .first_uid = worker->settings.first_uid,
                                          .cpu = worker->cpu,
                                          .tier = -1,
                                          .home = worker->settings.home,
                                          .cgroup_parent = worker->cgroup_parent,
                                          .lock_wait_ms = LOCK_WAIT_MS};
    worker->sandbox = sandbox_open(&config, e);
    if (worker->sandbox == NULL)
        return strstr(e->text, "is in use by") != NULL ? EXIT_SLOT_TAKEN : EXIT_WRONG;
    worker_report(worker, POOL_STARTING);
    if (open_catalogues(worker, e) != 0)
        return EXIT_WRONG;
    return worker_selftest_open(worker, false, e) != 0 ? EXIT_WRONG : 0;
}

int worker_main(int argc, char **argv)
{
    struct err e = {""};
    struct worker worker = {
        .slot = -1, .cpu = SANDBOX_CPU_ANY, .signal_fd = -1, .cgroup_parent = "", .events = {.fd = -1, .folder = -1}};
    worker.cancel_fd = -1;
    log_service();
    find_judged(&worker);
    int code = parse(&worker, argc, argv, &e) != 0 ? EXIT_WRONG : start(&worker, &e);
    if (code == 0) {
        log_info("slot=%d ready tier=%s languages=%zu", worker.slot, sandbox_tier_name(worker.sandbox),
                 worker.offered_count);
        code = work(&worker);
    } else {
        log_warnx("slot=%d: %s", worker.slot, e.text);
    }
    worker_selftest_close(&worker);
    judge_close(worker.judge);
    sandbox_close(worker.sandbox);
    if (worker.store != NULL)
        store_close(worker.store);
    if (worker.queue != NULL)
        queue_close(worker.queue);
    languages_close(worker.languages);
    events_retry(&worker.events);
    events_close(&worker.events);
    file_close(&worker.signal_fd);
    file_close(&worker.cancel_fd);
    return code;
}
