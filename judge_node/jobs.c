/*
 * jobs.c - see jobs.h. A thread of judge_node, under its unprivileged user; judges nothing.
 */
#include "judge_node/jobs.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_node/event_say.h"
#include "judge_node/shown.h"
#include "store/store.h"
#include "store/store_redis.h"

#include "common/banned.h"

#define JOBS_PAGE 8
#define JOBS_WAIT_MS 500 /* the longest: contact_tick wants to be called */

struct jobs *jobs_new(const struct settings *settings, struct board *board)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL)
        return NULL;
    jobs->settings = settings;
    jobs->board = board;
    languages_read(&jobs->languages, settings->home);
    contact_init(&jobs->contact, "queue", &board->queue_down, 1U << BOARD_JOBS);
    return jobs;
}

void jobs_free(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    queue_close(jobs->queue);
    free(jobs);
}

bool jobs_is(const char *id)
{
    return str_starts(id, QUEUE_JOB_PREFIX);
}

/* ---- one member */

static int jobs_fill(const struct jobs *jobs, const struct store_job *job, struct queue_entry *entry, struct err *e)
{
    int language = languages_find(&jobs->languages, job->language);
    if (language < 0)
        return err_set(e, "\"language\": '%s' is not known: judgectl languages lists them", job->language);
    entry->lane = QUEUE_LANE_PRACTICE;
    if (job->priority > 0)
        entry->lane = QUEUE_LANE_CONTEST;
    else if (job->priority < 0)
        entry->lane = QUEUE_LANE_REJUDGE;
    entry->language = language;
    entry->problem = job->problem_id;
    (void)str_copy(entry->user, sizeof entry->user, job->user);                       /* of one size */
    (void)str_format(entry->id, sizeof entry->id, "%s%s", QUEUE_JOB_PREFIX, job->id); /* STORE_JOB_ID_SIZE sees to it */
    return 0;
}

int jobs_entry(const struct jobs *jobs, const struct queue_text *member, struct queue_entry *entry, char **text,
               char *id, size_t id_size, struct err *e)
{
    struct store_job job;
    *text = NULL;
    int result = store_job_read(&job, member->bytes, member->size, e);
    (void)str_copy(id, id_size, job.id); /* the caller's has that size */
    if (result == 0)
        result = jobs_fill(jobs, &job, entry, e);
    if (result == 0 && (*text = store_job_text(&job)) == NULL)
        result = err_set(e, "the job is not to be written as JSON again");
    store_job_fini(&job);
    return result;
}

/* Its sender is told why. As queue_jobs_refuse. */
static int jobs_refuse(struct jobs *jobs, const struct queue_text *member, const char *id, const struct err *why,
                       struct err *e)
{
    char *result = store_job_failure(id, why->text);
    if (result == NULL)
        return err_set(e, "out of memory");
    int code = queue_jobs_refuse(jobs->queue, member, id, result, e);
    free(result);
    if (code == 1)
        log_warnx("refuses submission=" QUEUE_JOB_PREFIX "%s bytes=%zu: %s", id[0] == '\0' ? "?" : id, member->size,
                  why->text);
    return code;
}

/* 0, or -1 with e where the queue is gone. */
static int jobs_member(struct jobs *jobs, const struct queue_text *member, struct err *e)
{
    struct queue_entry entry = {.id = ""};
    char id[STORE_JOB_ID_SIZE];
    struct err why;
    char *text;
    if (jobs_entry(jobs, member, &entry, &text, id, sizeof id, &why) != 0)
        return jobs_refuse(jobs, member, id, &why, e) < 0 ? -1 : 0;
    entry.inline_job = text;
    event_say_waits(jobs->board, &entry, STORE_WAITING, clock_now_us()); /* before a worker can say more */
    int code = queue_jobs_add(jobs->queue, member, &entry, e);
    free(text);
    if (code == 1)
        log_debug("added submission=%s lane=%s by=jobs", entry.id, queue_lane_name(entry.lane));
    else if (code == 0)
        log_warnx("drops submission=%s: a job of this id waits or is judged already", entry.id);
    return code < 0 ? -1 : 0;
}

int jobs_turn(struct jobs *jobs, int64_t now_us)
{
    struct queue_text texts[JOBS_PAGE];
    struct err e;
    contact_tick(&jobs->contact, now_us);
    if (!contact_due(&jobs->contact, now_us))
        return 0;
    if (jobs->queue == NULL)
        jobs->queue = queue_open(jobs->settings, jobs->settings->node, &e);
    int count = jobs->queue == NULL ? -1 : queue_jobs_look(jobs->queue, texts, JOBS_PAGE, &e);
    int code = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        if (code == 0 && !atomic_load(&jobs->board->stop))
            code = jobs_member(jobs, &texts[i], &e);
        free(texts[i].bytes);
    }
    if (code != 0)
        contact_bad(&jobs->contact, contact_now_us(), &e);
    else
        (void)contact_good(&jobs->contact, contact_now_us()); /* nothing is to be done for its return */
    return code != 0 ? -1 : count;
}

void *jobs_run(void *argument)
{
    struct jobs *jobs = argument;
    struct board *board = jobs->board;
    int64_t poll_ms = jobs->settings->jobs_poll_ms;
    while (!atomic_load(&board->stop) && !atomic_load(&board->orphaned)) {
        int64_t now = contact_now_us();
        atomic_store(&board->seen_us[BOARD_JOBS], now);
        if (!settings_has_redis(jobs->settings) || !jobs->settings->jobs)
            poll_ms = JOBS_WAIT_MS;
        else if (jobs_turn(jobs, now) == JOBS_PAGE)
            continue;
        struct pollfd stop = {.fd = board->stop_fd, .events = POLLIN};
        (void)poll(&stop, 1, (int)poll_ms); /* whatever ends it, the loop looks again */
    }
    return NULL;
}

/* ---- the quarantine */

int jobs_give_up(struct queue *queue, const struct queue_dead *dead, struct err *e)
{
    char why[QUEUE_REASON_SIZE + 64];
    (void)str_format(why, sizeof why, "the judge failed on this job %d times: %s", dead->attempt,
                     dead->reason); /* fits */
    char *result = store_job_failure(dead->id + strlen(QUEUE_JOB_PREFIX), why);
    if (result == NULL)
        return err_set(e, "out of memory");
    int code = queue_jobs_tell(queue, dead->id, result, e);
    free(result);
    return code;
}
