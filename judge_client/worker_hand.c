/*
 * worker_hand.c - see worker_hand.h. Root. No queue: the row alone is claimed, so that the pool beside it cannot judge it too.
 *
 * A row that is final is set back first, as a rejudge does it; one in 14 to 17 is not touched, nor one that somebody judges now. What
 * HUSTOJ's judged (or a script that does as it does) has claimed is taken over from it: it starts this program for just that. The
 * claim's name is not of a delivery's form: the pool would miss a lease and put it back.
 */
#include "judge_client/worker_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/verdict.h"
#include "judge_client/worker_parts.h"
#include "store/store.h"

#include "common/banned.h"

enum { EXIT_JUDGED, EXIT_NOT_OURS, EXIT_WRONG, MOST_WORDS = 6 };

struct hand {
    struct worker worker;
    int64_t id;
    char home[PATH_MAX];
    bool debug;
    const char *record_name; /* record mode: what HUSTOJ's arrays are to be called; or NULL */
    int (*record)(int argc, char **argv);
    char folder[32], source[PATH_MAX]; /* record mode: the submission's source, in a folder of its own */
    char problem[PATH_MAX], language[LANGUAGE_NAME_SIZE];
};

static int parse(struct hand *hand, int argc, char **argv, struct err *e)
{
    int64_t runner;
    if (argc < 3 || argc > MOST_WORDS)
        return err_set(e, "judge_client SUBMISSION RUNNER [OJ_HOME [debug [LANGUAGE]]]");
    if (str_to_int64(argv[1], 1, INT64_MAX, &hand->id) != 0)
        return err_set(e, "%s: a submission's number", argv[1]);
    if (str_to_int64(argv[2], 0, INT32_MAX, &runner) != 0)
        return err_set(e, "%s: a runner's number", argv[2]);
    if (realpath(argc > 3 ? argv[3] : JUDGE_HOME, hand->home) == NULL)
        return err_sys(e, errno, "%s", argc > 3 ? argv[3] : JUDGE_HOME);
    hand->worker.home = hand->home;
    hand->debug = argc > 4; /* whatever the word is: so it is at HUSTOJ's */
    hand->record_name = argc > 5 ? argv[5] : NULL;
    return 0;
}

/* A signal ends the judging, and the row waits again. */
static int take_signals(struct worker *worker, struct err *e)
{
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigaddset(&set, taken[i]);
    (void)signal(SIGPIPE, SIG_IGN);           /* it exists */
    (void)sigprocmask(SIG_BLOCK, &set, NULL); /* fails for a wrong first argument only */
    worker->cancel_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return worker->cancel_fd < 0 ? err_sys(e, errno, "make a descriptor for signals") : 0;
}

static int start(struct hand *hand, struct err *e)
{
    struct worker *worker = &hand->worker;
    if (geteuid() != 0)
        return err_set(e, "needs root: it makes namespaces and changes users");
    if (take_signals(worker, e) != 0 || settings_read_quiet(&worker->settings, worker->home, NULL, e) != 0)
        return -1;
    events_open(&worker->events, worker->settings.home);
    places_find(&worker->places, worker->settings.home);
    worker->languages = languages_open(worker->places.languages, e);
    worker->store = worker->languages == NULL ? NULL : store_open(&worker->settings, e);
    return worker->store == NULL ? -1 : 0;
}

/* Any of the places of local forms, whatever the runner's number: the pool's slot of that number is at work. */
static int open_judge(struct worker *worker, struct err *e)
{
    const struct sandbox_config config = {
        .slot = -1, .cpu = SANDBOX_CPU_ANY, .tier = -1, .home = worker->settings.home};
    worker->sandbox = sandbox_open(&config, e);
    worker->judge = worker->sandbox == NULL ? NULL : judge_open(worker->sandbox, worker->places.policies, e);
    if (worker->judge == NULL || worker_find_offered(worker, e) != 0)
        return -1;
    return worker_selftest_open(worker, false, e);
}

/* ---- the row */

/* Whether judger is a claim of this file's. */
static bool is_hand(const char *judger)
{
    const char *slash = strchr(judger, '/');
    return slash != NULL && strlen(slash + 1) == 8;
}

/* A row that somebody holds: 1 it is put back for us, 0 with why, -1 with e. */
static int take_over(struct hand *hand, const struct store_status *status, struct err *why, struct err *e)
{
    const struct settings *settings = &hand->worker.settings;
    bool foreign = store_writer(status->judger) == STORE_BY_OTHER;
    bool old = status->age_s >= settings->foreign_claim_s;
    bool started = foreign && status->result == STORE_COMPILING && !is_hand(status->judger);
    if (!started && !(foreign && old)) {
        (void)err_set(why, "is being judged by %s", status->judger);
        return 0;
    }
    int back = store_put_back(hand->worker.store, hand->id, status->judger, e);
    if (back == 0)
        (void)err_set(why, "was taken by another judge meanwhile");
    return back;
}

