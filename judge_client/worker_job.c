/*
 * worker_job.c - one job: claim, judge, store, ack. Runs in a worker, as root.
 *
 * A server that is gone is waited for with the job in hand: judged hears that this worker lives, the box's agent renews the
 * lease. A fault of ours gives the job back, counted, with its reason; past the last attempt it is quarantined and the agent
 * tells the student.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/hidden_words.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/answers.h"
#include "judge_client/data.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/outcome.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/worker_parts.h"
#include "store/store.h"

#include "common/banned.h"

enum {
    CHECKER_BUILD_MS = 120000, /* once, where the problem has one that nobody has built yet */
    INTERACTOR_MORE_MS = 2000, /* real time of a case with one, beyond what it computes */
    SPECIAL_RAW_TEXT = 2,      /* the problem's spj in the database */
    SPECIAL_INTERACTIVE = 3,
    AGAIN_MS = 500,      /* between tries of a server that is gone */
    FAULT_MS = 1000,     /* times the attempt: a network folder may come back meanwhile */
    CELL_TRIES = 4,      /* of a judging whose cell is killed each time */
    CELL_PAUSE_MS = 100, /* between them, longer each time */
    DATA_S = 900,        /* that a submission waits for a data folder that is not there, before its tries count */
    QUIET_MS = 60000,    /* that a call to a server may take, with its time-outs and a new connection */
};

struct job_work {
    struct worker *worker;
    struct queue_job *job;
    int64_t id;
    struct store_submission row;
    struct judge_rules rules; /* of its problem */
    char data_version[DATA_VERSION_SIZE];
    struct answers *answers; /* the reference program of a teacher makes them; else NULL */
    bool running_said;
    bool set_back; /* the verdict was not written: a page wants the row judged anew */
    bool saved;    /* the verdict was written by us */
    struct worker_told told;
};

static void report(struct job_work *work, enum pool_state state, int64_t deadline_us, const char *note)
{
    struct pool_report *out = &work->worker->report;
    out->deadline_us = deadline_us;
    out->quiet_ms = state == POOL_STORING ? QUIET_MS : 0;
    (void)str_copy(out->note, sizeof out->note, note); /* cut is fine */
    worker_report(work->worker, state);
}

/* ---- the store, tried until it answers */

/* A failed call: said once, then waited. False where the worker is to end and nothing is lost by it. */
static bool wait_for_store(struct job_work *work, const char *what, bool *said, const struct err *e, bool may_stop)
{
    char note[128];
    (void)str_format(note, sizeof note, "database: %s", e->text); /* cut is fine */
    if (!*said)
        log_warnx("%s waits submission=%lld: %s", what, (long long)work->id, e->text);
    *said = true;
    report(work, POOL_STORING, 0, note);
    if (may_stop && work->worker->ending)
        return false;
    worker_wait(work->worker, AGAIN_MS);
    return !(may_stop && work->worker->ending);
}

/* 1 claimed, 0 not ours, -1 the worker is to end first. */
static int claim(struct job_work *work)
{
    struct err e;
    bool said = false;
    for (;;) {
        report(work, POOL_STORING, 0, "");
        int got = store_claim(work->worker->store, work->id, work->job->token, work->job->previous, &work->row, &e);
        if (got >= 0) {
            if (said)
                log_info("claim done submission=%lld", (long long)work->id);
            return got;
        }
        if (!wait_for_store(work, "claim", &said, &e, true))
            return -1;
    }
}

/* The verdict is worth more than a quick end: only judged's grace time stops it. */
static int save(struct job_work *work, const struct store_outcome *outcome)
{
    struct err e;
    bool said = false;
    for (;;) {
        report(work, POOL_STORING, 0, "");
        int got = store_save(work->worker->store, outcome, &e);
        if (got >= 0) {
            if (said)
                log_info("save done submission=%lld", (long long)work->id);
            return got;
        }
        (void)wait_for_store(work, "save", &said, &e, false);
    }
}

/* A queue that is gone is not waited for: the row is final, and another delivery finds that out. */
static void ack(struct job_work *work)
{
    struct err e;
    report(work, POOL_STORING, 0, "");
    if (work->worker->queue == NULL) /* by hand */
        return;
    if (queue_ack(work->worker->queue, work->job, &e) < 0)
        log_warnx("ack failed submission=%s: %s", work->job->id, e.text);
}

