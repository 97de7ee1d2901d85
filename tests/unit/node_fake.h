/*
 * node_fake.h - a queue and a store in memory, so that judge_node's threads can be driven a turn at a time.
 *
 * To be included by one test program each: it defines the functions of queue.h and store.h that judge_node calls, so the
 * linker takes none of the real ones.
 */
#ifndef JUDGE_NODE_FAKE_H
#define JUDGE_NODE_FAKE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"
#include "queue/queue.h"
#include "store/store.h"

#define FAKE_MAX 4096

struct fake_row {
    int64_t id;
    int64_t problem;
    int result, language;
    int64_t age_s;
    char judger[STORE_TOKEN_SIZE];
    char text[1024];
};

struct fake_job {
    char id[QUEUE_ID_SIZE];
    enum queue_state state;
    enum queue_lane lane;
    char token[QUEUE_TOKEN_SIZE], previous[QUEUE_PREVIOUS_SIZE], reason[QUEUE_REASON_SIZE];
    bool told;
};

struct fake {
    struct fake_row rows[FAKE_MAX];
    size_t row_count;
    struct fake_job jobs[FAKE_MAX];
    size_t job_count;
    char inbox[FAKE_MAX][QUEUE_ID_SIZE];
    size_t inbox_count;
    bool queue_gone, store_gone, redis_gone; /* redis_gone: the file answers in its stead */
    int queue_calls, store_calls, adds, reads, renewals, expired_calls, adoptions, opens;
    bool forgives;
    int recover_code; /* of queue_recover_job */
    int uncounted;    /* given back without a count */
    struct queue_lease renewed[POOL_SLOTS];
    size_t renewed_count;
};

static struct fake fake;

/* ---- for the tests */

static inline struct fake_row *fake_row(int64_t id)
{
    for (size_t i = 0; i < fake.row_count; i++) {
        if (fake.rows[i].id == id)
            return &fake.rows[i];
    }
    return NULL;
}

static inline struct fake_row *fake_add_row(int64_t id, int result, const char *judger)
{
    struct fake_row *row = &fake.rows[fake.row_count++];
    *row = (struct fake_row){.id = id, .result = result, .problem = 1000};
    (void)str_copy(row->judger, sizeof row->judger, judger); /* fits */
    return row;
}

static inline struct fake_job *fake_job(const char *id)
{
    for (size_t i = 0; i < fake.job_count; i++) {
        if (strcmp(fake.jobs[i].id, id) == 0)
            return &fake.jobs[i];
    }
    return NULL;
}

static inline struct fake_job *fake_add_job(const char *id, enum queue_state state)
{
    struct fake_job *job = &fake.jobs[fake.job_count++];
    *job = (struct fake_job){.state = state};
    (void)str_copy(job->id, sizeof job->id, id); /* fits */
    return job;
}

static inline void fake_push(const char *text)
{
    (void)str_copy(fake.inbox[fake.inbox_count++], QUEUE_ID_SIZE, text); /* cut as the queue does */
}

/* ---- the queue */

struct queue {
    int one;
};

static inline int fake_queue(struct err *e)
{
    fake.queue_calls++;
    return fake.queue_gone ? err_set(e, "queue: Connection refused") : 0;
}

struct queue *queue_open(const struct settings *settings, const char *node, struct err *e)
{
    (void)settings, (void)node, (void)e; /* always works */
    fake.opens++;
    return calloc(1, sizeof(struct queue));
}

void queue_close(struct queue *queue)
{
    free(queue);
}

const char *queue_lane_name(enum queue_lane lane)
{
    (void)lane; /* for the log only */
    return "lane";
}

int queue_check(struct queue *queue, struct err *e)
{
    (void)queue; /* there is one */
    return fake.queue_gone || fake.redis_gone ? err_set(e, "redis: Connection refused") : 0;
}

int queue_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    (void)queue; /* there is one */
    if (fake_queue(e) != 0)
        return -1;
    if (fake_job(entry->id) != NULL)
        return 0;
    fake_add_job(entry->id, QUEUE_WAITING)->lane = entry->lane;
    fake.adds++;
    return 1;
}