/* Makes the row wait. 1, 0 with why it is not to be judged here, -1 with e. */
static int make_wait(struct hand *hand, struct err *why, struct err *e)
{
    struct store_status status;
    int found = store_status(hand->worker.store, hand->id, false, &status, e);
    if (found == 0)
        (void)err_set(why, "does not exist");
    if (found != 1)
        return found;
    store_status_fini(&status);
    if (status.result == STORE_WAITING || status.result == STORE_REJUDGE)
        return 1;
    if (status.result == STORE_COMPILING || status.result == STORE_RUNNING)
        return take_over(hand, &status, why, e);
    int back = store_rejudge(hand->worker.store, &hand->id, 1, e);
    if (back == 0)
        (void)err_set(why, "is the site's: its result is %d", status.result);
    return back;
}

static int make_job(const struct hand *hand, struct queue_job *job, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char random[8];
    char name[sizeof random + 1] = "";
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_sys(e, errno, "getrandom");
    for (size_t i = 0; i < sizeof random; i++)
        name[i] = letters[random[i] % (sizeof letters - 1)];
    *job = (struct queue_job){.lane = QUEUE_LANE_PRACTICE, .attempt = 1};
    (void)str_format(job->token, sizeof job->token, "%s/%s", hand->worker.settings.node, name); /* these fit */
    (void)str_format(job->id, sizeof job->id, "%lld", (long long)hand->id);
    return 0;
}

/* ---- what is said of it */

static const char *word_of(int result, enum ui_language ui)
{
    static const char *const done[UI_COUNT] = {"test run done", "运行完成"};
    if (result == STORE_TEST_DONE)
        return done[ui];
    for (int i = 0; i < VERDICT_SE; i++) {
        if (verdict_hustoj((enum verdict)i) == result)
            return verdict_name((enum verdict)i, ui);
    }
    return verdict_name(VERDICT_SE, ui);
}

/* What the row says now. The exit code. */
static int tell(const struct hand *hand, const struct queue_job *job, struct err *e)
{
    struct store_status status;
    if (store_status(hand->worker.store, hand->id, hand->debug, &status, e) != 1)
        return EXIT_WRONG;
    bool ours = strcmp(status.judger, job->token) == 0;
    int code = EXIT_JUDGED;
    if (!ours || status.result <= STORE_RUNNING) {
        code = status.result == STORE_REJUDGE ? EXIT_WRONG : EXIT_NOT_OURS;
        (void)err_set(e, "%lld %s", (long long)hand->id,
                      code == EXIT_WRONG ? "was not judged, and waits again" : "is judged by another");
    } else if (hand->record_name == NULL) {
        printf("%lld: %d %s, %lld ms, %lld KiB\n", (long long)hand->id, status.result,
               word_of(status.result, hand->worker.settings.ui == UI_ZH ? UI_ZH : UI_EN), (long long)status.time_ms,
               (long long)status.mem_kib);
        if (status.compile_text != NULL)
            printf("\n%s\n", status.compile_text);
        if (status.run_text != NULL)
            printf("\n%s\n", status.run_text);
        if (fflush(stdout) != 0) {
            (void)err_set(e, "the result could not be printed");
            code = EXIT_WRONG;
        }
    }
    store_status_fini(&status);
    return code;
}

/* ---- record mode */