/* Before this job is anybody's again. */
static void pause_after_fault(const struct job_work *work, int64_t ms)
{
    for (int64_t until_us = clock_now_us() + ms * 1000; !work->worker->ending && clock_now_us() < until_us;)
        worker_wait(work->worker, 100);
}

/* counts: a fault; its row waits again at once, so that no page says "compiling" of what nobody compiles. */
static void give_back(struct job_work *work, bool claimed, bool counts, const char *reason)
{
    struct err e;
    if (counts)
        log_warnx("gives back submission=%lld problem=%lld attempt=%d: %s", (long long)work->id,
                  (long long)work->row.problem_id, work->job->attempt, reason);
    report(work, POOL_STORING, 0, reason);
    int put_back = claimed ? store_put_back(work->worker->store, work->id, work->job->token, &e) : 0;
    if (put_back < 0)
        log_warnx("put back failed submission=%lld: %s", (long long)work->id, e.text);
    else if (put_back == 1)
        worker_tell(work->worker, &work->told, STORE_REJUDGE);
    if (counts)
        pause_after_fault(work, (int64_t)FAULT_MS * work->job->attempt);
    if (work->worker->queue == NULL) /* by hand */
        return;
    if (queue_give_back(work->worker->queue, work->job, counts, reason, &e) < 0)
        log_warnx("give back failed submission=%s: %s (its lease runs out)", work->job->id, e.text);
}

/* No problem can be judged here now: no attempt of this one's, for a quarter of an hour. Another box may have the data, and so may this
 * one in a while. */
static void wait_for_data(struct job_work *work)
{
    struct err why;
    bool counts = time(NULL) - work->job->enqueued_ms / 1000 > DATA_S; /* of two boxes' clocks: exact enough */
    (void)err_set(&why, "%s is empty or cannot be read: is the network folder mounted?", work->worker->settings.data);
    if (!counts)
        log_warnx("gives back submission=%lld uncounted: %s", (long long)work->id, why.text);
    report(work, POOL_STORING, 0, why.text);
    pause_after_fault(work, FAULT_MS);
    give_back(work, true, counts, why.text);
}

/* judged has told us to end it: the row is final, or another delivery has it, and then nothing is left to do; else it waits again. */
static void end_cancelled(struct job_work *work)
{
    struct err e;
    report(work, POOL_STORING, 0, "cancelled");
    int put_back = store_put_back(work->worker->store, work->id, work->job->token, &e);
    if (put_back == 1)
        worker_tell(work->worker, &work->told, STORE_REJUDGE);
    if (put_back != 0) {
        give_back(work, false, false, put_back < 0 ? e.text : "its lease was lost");
        return;
    }
    log_info("cancelled submission=%lld attempt=%d", (long long)work->id, work->job->attempt);
    ack(work);
}

/* ---- judging */

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The site's settings and the database's limits, where the problem's own file says nothing. */
static void apply_site(const struct worker *worker, const struct store_submission *row, struct problem *problem)
{
    if (!problem->limits.has_time && row->time_ms > 0)
        problem->limits.time_ms = row->time_ms;
    if (row->special == SPECIAL_RAW_TEXT && !problem->has_type) {
        problem->type = PROBLEM_RAW_TEXT;
        if (!problem->has_scoring)
            problem->scoring = PROBLEM_ALL;
    }
    if (!problem->limits.has_memory && row->memory_mib > 0)
        problem->limits.memory_mib = row->memory_mib;
    /* judge.db says nothing of special judges: the folder alone does. */
    problem_apply_site(problem, row->special != 0 || !settings_has_database(&worker->settings),
                       strcmp(worker->settings.tpj_argv, "hustoj") == 0);
}