int queue_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    (void)queue; /* there is one */
    for (size_t i = 0; i < n; i++) {
        char id[QUEUE_ID_SIZE];
        (void)str_format(id, sizeof id, "%lld", (long long)ids[i]); /* fits */
        const struct fake_job *job = fake_job(id);
        states[i] = job == NULL ? QUEUE_UNKNOWN : job->state;
    }
    return fake_queue(e);
}

int queue_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    (void)queue, (void)id; /* asked for only to see whether it answers */
    memset(place, 0, sizeof *place);
    return fake_queue(e);
}

int queue_remove(struct queue *queue, const char *id, struct err *e)
{
    (void)queue; /* there is one */
    struct fake_job *job = fake_job(id);
    if (fake_queue(e) != 0)
        return -1;
    if (job == NULL || job->state == QUEUE_HELD)
        return 0;
    *job = fake.jobs[--fake.job_count];
    return 1;
}

int queue_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    (void)queue; /* there is one */
    if (fake_queue(e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        leases[i].kept = true;
    memcpy(fake.renewed, leases, n * sizeof *leases);
    fake.renewed_count = n;
    fake.renewals += n > 0;
    return 0;
}

int queue_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e)
{
    (void)queue, (void)reason; /* there is one */
    struct fake_job *job = fake_job(lease->id);
    if (fake_queue(e) != 0)
        return -1;
    if (job == NULL || job->state != QUEUE_HELD || strcmp(job->token, lease->token) != 0)
        return 0;
    job->state = fake.recover_code == 2 ? QUEUE_DEAD : QUEUE_WAITING;
    return fake.recover_code;
}

int queue_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason, struct err *e)
{
    (void)queue, (void)reason; /* there is one */
    struct fake_job *row = fake_job(job->id);
    if (fake_queue(e) != 0)
        return -1;
    if (row == NULL || row->state != QUEUE_HELD || strcmp(row->token, job->token) != 0)
        return 0;
    row->state = QUEUE_WAITING;
    fake.uncounted += !counts;
    return 1;
}

void queue_forgive(struct queue *queue, bool own)
{
    (void)queue; /* there is one */
    fake.forgives = own;
}

int queue_recover_expired(struct queue *queue, struct err *e)
{
    (void)queue; /* there is one */
    fake.expired_calls++;
    return fake_queue(e);
}

int queue_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    (void)queue; /* there is one */
    size_t n = 0;
    if (fake_queue(e) != 0)
        return -1;
    for (size_t i = 0; i < fake.job_count && n < max; i++) {
        const struct fake_job *job = &fake.jobs[i];
        if (job->state != QUEUE_DEAD || (untold && job->told))
            continue;
        dead[n] = (struct queue_dead){.attempt = 3};
        memcpy(dead[n].id, job->id, sizeof dead[n].id);
        memcpy(dead[n].previous, job->previous, sizeof dead[n].previous);
        memcpy(dead[n++].reason, job->reason, sizeof job->reason);
    }
    return (int)n;
}

int queue_dead_told(struct queue *queue, const char *id, struct err *e)
{
    (void)queue; /* there is one */
    struct fake_job *job = fake_job(id);
    if (fake_queue(e) != 0)
        return -1;
    if (job != NULL)
        job->told = true;
    return job != NULL;
}

int queue_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                     struct err *e)
{
    (void)queue, (void)timeout_ms, (void)wake_fd; /* never waits */
    if (fake_queue(e) != 0)
        return -1;
    size_t n = fake.inbox_count < max ? fake.inbox_count : max;
    memcpy(texts, fake.inbox, n * sizeof *texts);
    return (int)n;
}

int queue_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e)
{
    if (fake_queue(e) != 0)
        return -1;
    for (size_t i = 0; i < fake.inbox_count; i++) {
        if (strcmp(fake.inbox[i], text) == 0) {
            fake.inbox_count--;
            memmove(fake.inbox + i, fake.inbox + i + 1, (fake.inbox_count - i) * sizeof *fake.inbox);
            break;
        }
    }
    return entry == NULL ? 0 : queue_add(queue, entry, e);
}

