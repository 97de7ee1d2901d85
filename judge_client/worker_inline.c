/*
 * worker_inline.c - one self-contained job: judged as its text says, its result to Redis, no row anywhere. Runs in a worker, as
 * root.
 *
 * Cases that come with a job lie for its time in OJ_HOME/run/jobs/SLOT, as a problem's folder; what a killed worker left there is
 * removed before the next. A fault of ours gives the job back, counted; what is wrong with the job itself is its result.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/data.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/outcome.h"
#include "judge_client/problem.h"
#include "judge_client/rules.h"
#include "judge_client/worker_parts.h"
#include "store/store.h"
#include "store/store_redis.h"

#include "common/banned.h"

enum {
    AGAIN_MS = 500,
    QUIET_MS = 60000,
    TIME_MS = 5000, /* what a job has that says nothing, as the document of these jobs has it */
    MEMORY_MIB = 256,
};

struct inline_work {
    struct worker *worker;
    struct queue_job *job;
    struct store_job text;
    const struct language *language;
    struct problem problem;
    struct judge_rules rules;
    bool folder_made;
    char folder[PATH_MAX];
    struct worker_told told;
};

static void report(struct inline_work *work, enum pool_state state, int64_t deadline_us, const char *note)
{
    struct pool_report *out = &work->worker->report;
    out->deadline_us = deadline_us;
    out->quiet_ms = state == POOL_STORING ? QUIET_MS : 0;
    (void)str_copy(out->note, sizeof out->note, note); /* cut is fine */
    worker_report(work->worker, state);
}

static void progress(void *context, const struct judgement *so_far, size_t cases)
{
    struct inline_work *work = context;
    work->worker->report.case_no = (int32_t)so_far->case_count;
    work->worker->report.case_count = (int32_t)cases;
    worker_tell_case(work->worker, &work->told, so_far, cases);
    worker_beat(work->worker);
}

static void tick(void *context)
{
    worker_beat(((struct inline_work *)context)->worker);
}

/* ---- the ends of a job */

/* The result, and the job's end: Redis is waited for, with the job in hand. Frees result. True where it was written. */
static bool end(struct inline_work *work, char *result, const char *status)
{
    struct err e;
    bool said = false;
    int ended = -1;
    while (ended < 0) {
        report(work, POOL_STORING, 0, said ? e.text : "");
        ended = queue_jobs_end(work->worker->queue, work->job, result, &e);
        if (ended < 0) {
            if (!said)
                log_warnx("result waits submission=%s: %s", work->job->id, e.text);
            said = true;
            worker_wait(work->worker, AGAIN_MS);
        }
    }
    if (ended == 1)
        log_info("judged submission=%s problem=%lld verdict=\"%s\" attempt=%d", work->job->id,
                 (long long)work->text.problem_id, status, work->job->attempt);
    else
        log_warnx("result not written submission=%s: another worker has the job by now", work->job->id);
    free(result);
    return ended == 1;
}

static void give_back(struct inline_work *work, const char *reason)
{
    struct err e;
    log_warnx("gives back submission=%s attempt=%d: %s", work->job->id, work->job->attempt, reason);
    report(work, POOL_STORING, 0, reason);
    if (!work->worker->ending)
        worker_wait(work->worker, AGAIN_MS * work->job->attempt);
    worker_tell(work->worker, &work->told, STORE_REJUDGE);
    if (queue_give_back(work->worker->queue, work->job, true, reason, &e) < 0)
        log_warnx("give back failed submission=%s: %s (its lease runs out)", work->job->id, e.text);
}

/* judged has told us to end it: another delivery has it, and else it waits again as if never taken. */
static void lost(struct inline_work *work)
{
    struct err e;
    log_info("ended submission=%s attempt=%d: its lease was lost", work->job->id, work->job->attempt);
    if (queue_give_back(work->worker->queue, work->job, false, "its lease was lost", &e) < 0)
        log_warnx("give back failed submission=%s: %s (its lease runs out)", work->job->id, e.text);
}