/* The job's time: what its limits add up to, and no less than the settings say. */
int64_t worker_deadline_us(const struct worker *worker, const struct judge_rules *rules,
                           const struct language *language, const struct problem *problem)
{
    int64_t cpu_ms = (int64_t)((double)rules_cpu_us(rules, problem, language) / rules->cpu_compensation / 1000);
    int64_t case_ms = most(problem->limits.wall_ms, 2 * cpu_ms + 1000) + 1000 + 2 * problem->checker.time_ms;
    case_ms *= problem->checker.passes > 1 ? problem->checker.passes : 1;
    if (problem->interactor.kind != CHECKER_NONE)
        case_ms += 3 * problem->interactor.time_ms + INTERACTOR_MORE_MS;
    int64_t sum_ms = CHECKER_BUILD_MS + language->compile.wall_ms + case_ms * (int64_t)problem->case_count + 10000;
    return clock_now_us() + most(worker->settings.job_timeout_ms, sum_ms) * 1000;
}

static void progress(void *context, const struct judgement *so_far, size_t cases)
{
    struct job_work *work = context;
    struct pool_report *out = &work->worker->report;
    out->case_no = (int32_t)so_far->case_count;
    out->case_count = (int32_t)cases;
    if (so_far->compiled && !work->running_said && !work->worker->settings.turbo) {
        /* The agent writes it, where there is still something to wait for by then: the verdict does not wait for it. */
        work->running_said = true;
        out->running = 1;
        worker_report(work->worker, POOL_JUDGING);
    }
    worker_tell_case(work->worker, &work->told, so_far, cases);
    worker_beat(work->worker);
}

static void tick(void *context)
{
    worker_beat(((struct job_work *)context)->worker);
}

static int bring_data(struct job_work *work, struct err *e)
{
    const struct settings *settings = &work->worker->settings;
    if (settings->data_sync[0] == '\0')
        return 0;
    report(work, POOL_JUDGING, 0, "brings the problem's data");
    return data_sync(settings->data_sync, llabs(work->row.problem_id), settings->data_sync_s, tick, work, e);
}

/* A page's form sends "\r\n", and sites differ in what they store of it: a line ends as it does in a problem's files. */
static void mend_line_ends(char *text, size_t *bytes)
{
    size_t kept = 0;
    for (size_t i = 0; i < *bytes; i++) {
        if (text[i] != '\r' || i + 1 == *bytes || text[i + 1] != '\n')
            text[kept++] = text[i];
    }
    *bytes = kept;
}

/* NULL but for a test run; one without a row of input has an empty one. */
static const char *test_input(struct store_submission *row)
{
    if (row->problem_id != 0)
        return NULL;
    if (row->input != NULL)
        mend_line_ends(row->input, &row->input_bytes);
    return row->input == NULL ? "" : row->input;
}

static struct submission submission_of(struct job_work *work, const struct language *language,
                                       const struct problem *problem)
{
    const char *input = test_input(&work->row); /* which may change its size */
    return (struct submission){.language = language,
                               .problem = problem,
                               .source = work->row.source,
                               .source_bytes = work->row.source_bytes,
                               .wrapped = settings_has_database(&work->worker->settings),
                               .input = input,
                               .input_bytes = work->row.input_bytes};
}

/* The judgement, or -1 with e: a fault of ours. */
static int judge_row(struct job_work *work, const struct language *language, struct problem *problem,
                     struct judgement *judgement, struct err *e)
{
    struct worker *worker = work->worker;
    const struct submission submission = submission_of(work, language, problem);
    const struct judge_options options = {.rules = &work->rules,
                                          .all = work->answers != NULL,
                                          .ui = worker->settings.ui == UI_ZH ? UI_ZH : UI_EN,
                                          .stop_fd = worker->cancel_fd,
                                          .progress = progress,
                                          .tick = tick,
                                          .context = work,
                                          .answer = work->answers == NULL ? NULL : answers_take,
                                          .answers = work->answers};
    if (judge_check_problem(problem, worker->languages, e) != 0 ||
        rules_of_problem(&work->rules, &worker->settings, problem, e) != 0)
        return -1;
    if (work->answers != NULL)
        work->rules.time_limit_to_total = false;
    if (work->row.problem_id > 0)
        apply_site(worker, &work->row, problem);
    if (work->row.special == SPECIAL_INTERACTIVE && problem->interactor.kind == CHECKER_NONE)
        return err_set(e, "%s: the database calls it interactive (spj = 3), and the folder has no interactor",
                       problem->folder);
    report(work, POOL_JUDGING, worker_deadline_us(worker, &work->rules, language, problem), "");
    return judge(worker->judge, &submission, &options, judgement, e);
}