int queue_inbox_adopt(struct queue *queue, struct err *e)
{
    (void)queue; /* there is one */
    fake.adoptions++;
    return fake_queue(e);
}

/* ---- the store */

struct store {
    int one;
};

static inline int fake_store(struct err *e)
{
    fake.store_calls++;
    return fake.store_gone ? err_set(e, "store: Connection refused") : 0;
}

struct store *store_open(const struct settings *settings, struct err *e)
{
    (void)settings, (void)e; /* always works */
    return calloc(1, sizeof(struct store));
}

void store_close(struct store *store)
{
    free(store);
}

void store_submission_fini(struct store_submission *submission)
{
    free(submission->source);
    submission->source = NULL;
}

void store_status_fini(struct store_status *status)
{
    free(status->run_text);
    status->run_text = NULL;
}

/* A source, which nobody asked for: a leak shows where it is not released. */
static inline void fake_fill(struct store_submission *submission, const struct fake_row *row)
{
    *submission = (struct store_submission){
        .id = row->id, .problem_id = row->problem, .language = row->language, .result = row->result};
    submission->source = calloc(1, 1);
}

int store_read(struct store *store, int64_t id, struct store_submission *submission, struct err *e)
{
    (void)store; /* there is one */
    const struct fake_row *row = fake_row(id);
    fake.reads++;
    if (fake_store(e) != 0)
        return -1;
    if (row != NULL)
        fake_fill(submission, row);
    return row != NULL;
}

int store_put_back(struct store *store, int64_t id, const char *token, struct err *e)
{
    (void)store; /* there is one */
    struct fake_row *row = fake_row(id);
    if (fake_store(e) != 0)
        return -1;
    if (row == NULL || (row->result != 2 && row->result != 3) || strcmp(row->judger, token) != 0)
        return 0;
    row->result = STORE_REJUDGE;
    return 1;
}

int store_running(struct store *store, int64_t id, const char *token, struct err *e)
{
    (void)store; /* there is one */
    struct fake_row *row = fake_row(id);
    if (fake_store(e) != 0)
        return -1;
    if (row == NULL || row->result != STORE_COMPILING || strcmp(row->judger, token) != 0)
        return 0;
    row->result = STORE_RUNNING;
    return 1;
}

int store_give_up(struct store *store, int64_t id, const char *previous, int result, const char *text, struct err *e)
{
    (void)store; /* there is one */
    struct fake_row *row = fake_row(id);
    if (fake_store(e) != 0)
        return -1;
    if (row == NULL || row->result > 3 || (row->result > 1 && strstr(previous, row->judger) == NULL))
        return 0;
    row->result = result;
    (void)str_copy(row->text, sizeof row->text, text); /* fits */
    return 1;
}

static inline const struct fake_row *fake_next(int64_t after_id, int low, int high)
{
    const struct fake_row *next = NULL;
    for (size_t i = 0; i < fake.row_count; i++) {
        const struct fake_row *row = &fake.rows[i];
        if (row->id > after_id && row->result >= low && row->result <= high && (next == NULL || row->id < next->id))
            next = row;
    }
    return next;
}

int store_waiting(struct store *store, int64_t after_id, struct store_submission *rows, size_t max, struct err *e)
{
    (void)store; /* there is one */
    size_t n = 0;
    if (fake_store(e) != 0)
        return -1;
    for (const struct fake_row *row; n < max && (row = fake_next(after_id, 0, 1)) != NULL; after_id = row->id)
        fake_fill(&rows[n++], row);
    return (int)n;
}

int store_held(struct store *store, int64_t after_id, struct store_status *rows, size_t max, struct err *e)
{
    (void)store; /* there is one */
    size_t n = 0;
    if (fake_store(e) != 0)
        return -1;
    for (const struct fake_row *row; n < max && (row = fake_next(after_id, 2, 3)) != NULL; after_id = row->id) {
        rows[n] = (struct store_status){.id = row->id, .result = row->result, .age_s = row->age_s};
        memcpy(rows[n].judger, row->judger, sizeof rows[n].judger);
        rows[n++].run_text = calloc(1, 1);
    }
    return (int)n;
}

#endif
