/*
 * worker_selftest.c - which languages a worker offers: those whose self-test passed, or has yet to be done. Runs in a worker, as root.
 *
 * Theory of operation. No submission is judged in a language that has not judged its own programs with the very files that are
 * installed now: before each job their stat(2) is compared with what was tested. A language that has yet to be tested is offered
 * all the same, and tested when its first job comes (so that what students wait for is tested first) or when the worker has
 * nothing to do, the quickest first, by one worker of the box at a time, until a job comes. What fails is not offered: its job goes back, uncounted,
 * to nodes that can or until it is mended. What was found is kept in OJ_HOME/run/self-test, for all workers and for the next start.
 * Where nothing can be kept, each worker knows what it has found itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/selftest.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/rules.h"
#include "judge_client/selftest.h"
#include "judge_client/worker_parts.h"

#include "common/banned.h"

enum {
    LOOK_MS = 10000,        /* between two looks at all files of all compilers, without a job: of slot 0... */
    LOOK_OTHERS_MS = 60000, /* ...and of others, who see at once what it has found */
    OTHER_MS = 1000,        /* another worker tests: nothing is to be done so long */
    LOCK_MS = 50,           /* between two tries of a lock that a job waits for */
    ANY = 1 << 20,          /* of the locks: whoever tests without a job; the others are languages' numbers */
    SLOW_MS = 5000,         /* guesses of how long a test takes, where it was never done */
    MIDDLE_MS = 1000,
    QUICK_MS = 200,
    QUIET_MS = 120000, /* the longest that a test may be silent: between its programs it is not */
};

struct row {
    struct selftest_plan plan;
    struct selftest_record record;
};

struct worker_selftest {
    struct row *rows;
    size_t count;
    int folder_fd, lock_fd; /* -1: nothing is kept */
    int64_t since_s;        /* what did not pass before that is tested again at once */
    int64_t looked_us, other_us;
    struct timespec changed;   /* the folder, when it was last read */
    bool open_said, keep_said; /* that nothing can be kept */
};

/* ---- what is known */

static bool is_due(const struct worker_selftest *tests, const struct row *row)
{
    const struct selftest_record *record = &row->record;
    int64_t now_s = (int64_t)time(NULL);
    if (record->state == SELFTEST_WAITING)
        return true;
    return !selftest_may_judge(record->state) &&
           (record->tested_s < tests->since_s || record->tested_s > now_s || selftest_next_s(record) <= now_s);
}

static void keep(struct worker_selftest *tests, const struct selftest_record *record)
{
    struct err e;
    bool kept = tests->folder_fd < 0 || selftest_write(tests->folder_fd, record, &e) == 0;
    if (!kept && !tests->keep_said)
        log_warnx("self-test: what is found is not kept: %s", e.text);
    tests->keep_said = !kept;
}

/* ---- locks: the workers of a box share the work */