/* The job is at fault, whoever tries it: its sender reads why. */
static void refuse(struct inline_work *work, const char *why)
{
    char *result = store_job_failure(work->job->id + strlen(QUEUE_JOB_PREFIX), why);
    log_warnx("refuses submission=%s: %s", work->job->id, why);
    if (result == NULL)
        give_back(work, "out of memory");
    else if (end(work, result, "System Error"))
        worker_tell_final(work->worker, &work->told, work->worker->settings.system_error_result, NULL, 0, 0);
}

/* ---- cases of its own */

static int write_case(int folder, size_t number, const char *ending, const char *bytes, size_t size, struct err *e)
{
    char name[32];
    (void)str_format(name, sizeof name, "%zu.%s", number, ending); /* it fits */
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(e, errno, "write %s of a job", name);
    int result = file_write_all(fd, bytes, size) == 0 ? 0 : err_sys(e, errno, "write %s of a job", name);
    file_close(&fd);
    return result;
}

/* 0 with an empty folder, or -1 with e. */
static int make_folder(struct inline_work *work, int *folder, struct err *e)
{
    if (str_format(work->folder, sizeof work->folder, "%s/run/jobs", work->worker->settings.home) != 0 ||
        file_make_folders(work->folder, 0700, e) != 0)
        return -1;
    if (str_format(work->folder, sizeof work->folder, "%s/run/jobs/%d", work->worker->settings.home,
                   work->worker->slot) != 0)
        return err_set(e, "%s: the path is too long", work->worker->settings.home);
    if (mkdir(work->folder, 0700) != 0 && errno != EEXIST)
        return err_sys(e, errno, "make %s", work->folder);
    work->folder_made = true;
    *folder = open(work->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *folder < 0 ? err_sys(e, errno, "open %s", work->folder) : file_empty_folder(*folder, e);
}

static int write_cases(struct inline_work *work, struct err *e)
{
    int folder = -1;
    int result = make_folder(work, &folder, e);
    for (size_t i = 0; result == 0 && i < work->text.test_count; i++) {
        const struct store_job_test *test = &work->text.tests[i];
        result = write_case(folder, i + 1, "in", test->input, test->input_bytes, e);
        if (result == 0)
            result = write_case(folder, i + 1, "out", test->answer, test->answer_bytes, e);
    }
    file_close(&folder);
    return result;
}

static void remove_cases(struct inline_work *work)
{
    struct err e = {""};
    int folder = open(work->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || file_empty_folder(folder, &e) != 0 || rmdir(work->folder) != 0)
        log_warn("the cases of a job stay in %s: %s", work->folder, e.text);
    file_close(&folder);
}

/* ---- judging */

/* The problem that the job names or carries, with the job's limits. 0, or -1 with e. */
static int open_problem(struct inline_work *work, struct err *e)
{
    const struct store_job *job = &work->text;
    const struct settings *settings = &work->worker->settings;
    int64_t time_ms = job->time_ms > 0 ? job->time_ms : TIME_MS;
    int64_t memory_mib = job->memory_mib > 0 ? job->memory_mib : MEMORY_MIB;
    bool folder = job->problem_id > 0 || job->test_count > 0;
    if (!folder)
        return problem_test_run(&work->problem, time_ms, memory_mib, e);
    if (job->problem_id == 0 && write_cases(work, e) != 0)
        return -1;
    if (job->problem_id > 0 &&
        str_format(work->folder, sizeof work->folder, "%s/%lld", settings->data, (long long)job->problem_id) != 0)
        return err_set(e, "%s: the path is too long", settings->data);
    if (job->problem_id > 0 && settings->data_sync[0] != '\0') {
        report(work, POOL_JUDGING, 0, "brings the problem's data");
        if (data_sync(settings->data_sync, job->problem_id, settings->data_sync_s, tick, work, e) != 0)
            return -1;
    }
    if (problem_open(&work->problem, work->folder, e) != 0)
        return -1;
    if (job->problem_id == 0 || job->time_ms > 0)
        work->problem.limits.time_ms = time_ms;
    if (job->problem_id == 0 || job->memory_mib > 0)
        work->problem.limits.memory_mib = memory_mib;
    return 0;
}

/* malloc'd, or NULL. */
static char *result_of(const struct inline_work *work, const struct judgement *judgement)
{
    struct store_job_case *cases = calloc(judgement->case_count + 1, sizeof *cases);
    const struct case_judgement *failed =
        judgement->failed < judgement->case_count ? &judgement->cases[judgement->failed] : NULL;
    for (size_t i = 0; cases != NULL && i < judgement->case_count; i++) {
        const struct case_judgement *one = &judgement->cases[i];
        cases[i] = (struct store_job_case){.name = one->test->name,
                                           .status = verdict_name(one->verdict, UI_EN),
                                           .note = one->note,
                                           .cpu_us = one->cpu_us,
                                           .mem_kib = one->mem_kib};
    }
    const struct store_job_result result = {.id = work->job->id + strlen(QUEUE_JOB_PREFIX),
                                            .status = verdict_name(judgement->verdict, UI_EN),
                                            .output = judgement->output,
                                            .error = judgement->verdict == VERDICT_CE ? ""
                                                     : failed != NULL                 ? failed->note
                                                                                      : "",
                                            .compile_output = judgement->compile_text,
                                            .judger = work->job->token,
                                            .cpu_us = judgement->cpu_us,
                                            .wall_us = judgement->wall_us,
                                            .mem_kib = judgement->mem_kib,
                                            .score = judgement->score,
                                            .attempt = work->job->attempt,
                                            .cases = cases,
                                            .case_count = judgement->case_count};
    char *text = cases == NULL ? NULL : store_job_result(&result);
    free(cases);
    return text;
}

static void judge_it(struct inline_work *work)
{
    struct worker *worker = work->worker;
    struct judgement judgement;
    struct err e;
    const struct submission submission = {.language = work->language,
                                          .problem = &work->problem,
                                          .source = work->text.source,
                                          .source_bytes = work->text.source_bytes,
                                          .input = work->problem.folder[0] == '\0' ? work->text.input : NULL,
                                          .input_bytes = work->text.input_bytes};
    const struct judge_options options = {.rules = &work->rules,
                                          .ui = worker->settings.ui == UI_ZH ? UI_ZH : UI_EN,
                                          .stop_fd = worker->cancel_fd,
                                          .progress = progress,
                                          .tick = tick,
                                          .context = work};
    if (rules_of_problem(&work->rules, &worker->settings, &work->problem, &e) != 0) {
        give_back(work, e.text);
        return;
    }
    report(work, POOL_JUDGING, worker_deadline_us(worker, &work->rules, work->language, &work->problem), "");
    if (judge_check_problem(&work->problem, worker->languages, &e) != 0 ||
        judge(worker->judge, &submission, &options, &judgement, &e) != 0) {
        if (worker_cancelled(worker))
            lost(work);
        else
            give_back(work, e.text);
        return;
    }
    char *result = result_of(work, &judgement);
    if (result == NULL)
        give_back(work, "out of memory");
    else if (end(work, result, verdict_name(judgement.verdict, UI_EN)))
        worker_tell_final(worker, &work->told, verdict_hustoj(judgement.verdict), &judgement, work->problem.case_count,
                          outcome_time_ms(&judgement, work->rules.use_max_time));
    judgement_fini(&judgement);
}

void worker_inline(struct worker *worker, struct queue_job *job)
{
    struct inline_work work = {.worker = worker, .job = job};
    struct err e;
    work.problem.folder_fd = -1;
    (void)worker_cancelled(worker); /* what was said of an earlier job */
    work.told = (struct worker_told){
        .job = job, .problem = job->problem, .language = job->language, .claimed_us = clock_now_us()};
    worker_tell(worker, &work.told, STORE_COMPILING);
    work.language = languages_by_id(worker->languages, job->language);
    if (store_job_read(&work.text, job->inline_job, strlen(job->inline_job), &e) != 0) {
        refuse(&work, e.text); /* judge_node has read it: it was put in by something else */
    } else if (work.language == NULL || !work.language->installed) {
        give_back(&work, "its language is not installed on this box");
    } else if (open_problem(&work, &e) != 0) {
        give_back(&work, e.text);
    } else {
        judge_it(&work);
        problem_close(&work.problem);
    }
    if (work.folder_made)
        remove_cases(&work);
    store_job_fini(&work.text);
}