static int write_source(struct hand *hand, const struct store_submission *row, struct err *e)
{
    static const char template[] = "/tmp/judge_client.XXXXXX";
    const struct language *language = languages_by_id(hand->worker.languages, row->language);
    if (language == NULL || row->source == NULL)
        return err_set(e, "%lld has %s", (long long)hand->id, language == NULL ? "an unknown language" : "no source");
    memcpy(hand->folder, template, sizeof template);
    if (mkdtemp(hand->folder) == NULL) {
        hand->folder[0] = '\0';
        return err_sys(e, errno, "make a folder in /tmp");
    }
    (void)str_copy(hand->language, sizeof hand->language, language->name); /* it fits */
    if (str_format(hand->source, sizeof hand->source, "%s/%s", hand->folder, language->source) != 0 ||
        str_format(hand->problem, sizeof hand->problem, "%s/%lld", hand->worker.settings.data,
                   (long long)row->problem_id) != 0)
        return err_set(e, "a path of this length is not served");
    if (row->problem_id <= 0)
        hand->problem[0] = '\0';
    int fd = open(hand->source, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error = fd >= 0 && file_write_all(fd, row->source, row->source_bytes) == 0 ? 0 : errno;
    file_close(&fd);
    return error == 0 ? 0 : err_sys(e, error, "write %s", hand->source);
}

/* The claim that the judging makes again, with the same name, is made now: it alone reads the source. 0, 1 somebody else has it, or -1
 * with e. */
static int keep_source(struct hand *hand, const struct queue_job *job, struct err *e)
{
    struct store_submission row;
    struct err ignored;
    int claimed = store_claim(hand->worker.store, hand->id, job->token, "", &row, e);
    if (claimed != 1)
        return claimed < 0 ? -1 : 1;
    int result = write_source(hand, &row, e);
    store_submission_fini(&row);
    if (result != 0)
        (void)store_put_back(hand->worker.store, hand->id, job->token, &ignored); /* else the pool does */
    return result;
}

static int print_calls(const struct hand *hand)
{
    enum { WORDS = 12 };
    const char *words[WORDS] = {"record", "--home",      hand->worker.settings.home, "--hustoj", hand->record_name,
                                "-l",     hand->language};
    int count = 7;
    char *argv[WORDS];
    if (hand->problem[0] != '\0') {
        words[count++] = "-p";
        words[count++] = hand->problem;
    }
    words[count++] = hand->source;
    for (int i = 0; i < count; i++)
        argv[i] = strdup(words[i]);
    argv[count] = NULL;
    bool whole = true;
    for (int i = 0; i < count; i++)
        whole = whole && argv[i] != NULL;
    int code = whole ? hand->record(count, argv) : EXIT_WRONG;
    for (int i = 0; i < WORDS && i < count; i++)
        free(argv[i]);
    return code;
}

static void remove_source(const struct hand *hand)
{
    if (hand->source[0] != '\0')
        (void)unlink(hand->source); /* root's own folder: a failure leaves a file in /tmp */
    if (hand->folder[0] != '\0')
        (void)rmdir(hand->folder);
}

/* The submission's language has judged its own programs here, or does so now. 0, 1 there is no such submission, or -1 with e. */
static int check_language(struct hand *hand, struct queue_job *job, struct err *e)
{
    struct store_submission row;
    char why[QUEUE_REASON_SIZE];
    int found = store_read(hand->worker.store, hand->id, &row, e);
    if (found != 1)
        return found < 0 ? -1 : 1;
    job->problem = row.problem_id;
    job->language = row.language;
    store_submission_fini(&row);
    return worker_selftest_allows(&hand->worker, job->language, why, sizeof why) ? 0 : err_set(e, "%s", why);
}

static int judge_by_hand(struct hand *hand, struct err *e)
{
    struct queue_job job;
    struct err why = {""};
    if (start(hand, e) != 0 || open_judge(&hand->worker, e) != 0 || make_job(hand, &job, e) != 0)
        return EXIT_WRONG;
    if (check_language(hand, &job, e) < 0)
        return EXIT_WRONG;
    int waits = make_wait(hand, &why, e);
    if (waits == 0)
        (void)err_set(e, "%lld %s", (long long)hand->id, why.text);
    if (waits != 1)
        return waits < 0 ? EXIT_WRONG : EXIT_NOT_OURS;
    hand->worker.ending = true; /* there is no other try here: the row waits again */
    int kept = hand->record_name == NULL ? 0 : keep_source(hand, &job, e);
    if (kept < 0)
        return EXIT_WRONG;
    worker_do(&hand->worker, &job);
    return tell(hand, &job, e);
}

int worker_hand(int argc, char **argv, int (*record)(int argc, char **argv))
{
    struct err e = {""};
    struct hand hand = {.record = record,
                        .worker = {.slot = -1,
                                   .cpu = SANDBOX_CPU_ANY,
                                   .signal_fd = -1,
                                   .cancel_fd = -1,
                                   .cgroup_parent = "",
                                   .events = {.fd = -1, .folder = -1}}};
    int code = EXIT_WRONG;
    if (parse(&hand, argc, argv, &e) == 0) {
        log_init("judge_client", hand.debug);
        code = judge_by_hand(&hand, &e);
    }
    if (code != EXIT_JUDGED)
        log_warnx("%s", e.text);
    worker_selftest_close(&hand.worker);
    judge_close(hand.worker.judge);
    sandbox_close(hand.worker.sandbox);
    if (hand.worker.store != NULL)
        store_close(hand.worker.store);
    languages_close(hand.worker.languages);
    events_retry(&hand.worker.events);
    events_close(&hand.worker.events);
    file_close(&hand.worker.cancel_fd);
    if (code == EXIT_JUDGED && hand.source[0] != '\0')
        code = print_calls(&hand);
    remove_source(&hand);
    return code;
}