static size_t fill_cases(const struct judgement *judgement, struct store_case *cases)
{
    for (size_t i = 0; i < judgement->case_count; i++) {
        const struct case_judgement *one = &judgement->cases[i];
        cases[i] = (struct store_case){.name = one->test->name,
                                       .verdict = verdict_code(one->verdict),
                                       .score = one->score,
                                       .cpu_us = one->cpu_us,
                                       .wall_us = one->wall_us,
                                       .mem_kib = one->mem_kib,
                                       .note = one->note};
    }
    return judgement->case_count;
}

/* HUSTOJ's figures of answers to questions: the time is the total, the memory ten times the mark, the rate a hundredth of it. */
static void take_mark(const struct judgement *judgement, struct store_outcome *outcome)
{
    enum { MOST_RATE = 9999 }; /* what the column can hold, in thousandths */
    outcome->time_ms = judgement->mark_total / 1000;
    outcome->mem_kib = judgement->mark / 100;
    outcome->pass_rate = judgement->mark / 100 < MOST_RATE ? judgement->mark / 100 : MOST_RATE;
}

/* The row was taken from this delivery, and waits: nobody else has it. */
static bool is_set_back(const struct job_work *work)
{
    struct store_status status;
    struct err e;
    if (store_status(work->worker->store, work->id, false, &status, &e) != 1)
        return false; /* the sweep finds it */
    store_status_fini(&status);
    return status.result == STORE_WAITING || status.result == STORE_REJUDGE;
}

/* Writes the judgement: 0, or -1 with e (no memory). */
static int store_judgement(struct job_work *work, const struct problem *problem, const struct judgement *judgement,
                           struct err *e)
{
    const struct settings *settings = &work->worker->settings;
    const struct judge_rules *rules = &work->rules;
    struct store_case *cases = calloc(judgement->case_count + 1, sizeof *cases);
    char *text = malloc(OUTCOME_TEXT_BYTES);
    if (cases == NULL || text == NULL) {
        free(cases);
        free(text);
        return err_set(e, "out of memory");
    }
    bool compile_error = judgement->verdict == VERDICT_CE;
    bool test_run = work->row.problem_id <= 0;
    if (work->answers != NULL)
        answers_report(text, OUTCOME_TEXT_BYTES, work->answers, judgement);
    else if (test_run)
        outcome_test_run(text, OUTCOME_TEXT_BYTES, judgement, settings->ui == UI_ZH ? UI_ZH : UI_EN);
    else
        outcome_report(text, OUTCOME_TEXT_BYTES, judgement, rules->full_diff > 0,
                       settings->ui == UI_ZH ? UI_ZH : UI_EN);
    int code = rules_result(rules, judgement->verdict, judgement->mem_kib);
    bool all = rules->oi_mode || problem->scoring == PROBLEM_ALL;
    struct store_outcome outcome = {
        .id = work->id,
        .token = work->job->token,
        .result = test_run && !compile_error ? STORE_TEST_DONE : code,
        .time_ms = outcome_time_ms(judgement, rules->use_max_time),
        .mem_kib = judgement->mem_kib,
        .pass_rate = !test_run && (all || rules->first_failure_rate) ? outcome_pass_rate(judgement) : -1,
        .compile_text = compile_error ? judgement->compile_text : NULL,
        .run_text = judgement->case_count > 0 ? text : NULL,
        .cases = cases,
        .case_count = fill_cases(judgement, cases),
        .data_version = work->data_version,
        .counters = !settings->turbo && !test_run,
    };
    if (problem->type == PROBLEM_RAW_TEXT)
        take_mark(judgement, &outcome);
    bool saved = work->saved = save(work, &outcome) == 1;
    if (saved)
        worker_tell_final(work->worker, &work->told, outcome.result, judgement, problem->case_count, outcome.time_ms);
    if (saved)
        log_info("judged submission=%lld problem=%lld verdict=%s cpu_us=%lld mem_kib=%lld attempt=%d",
                 (long long)work->id, (long long)work->row.problem_id, verdict_code(judgement->verdict),
                 (long long)judgement->cpu_us, (long long)judgement->mem_kib, work->job->attempt);
    work->set_back = !saved && is_set_back(work);
    if (work->set_back)
        log_info("verdict not written submission=%lld: it was set back meanwhile, and is judged again",
                 (long long)work->id);
    else if (!saved)
        log_warnx("verdict not written submission=%lld: another worker has the claim by now", (long long)work->id);
    free(cases);
    free(text);
    return 0;
}