static bool lock(const struct worker_selftest *tests, int number, bool take)
{
    struct flock place = {.l_type = take ? F_WRLCK : F_UNLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
    return tests->lock_fd < 0 || fcntl(tests->lock_fd, F_OFD_SETLK, &place) == 0;
}

/* To be tested, with what was known of it before. */
static void set_waiting(struct row *row, const char *key)
{
    struct selftest_record *record = &row->record;
    const struct language *language = row->plan.language;
    *record = (struct selftest_record){.state = SELFTEST_WAITING, .language = language->id, .took_ms = record->took_ms};
    (void)str_copy(record->name, sizeof record->name, language->name); /* both of one size */
    (void)str_copy(record->key, sizeof record->key, key);
}

/* What is kept of the row, into it. 1; 0 there is none for what is installed now; -1 with e: it is damaged. */
static int read_kept(struct worker_selftest *tests, struct row *row, const char *key, bool *other, struct err *e)
{
    struct selftest_record found;
    int got = tests->folder_fd < 0 ? 0 : selftest_read(tests->folder_fd, row->plan.language->name, &found, e);
    *other = got > 0 && strcmp(found.key, key) != 0;
    if (*other && row->record.took_ms == 0)
        row->record.took_ms = found.took_ms;
    if (got <= 0 || *other || found.language != row->plan.language->id)
        return got < 0 ? -1 : 0;
    row->record = found;
    return 1;
}

/* Brings the row up to date with the files that are installed, and with what other workers have found. held: its lock is; else, of
 * several workers that see a change at once, one says and keeps it. */
static void look(struct worker_selftest *tests, struct row *row, bool held)
{
    const char *name = row->plan.language->name;
    char key[SHA256_TEXT];
    struct err e;
    bool other;
    selftest_key(&row->plan, key);
    int got = read_kept(tests, row, key, &other, &e);
    bool same = strcmp(row->record.key, key) == 0;
    if (got > 0 || (tests->folder_fd < 0 && same))
        return;
    if (same && row->record.state !=
                    SELFTEST_WAITING) { /* this worker knows better: the file was lost, or is another world's */
        if (got < 0)
            log_warnx("self-test: %s: it is written again", e.text);
        if (!other)
            keep(tests, &row->record);
        return;
    }
    bool alone = held || lock(tests, row->plan.language->id, true);
    if (alone && read_kept(tests, row, key, &other, &e) <= 0) {
        if (got < 0)
            log_warnx("self-test: %s: %s is tested again", e.text, name);
        else if (other)
            log_info("self-test language=%s is tested again: what it was tested with has changed", name);
        set_waiting(row, key);
        keep(tests, &row->record);
    } else if (!alone) {
        set_waiting(row, key);
    }
    if (alone && !held)
        (void)lock(tests, row->plan.language->id, false); /* cannot fail */
}

/* Sets what the worker offers. */
static void offer(struct worker *worker)
{
    const struct worker_selftest *tests = worker->tests;
    int before[WORKER_LANGUAGES];
    size_t count = worker->offered_count;
    memcpy(before, worker->offered, sizeof before);
    worker->offered_count = 0;
    for (size_t i = 0; i < tests->count; i++) {
        const struct row *row = &tests->rows[i];
        /* What did not pass and is to be tried again, too: a worker that is never without a job tries it with one. */
        if (selftest_may_judge(row->record.state) || is_due(tests, row))
            worker->offered[worker->offered_count++] = tests->rows[i].plan.language->id;
    }
    if (count != worker->offered_count || memcmp(before, worker->offered, count * sizeof *before) != 0)
        worker->announced_us = 0;
}

/* The folder of what is kept, and its locks. Where there is none to be had, it is tried again at each look. */
static void open_files(const struct worker *worker, struct worker_selftest *tests)
{
    struct err e;
    const char *names[WORKER_LANGUAGES];
    file_close(&tests->folder_fd);
    file_close(&tests->lock_fd);
    tests->folder_fd = selftest_open(worker->settings.home, true, &e);
    if (tests->folder_fd >= 0) {
        tests->lock_fd = openat(tests->folder_fd, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (tests->lock_fd < 0) {
            (void)err_sys(&e, errno, "open " SELFTEST_FOLDER "/.lock");
            file_close(&tests->folder_fd);
        }
    }
    if (tests->folder_fd < 0 && !tests->open_said)
        log_warnx("self-test: each worker tests for itself: %s", e.text);
    tests->open_said = tests->folder_fd < 0;
    if (tests->folder_fd < 0)
        return;
    for (size_t i = 0; i < tests->count; i++)
        names[i] = tests->rows[i].plan.language->name;
    selftest_keep(tests->folder_fd, names, tests->count);
}

void worker_selftest_look(struct worker *worker)
{
    struct worker_selftest *tests = worker->tests;
    struct stat info;
    int64_t now_us = clock_now_us();
    if (tests == NULL)
        return;
    int look_ms = worker->slot == 0 ? LOOK_MS : LOOK_OTHERS_MS;
    bool late = now_us - tests->looked_us >= look_ms * INT64_C(1000);
    bool there = tests->folder_fd >= 0 && fstat(tests->folder_fd, &info) == 0;
    if (there ? info.st_nlink == 0 : late) { /* somebody has removed it; or what was in the way may be gone */
        open_files(worker, tests);
        there = tests->folder_fd >= 0 && fstat(tests->folder_fd, &info) == 0;
        late = true;
    }
    bool changed =
        there && (info.st_mtim.tv_sec != tests->changed.tv_sec || info.st_mtim.tv_nsec != tests->changed.tv_nsec);
    if (!changed && !late) {
        offer(worker); /* what failed may be due */
        return;
    }
    if (changed)
        tests->changed = info.st_mtim; /* as it was before it is read */
    tests->looked_us = now_us;
    for (size_t i = 0; i < tests->count; i++)
        look(tests, &tests->rows[i], false);
    offer(worker);
}

/* ---- a test */

static void say_result(const struct selftest_record *record, const char *home)
{
    char text[SELFTEST_TEXT], fix[SELFTEST_TEXT];
    if (record->state == SELFTEST_PASSED) {
        log_info("self-test language=%s passed ms=%lld version=\"%s\"", record->name, (long long)record->took_ms,
                 record->version);
        return;
    }
    if (record->state == SELFTEST_NONE) {
        log_debug("self-test language=%s: it has no programs to be tested with", record->name);
        return;
    }
    selftest_say(record, text);
    selftest_fix(record, home, fix);
    log_warnx("self-test language=%s failed, it is not offered: %s; again in %lld s; %s", record->name, text,
              (long long)(selftest_next_s(record) - record->tested_s), fix);
}

struct testing {
    struct worker *worker;
    struct queue_job *job; /* where a job that comes is put; NULL: one is in hand already */
    int job_fd;            /* readable as soon as one has come */
    bool took;
};

/* No student waits for a test without a job: what comes meanwhile ends it. A queue that hangs makes no verdict wrong here, as it
 * would where a submission runs. */
static void tick(void *context)
{
    struct testing *testing = context;
    struct worker *worker = testing->worker;
    struct err ignored; /* the loop asks again, and says it */
    worker_beat(worker);
    if (testing->job == NULL || testing->took)
        return;
    testing->took = queue_take(worker->queue, worker->owner, worker->offered, worker->offered_count, 0,
                               worker->signal_fd, testing->job, &ignored) == 1;
    if (testing->took)
        (void)eventfd_write(testing->job_fd, 1); /* cannot fail */
}

/* Tests the row, whose lock is held. False where stop_fd (or -1) ended it. */
static bool test(struct testing *testing, struct row *row, int stop_fd)
{
    struct worker *worker = testing->worker;
    struct judge_rules site, rules = rules_usual; /* the site's compiler, but the test's own limits */
    rules_of_site(&site, &worker->settings);
    memcpy(rules.cc_std, site.cc_std, sizeof rules.cc_std);
    memcpy(rules.cpp_std, site.cpp_std, sizeof rules.cpp_std);
    memcpy(rules.cc_opt, site.cc_opt, sizeof rules.cc_opt);
    const struct judge_options options = {
        .rules = &rules, .teacher = true, .ui = UI_EN, .stop_fd = stop_fd, .tick = tick, .context = testing};
    struct pool_report *out = &worker->report;
    struct selftest_record record = row->record;
    char note[sizeof out->note];
    memcpy(note, out->note, sizeof note);
    (void)str_format(out->note, sizeof out->note, "tests %s", row->plan.language->name); /* it fits */
    out->quiet_ms = QUIET_MS;
    worker_report(worker, (enum pool_state)out->state);
    int result = selftest_run(&row->plan, worker->sandbox, worker->judge, &options, &record);
    memcpy(out->note, note, sizeof note);
    out->quiet_ms = 0;
    worker_report(worker, (enum pool_state)out->state);
    if (result != 0)
        return false;
    record.tries = selftest_may_judge(record.state) ? 0 : record.tries + 1;
    row->record = record;
    keep(worker->tests, &record);
    say_result(&record, worker->settings.home);
    offer(worker);
    return true;
}

static int64_t cost_ms(const struct row *row)
{
    const struct language *language = row->plan.language;
    if (row->record.took_ms > 0)
        return row->record.took_ms;
    return language->compile.proc ? SLOW_MS : language->binary[0] != '\0' ? MIDDLE_MS : QUICK_MS;
}

static struct row *quickest_due(const struct worker_selftest *tests)
{
    struct row *best = NULL;
    for (size_t i = 0; i < tests->count; i++) {
        if (is_due(tests, &tests->rows[i]) && (best == NULL || cost_ms(&tests->rows[i]) < cost_ms(best)))
            best = &tests->rows[i];
    }
    return best;
}

bool worker_selftest_due(const struct worker *worker)
{
    const struct worker_selftest *tests = worker->tests;
    return tests != NULL && !worker->once && clock_now_us() >= tests->other_us && quickest_due(tests) != NULL;
}

/* Tests the row until it is done, a signal or a job comes. */
static bool test_without_job(struct worker *worker, struct row *row, struct queue_job *job)
{
    struct testing testing = {.worker = worker, .job = job, .job_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct epoll_event event = {.events = EPOLLIN};
    int stop_fd = epoll_create1(EPOLL_CLOEXEC);
    if (testing.job_fd < 0 || stop_fd < 0 || epoll_ctl(stop_fd, EPOLL_CTL_ADD, testing.job_fd, &event) != 0 ||
        epoll_ctl(stop_fd, EPOLL_CTL_ADD, worker->signal_fd, &event) != 0) {
        log_warn("self-test: make descriptors");
        worker->tests->other_us = clock_now_us() + OTHER_MS * INT64_C(1000);
    } else {
        (void)test(&testing, row, stop_fd); /* ended: the loop sees why */
    }
    file_close(&stop_fd);
    file_close(&testing.job_fd);
    return testing.took;
}

bool worker_selftest_idle(struct worker *worker, struct queue_job *job)
{
    struct worker_selftest *tests = worker->tests;
    struct row *row = quickest_due(tests);
    bool took = false;
    if (row == NULL)
        return false;
    int id = row->plan.language->id;
    bool any = lock(tests, ANY, true);
    if (any && lock(tests, id, true)) {
        look(tests, row, true); /* another may have tested it meanwhile */
        if (is_due(tests, row))
            took = test_without_job(worker, row, job);
        else
            offer(worker);
        (void)lock(tests, id, false); /* cannot fail, here and below */
    } else {
        tests->other_us = clock_now_us() + OTHER_MS * INT64_C(1000);
    }
    if (any)
        (void)lock(tests, ANY, false);
    return took;
}

/* ---- before a job */

static struct row *row_of(const struct worker_selftest *tests, int language)
{
    for (size_t i = 0; tests != NULL && i < tests->count; i++) {
        if (tests->rows[i].plan.language->id == language)
            return &tests->rows[i];
    }
    return NULL;
}

bool worker_selftest_allows(struct worker *worker, int language, char *why, size_t size)
{
    struct worker_selftest *tests = worker->tests;
    struct row *row = row_of(tests, language);
    char key[SHA256_TEXT], text[SELFTEST_TEXT];
    if (row == NULL)
        return true; /* whoever judges says what is wrong */
    selftest_key(&row->plan, key);
    if (strcmp(key, row->record.key) == 0 && selftest_may_judge(row->record.state))
        return true;
    while (!lock(tests, language, true) && !worker->ending)
        worker_wait(worker, LOCK_MS);
    if (!worker->ending) {
        struct testing testing = {.worker = worker, .job_fd = -1};
        look(tests, row, true);
        if (is_due(tests, row))
            (void)test(&testing, row, -1);  /* nothing ends it */
        (void)lock(tests, language, false); /* cannot fail */
    }
    offer(worker);
    if (selftest_may_judge(row->record.state))
        return true;
    selftest_say(&row->record, text);
    (void)str_format(why, size, "%s: %s", row->plan.language->name,
                     worker->ending ? "the worker ends" : text); /* cut is fine */
    return false;
}

/* ---- start and end */

static int make_plans(struct worker *worker, struct worker_selftest *tests, struct err *e)
{
    tests->rows = calloc(worker->offered_count, sizeof *tests->rows);
    if (tests->rows == NULL)
        return err_set(e, "out of memory");
    const struct settings *settings = &worker->settings;
    char site[3 * SETTINGS_TEXT + 4];
    (void)str_format(site, sizeof site, "%s|%s|%s", settings->cc_std, settings->cpp_std,
                     settings->cc_opt); /* they fit */
    for (size_t i = 0; i < worker->offered_count; i++) {
        const struct language *language = languages_by_id(worker->languages, worker->offered[i]);
        if (selftest_plan(&tests->rows[i].plan, worker->judge, worker->places.self_tests, language, site, e) != 0)
            return -1;
        tests->count++;
    }
    return 0;
}

int worker_selftest_open(struct worker *worker, bool again, struct err *e)
{
    int64_t begun_us = clock_now_us();
    size_t passed = 0, waiting = 0;
    worker_selftest_close(worker);
    if (!worker->settings.self_test)
        return 0;
    struct worker_selftest *tests = calloc(1, sizeof *tests);
    if (tests == NULL)
        return err_set(e, "out of memory");
    tests->folder_fd = tests->lock_fd = -1;
    tests->since_s = again ? (int64_t)time(NULL) : 0;
    worker->tests = tests;
    if (make_plans(worker, tests, e) != 0)
        return -1;
    open_files(worker, tests);
    worker_selftest_look(worker);
    for (size_t i = 0; i < tests->count; i++) {
        passed += selftest_may_judge(tests->rows[i].record.state);
        waiting += tests->rows[i].record.state == SELFTEST_WAITING;
    }
    log_info("self-test slot=%d kept=%zu to_test=%zu failed=%zu us=%lld", worker->slot, passed, waiting,
             tests->count - passed - waiting, (long long)(clock_now_us() - begun_us));
    return 0;
}

void worker_selftest_close(struct worker *worker)
{
    struct worker_selftest *tests = worker->tests;
    if (tests == NULL)
        return;
    for (size_t i = 0; i < tests->count; i++)
        selftest_plan_fini(&tests->rows[i].plan);
    free(tests->rows);
    file_close(&tests->lock_fd);
    file_close(&tests->folder_fd);
    free(tests);
    worker->tests = NULL;
}