/* What cannot be judged whoever tries it: the student gets a text, a person looks at it. */
static void refuse(struct job_work *work, const char *why)
{
    const struct store_outcome outcome = {.id = work->id,
                                          .token = work->job->token,
                                          .result = work->worker->settings.system_error_result,
                                          .pass_rate = -1,
                                          .run_text = why,
                                          .data_version = ""};
    log_warnx("refuses submission=%lld problem=%lld: %s", (long long)work->id, (long long)work->row.problem_id, why);
    if (save(work, &outcome) == 1) /* else it is somebody else's by now */
        worker_tell_final(work->worker, &work->told, outcome.result, NULL, 0, 0);
    ack(work);
}

static int open_problem(struct job_work *work, struct problem *problem, struct err *e)
{
    const struct store_submission *row = &work->row;
    const char *data = work->worker->settings.data;
    char folder[PATH_MAX];
    if (row->problem_id == 0)
        return problem_test_run(problem, row->time_ms, row->memory_mib, e);
    if (str_format(folder, sizeof folder, "%s/%lld", data, llabs(row->problem_id)) != 0)
        return err_set(e, "%s: a path of this length is not served", data);
    if ((row->problem_id < 0 ? problem_open_making : problem_open)(problem, folder, e) != 0)
        return -1;
    data_version(work->data_version, folder);
    return 0;
}

/* What is wrong with a folder whose answers are to be made is told to the teacher who asked for them: nobody else can mend it. */
static int end_answers(struct job_work *work, const char *why)
{
    char text[2 * sizeof((struct err *)NULL)->text];
    const char *data = work->worker->settings.data;
    log_warnx("no answers submission=%lld problem=%lld: %s", (long long)work->id, (long long)work->row.problem_id, why);
    hidden_words_replace(text, sizeof text, str_starts(why, data) ? why + strlen(data) + 1 : why);
    const struct store_outcome outcome = {.id = work->id,
                                          .token = work->job->token,
                                          .result = STORE_TEST_DONE,
                                          .pass_rate = -1,
                                          .run_text = text,
                                          .data_version = ""};
    if (save(work, &outcome) == 1) /* else it is somebody else's by now */
        worker_tell_final(work->worker, &work->told, outcome.result, NULL, 0, 0);
    return 0;
}

/* Opens the problem, judges, stores. 0, or -1 with e: a fault of ours. */
static int judge_in(struct job_work *work, const struct language *language, struct err *e)
{
    const struct settings *settings = &work->worker->settings;
    struct answers answers = {.problem = NULL};
    struct problem problem = {.folder_fd = -1};
    struct judgement judgement = {.case_count = 0};
    bool making = work->row.problem_id < 0;
    if (work->row.problem_id != 0 && bring_data(work, e) != 0)
        return -1;
    if (open_problem(work, &problem, e) != 0)
        return making ? end_answers(work, e->text) : -1;
    work->answers = making ? &answers : NULL;
    int result =
        making ? answers_init(&answers, &problem, settings->data_owner, settings->ui == UI_ZH ? UI_ZH : UI_EN, e) : 0;
    if (result == 0)
        result = judge_row(work, language, &problem, &judgement, e);
    if (result == 0) {
        worker_keep_dialogue(work->worker, work->row.problem_id, work->id, &judgement);
        result = store_judgement(work, &problem, &judgement, e);
        const struct submission submission = submission_of(work, language, &problem);
        if (work->saved && judgement.verdict == VERDICT_AC && work->rules.sim_enable && work->row.problem_id > 0 &&
            problem.type == PROBLEM_PROGRAM)
            worker_similar(work->worker, &submission, work->id);
        judgement_fini(&judgement);
    }
    work->answers = NULL;
    answers_fini(&answers);
    problem_close(&problem);
    return result;
}

/* The same. Whoever kills cells has nothing against this job: it is judged again here, before that counts against it. */
static int judge_tried(struct job_work *work, const struct language *language, struct err *e)
{
    const struct sandbox *sandbox = work->worker->sandbox;
    for (int i = 1;; i++) {
        int64_t lost = sandbox_cells_lost(sandbox);
        int result = judge_in(work, language, e);
        if (result == 0 || sandbox_cells_lost(sandbox) == lost || i == CELL_TRIES || work->worker->ending)
            return result;
        log_warnx("judges again submission=%lld: %s", (long long)work->id, e->text);
        worker_wait(work->worker, CELL_PAUSE_MS * i);
    }
}

static void judge_claimed(struct job_work *work)
{
    struct worker *worker = work->worker;
    struct err e;
    const struct language *language = languages_by_id(worker->languages, work->row.language);
    if (work->row.source == NULL) {
        refuse(work, "the source of this submission is missing in the database");
        return;
    }
    int result = -1;
    if (language == NULL || !language->installed)
        err_set(&e, "language %d is not installed on this box", work->row.language);
    else
        result = judge_tried(work, language, &e);
    if (result == 0 && work->set_back)
        give_back(work, false, false, "set back meanwhile");
    else if (result == 0)
        ack(work);
    else if (worker_cancelled(worker))
        end_cancelled(work);
    else if (work->row.problem_id != 0 && !data_is_there(worker->settings.data))
        wait_for_data(work);
    else
        give_back(work, true, true, e.text);
}

/* Where an earlier delivery made the row final, its worker may have died before it told who watches. */
static void tell_stored(struct job_work *work)
{
    struct store_status status;
    struct err e;
    if (work->job->previous[0] == '\0' || store_status(work->worker->store, work->id, false, &status, &e) != 1)
        return; /* nothing but an event is lost by it */
    if (status.result > STORE_RUNNING && status.judger[0] != '\0' && strstr(work->job->previous, status.judger) != NULL)
        worker_tell_stored(work->worker, &work->told, &status);
    store_status_fini(&status);
}

void worker_do(struct worker *worker, struct queue_job *job)
{
    struct job_work work = {.worker = worker, .job = job};
    struct pool_report *out = &worker->report;
    char why[QUEUE_REASON_SIZE];
    *out = (struct pool_report){.magic = POOL_MAGIC,
                                .problem = job->problem,
                                .language = job->language,
                                .attempt = job->attempt,
                                .source = job->source,
                                .lane = (int32_t)job->lane};
    /* They fit: the queue's sizes are not larger. */
    (void)str_copy(out->id, sizeof out->id, job->id);
    (void)str_copy(out->token, sizeof out->token, job->token);
    out->state = POOL_STORING;
    if (!worker_selftest_allows(worker, job->language, why, sizeof why)) {
        log_info("not judged here submission=%s: %s", job->id, why);
        give_back(&work, false, false, why);
        return;
    }
    if (job->inline_job != NULL) {
        worker_inline(worker, job);
        return;
    }
    if (str_to_int64(job->id, 1, INT64_MAX, &work.id) != 0) {
        give_back(&work, false, true, "a job whose id is no submission's number");
        return;
    }
    (void)worker_cancelled(worker); /* what was said of an earlier job */
    int claimed = claim(&work);
    work.told = (struct worker_told){
        .job = job, .problem = job->problem, .language = job->language, .claimed_us = clock_now_us()};
    if (claimed == 1) {
        work.told.problem = work.row.problem_id;
        work.told.language = work.row.language;
        worker_tell(worker, &work.told, STORE_COMPILING);
        judge_claimed(&work);
    } else if (claimed == 0) {
        log_info("not ours submission=%s: final, gone, or held by another", job->id);
        tell_stored(&work);
        ack(&work);
    } else {
        give_back(&work, false, false, "the worker ends");
    }
    store_submission_fini(&work.row);
}
