/*
 * queue_pair.c - Redis, and the box's own file for the time that Redis is gone. Used by judge_client, judge_node and judgectl.
 *
 * Each process judges by its own calls: where they have failed for redis_gone_s, it works on the file, and looks once a second
 * whether Redis answers again. A job says by its source which of the two it came from. What the file holds when Redis is back is
 * taken first. Leases of jobs of Redis are kept in the file meanwhile ("bare": without the job), so that their submissions are
 * not put in a second time. Redis may still hold such a job when it returns: the store's fence refuses the second delivery.
 */
#include "queue/queue_backend.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#include "common/banned.h"

/* PROBE: of a Redis that is known to be gone: how often, and how long a look may take. WARN_S: about a file that fails. */
enum { REDIS, LOCAL, PROBE_EVERY_MS = 1000, PROBE_MS = 300, WARN_S = 60 };

struct queue_pair {
    struct queue queue;
    struct queue *redis, *local;
    bool gone;
    int64_t failed_us; /* since when no call of Redis has succeeded; 0: the last one did */
    int64_t probe_us;  /* the next look */
    int64_t warned_us;
};

static struct queue_pair *of(struct queue *queue)
{
    return (struct queue_pair *)queue;
}

/* ---- which of the two */

/* Notes how a call of Redis went. Returns true where its answer stands, false where the file is to be asked instead. */
static bool stands(struct queue_pair *pair, int result, int64_t begun_us, const struct err *e)
{
    if (result >= 0) {
        pair->failed_us = 0;
        return true;
    }
    int64_t now_us = clock_now_us();
    if (pair->failed_us == 0)
        pair->failed_us = begun_us;
    if (now_us - pair->failed_us < pair->queue.settings.redis_gone_ms * 1000)
        return true;
    pair->gone = true;
    pair->probe_us = now_us + PROBE_EVERY_MS * 1000;
    queue_redis_patience(pair->redis, PROBE_MS);
    log_warnx("queue: working without redis until it is back: %s", e == NULL ? "" : e->text);
    return false;
}

/* True where the file is in use. Looks whether Redis is back when that is due. */
static bool gone(struct queue_pair *pair)
{
    struct err e;
    if (!pair->gone)
        return false;
    int64_t now_us = clock_now_us();
    if (now_us < pair->probe_us)
        return true;
    if (queue_redis_ping(pair->redis, &e) != 0) {
        pair->probe_us = clock_now_us() + PROBE_EVERY_MS * 1000;
        return true;
    }
    pair->gone = false;
    pair->failed_us = 0;
    queue_redis_patience(pair->redis, 0);
    log_info("queue: redis is back");
    return false;
}

/* How a call of the file went, beside one of Redis that stands: where Redis works, a file that fails is said, and counts as an
 * empty one; where it is gone, the file's result is the result. */
static int beside(struct queue_pair *pair, int result, const struct err *own, struct err *e)
{
    int64_t now_us = clock_now_us();
    if (result >= 0)
        return result;
    if (pair->gone)
        return err_set(e, "%s", own->text);
    if (pair->warned_us == 0 || now_us - pair->warned_us > (int64_t)WARN_S * 1000000) {
        pair->warned_us = now_us;
        log_warnx("queue: going on with redis alone: %s", own->text);
    }
    return 0;
}

/* Does `call` of Redis unless it is gone, and returns its result where that stands. */
#define ASK_REDIS(pair, e, call)                                                                                       \
    do {                                                                                                               \
        if (!gone(pair)) {                                                                                             \
            int64_t begun_us = clock_now_us();                                                                         \
            int asked = (call);                                                                                        \
            if (stands(pair, asked, begun_us, e))                                                                      \
                return asked;                                                                                          \
        }                                                                                                              \
    } while (0)

/* ---- adding and taking */

static int queue_pair_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    struct queue_pair *pair = of(queue);
    struct err own;
    /* What came to the file while Redis was gone is not put in there again. */
    if (!gone(pair) && beside(pair, queue_sqlite_state(pair->local, entry->id, &own), &own, e) != QUEUE_UNKNOWN)
        return 0;
    ASK_REDIS(pair, e, queue_add(pair->redis, entry, e));
    return queue_add(pair->local, entry, e);
}

static bool readable(int fd)
{
    struct pollfd file = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&file, 1, 0) > 0;
}

static int queue_pair_take(struct queue *queue, const char *owner, const int *languages, size_t language_count,
                           int timeout_ms, int stop_fd, struct queue_job *job, struct err *e)
{
    struct queue_pair *pair = of(queue);
    int64_t end_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    while (!readable(stop_fd)) {
        struct err own;
        bool without = gone(pair);
        int left_ms = (int)((end_us - clock_now_us()) / 1000);
        left_ms = left_ms < 0 ? 0 : left_ms;
        /* Without Redis it waits at the file, for as long as until the next look at Redis. */
        int local_ms = !without ? 0 : left_ms < PROBE_EVERY_MS ? left_ms : PROBE_EVERY_MS;
        int result = queue_take(pair->local, owner, languages, language_count, local_ms, stop_fd, job, &own);
        job->source = LOCAL;
        result = beside(pair, result, &own, e);
        if (result != 0 || (without && clock_now_us() >= end_us))
            return result;
        if (without)
            continue;
        int64_t begun_us = clock_now_us();
        result = queue_take(pair->redis, owner, languages, language_count, left_ms, stop_fd, job, e);
        if (stands(pair, result, begun_us, e))
            return result;
    }
    return 0;
}

/* ---- the end of a delivery */

static int queue_pair_ack(struct queue *queue, const struct queue_job *job, struct err *e)
{
    struct queue_pair *pair = of(queue);
    if (job->source == LOCAL)
        return queue_ack(pair->local, job, e);
    ASK_REDIS(pair, e, queue_ack(pair->redis, job, e));
    /* Judged and stored: only its lease is left here. Redis will deliver it once more, and the store's fence refuses it. */
    return queue_ack(pair->local, job, e) < 0 ? -1 : 1;
}

static int queue_pair_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason,
                                struct err *e)
{
    struct queue_pair *pair = of(queue);
    struct queue_lease lease = {.source = LOCAL};
    if (job->source == LOCAL)
        return queue_give_back(pair->local, job, counts, reason, e);
    ASK_REDIS(pair, e, queue_give_back(pair->redis, job, counts, reason, e));
    memcpy(lease.id, job->id, sizeof lease.id);
    memcpy(lease.token, job->token, sizeof lease.token);
    return queue_sqlite_adopt(pair->local, &lease, 1, e) != 0 ? -1
                                                              : queue_give_back(pair->local, job, counts, reason, e);
}

/* Those of one source, to and from an array of their own. */
static size_t gather(const struct queue_lease *leases, size_t n, int source, struct queue_lease *some)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (leases[i].source == source)
            some[count++] = leases[i];
    }
    return count;
}

static void scatter(struct queue_lease *leases, size_t n, int source, const struct queue_lease *some)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (leases[i].source == source)
            leases[i].kept = some[count++].kept;
    }
}

/* Leases of Redis: renewed there, or kept in the file. */
static int renew_redis(struct queue_pair *pair, struct queue_lease *leases, size_t n, struct err *e)
{
    ASK_REDIS(pair, e, queue_renew(pair->redis, leases, n, e));
    return queue_sqlite_adopt(pair->local, leases, n, e);
}

static int queue_pair_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    struct queue_lease *some = calloc(n + 1, sizeof *some);
    if (some == NULL)
        return err_set(e, "out of memory");
    size_t count = gather(leases, n, LOCAL, some);
    int result = count == 0 ? 0 : queue_renew(of(queue)->local, some, count, e);
    if (result == 0) {
        scatter(leases, n, LOCAL, some);
        count = gather(leases, n, REDIS, some);
        result = renew_redis(of(queue), some, count, e); /* also where there is none: it keeps in contact */
    }
    if (result == 0)
        scatter(leases, n, REDIS, some);
    free(some);
    return result;
}

static int queue_pair_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason,
                                  struct err *e)
{
    if (lease->source == LOCAL)
        return queue_recover_job(of(queue)->local, lease, reason, e);
    ASK_REDIS(of(queue), e, queue_recover_job(of(queue)->redis, lease, reason, e));
    return queue_recover_job(of(queue)->local, lease, reason, e);
}

/* ---- both */

static int redis_recover_expired(struct queue_pair *pair, struct err *e)
{
    ASK_REDIS(pair, e, queue_recover_expired(pair->redis, e));
    return 0;
}

static int queue_pair_recover_expired(struct queue *queue, struct err *e)
{
    struct err own;
    int local = queue_recover_expired(of(queue)->local, &own);
    int redis = redis_recover_expired(of(queue), e);
    if (redis < 0)
        return -1;
    local = beside(of(queue), local, &own, e);
    return local < 0 ? -1 : redis + local;
}

static void queue_pair_forgive(struct queue *queue, bool own)
{
    queue_forgive(of(queue)->redis, own);
    queue_forgive(of(queue)->local, own);
}

static int redis_states(struct queue_pair *pair, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    ASK_REDIS(pair, e, queue_states(pair->redis, ids, n, states, e));
    for (size_t i = 0; i < n; i++)
        states[i] = QUEUE_UNKNOWN;
    return 0;
}

/* Known is what either knows. */
static int queue_pair_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    struct err own;
    if (redis_states(of(queue), ids, n, states, e) != 0)
        return -1;
    enum queue_state *local = calloc(n + 1, sizeof *local);
    if (local == NULL)
        return err_set(e, "out of memory");
    int result = queue_states(of(queue)->local, ids, n, local, &own);
    for (size_t i = 0; i < n && result == 0; i++) {
        if (states[i] == QUEUE_UNKNOWN)
            states[i] = local[i];
    }
    free(local);
    return beside(of(queue), result, &own, e);
}

static int redis_find(struct queue_pair *pair, const char *id, struct queue_place *place, struct err *e)
{
    ASK_REDIS(pair, e, queue_find(pair->redis, id, place, e));
    return 0;
}

static int queue_pair_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    struct err own;
    if (redis_find(of(queue), id, place, e) != 0)
        return -1;
    if (place->state != QUEUE_UNKNOWN)
        return 0;
    return beside(of(queue), queue_find(of(queue)->local, id, place, &own), &own, e);
}

static int redis_remove(struct queue_pair *pair, const char *id, struct err *e)
{
    ASK_REDIS(pair, e, queue_remove(pair->redis, id, e));
    return 0;
}

static int queue_pair_remove(struct queue *queue, const char *id, struct err *e)
{
    struct err own;
    int result = redis_remove(of(queue), id, e);
    return result != 0 ? result : beside(of(queue), queue_remove(of(queue)->local, id, &own), &own, e);
}

static int redis_cancel(struct queue_pair *pair, const char *id, struct err *e)
{
    ASK_REDIS(pair, e, queue_cancel(pair->redis, id, e));
    return 0;
}

/* Of both: a lease may be in the file, and its job in Redis. */
static int queue_pair_cancel(struct queue *queue, const char *id, struct err *e)
{
    struct err own;
    int redis = redis_cancel(of(queue), id, e);
    int local = beside(of(queue), queue_cancel(of(queue)->local, id, &own), &own, e);
    return redis < 0 || local < 0 ? -1 : redis == 1 || local == 1;
}

static int redis_dead_list(struct queue_pair *pair, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    ASK_REDIS(pair, e, queue_dead_list(pair->redis, untold, dead, max, e));
    return 0;
}

static int queue_pair_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    struct err own;
    int redis = redis_dead_list(of(queue), untold, dead, max, e);
    if (redis < 0)
        return -1;
    int local = queue_dead_list(of(queue)->local, untold, dead + redis, max - (size_t)redis, &own);
    local = beside(of(queue), local, &own, e);
    return local < 0 ? -1 : redis + local;
}

static int redis_dead_told(struct queue_pair *pair, const char *id, struct err *e)
{
    ASK_REDIS(pair, e, queue_dead_told(pair->redis, id, e));
    return 0;
}

static int queue_pair_dead_told(struct queue *queue, const char *id, struct err *e)
{
    struct err own;
    if (redis_dead_told(of(queue), id, e) != 0)
        return -1;
    return beside(of(queue), queue_dead_told(of(queue)->local, id, &own), &own, e);
}

static int redis_dead_retry(struct queue_pair *pair, const char *id, struct err *e)
{
    ASK_REDIS(pair, e, queue_dead_retry(pair->redis, id, e));
    return 0;
}

static int queue_pair_dead_retry(struct queue *queue, const char *id, struct err *e)
{
    struct err own;
    int result = redis_dead_retry(of(queue), id, e);
    return result != 0 ? result : beside(of(queue), queue_dead_retry(of(queue)->local, id, &own), &own, e);
}

static int redis_stats(struct queue_pair *pair, struct queue_stats *stats, struct err *e)
{
    ASK_REDIS(pair, e, queue_stats(pair->redis, stats, e));
    return 0;
}

static int queue_pair_stats(struct queue *queue, struct queue_stats *stats, struct err *e)
{
    struct queue_stats local;
    struct err own;
    if (redis_stats(of(queue), stats, e) != 0 ||
        beside(of(queue), queue_stats(of(queue)->local, &local, &own), &own, e) != 0)
        return -1;
    for (int i = 0; i < QUEUE_LANES; i++)
        stats->waiting[i] += local.waiting[i];
    stats->held += local.held;
    stats->dead += local.dead;
    if (local.oldest_ms > stats->oldest_ms)
        stats->oldest_ms = local.oldest_ms;
    return 0;
}

/* To both: the file is what is asked while Redis is gone. */
static int queue_pair_announce(struct queue *queue, const char *languages, struct err *e)
{
    struct queue_pair *pair = of(queue);
    struct err own;
    if (beside(pair, pair->local->backend->announce(pair->local, languages, &own), &own, e) < 0)
        return -1;
    ASK_REDIS(pair, e, pair->redis->backend->announce(pair->redis, languages, e));
    return 0;
}

static int queue_pair_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e)
{
    struct queue_pair *pair = of(queue);
    ASK_REDIS(pair, e, queue_offers(pair->redis, offers, max, e));
    return queue_offers(pair->local, offers, max, e);
}

static int queue_pair_listed(struct queue *queue, const char *text, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_listed(of(queue)->redis, text, e));
    return 0;
}

static int queue_pair_check(struct queue *queue, struct err *e)
{
    return queue_check(of(queue)->redis, e) != 0 || queue_check(of(queue)->local, e) != 0 ? -1 : 0;
}

/* ---- the site's list, which is in Redis */

static int queue_pair_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE],
                                 size_t max, struct err *e)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    ASK_REDIS(of(queue), e, queue_inbox_take(of(queue)->redis, timeout_ms, wake_fd, texts, max, e));
    (void)poll(&wake, 1,
               timeout_ms < PROBE_EVERY_MS ? timeout_ms : PROBE_EVERY_MS); /* nothing comes before the next look */
    return 0;
}

static int queue_pair_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e)
{
    struct queue_pair *pair = of(queue);
    struct err own;
    if (entry != NULL && !gone(pair) &&
        beside(pair, queue_sqlite_state(pair->local, entry->id, &own), &own, e) != QUEUE_UNKNOWN)
        entry = NULL; /* it is in the file */
    ASK_REDIS(pair, e, queue_inbox_add(pair->redis, text, entry, e));
    /* The text stays in the inbox, and comes once more when Redis is back. */
    return entry == NULL ? 0 : queue_add(pair->local, entry, e);
}

static int queue_pair_inbox_adopt(struct queue *queue, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_inbox_adopt(of(queue)->redis, e));
    return 0;
}

/* ---- self-contained jobs, which are in Redis: their results wait for it */

static int without_redis(struct err *e)
{
    return err_set(e, "redis is gone: self-contained jobs wait for it");
}

static int queue_pair_jobs_look(struct queue *queue, struct queue_text *texts, size_t max, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_jobs_look(of(queue)->redis, texts, max, e));
    return without_redis(e);
}

static int queue_pair_jobs_add(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry,
                               struct err *e)
{
    ASK_REDIS(of(queue), e, queue_jobs_add(of(queue)->redis, text, entry, e));
    return without_redis(e);
}

static int queue_pair_jobs_refuse(struct queue *queue, const struct queue_text *text, const char *id,
                                  const char *result, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_jobs_refuse(of(queue)->redis, text, id, result, e));
    return without_redis(e);
}

static int redis_jobs_end(struct queue_pair *pair, const struct queue_job *job, const char *result, struct err *e)
{
    ASK_REDIS(pair, e, queue_jobs_end(pair->redis, job, result, e));
    return without_redis(e);
}

/* One that Redis' absence brought to the file: Redis may have its own delivery of it, whose result then counts. */
static int queue_pair_jobs_end(struct queue *queue, const struct queue_job *job, const char *result, struct err *e)
{
    int ended = redis_jobs_end(of(queue), job, result, e);
    if (ended < 0 || job->source != LOCAL)
        return ended;
    return queue_ack(of(queue)->local, job, e) < 0 ? -1 : ended;
}

static int queue_pair_jobs_tell(struct queue *queue, const char *id, const char *result, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_jobs_tell(of(queue)->redis, id, result, e));
    return without_redis(e);
}

static int queue_pair_jobs_cancel(struct queue *queue, const char *id, const char *result, struct err *e)
{
    ASK_REDIS(of(queue), e, queue_jobs_cancel(of(queue)->redis, id, result, e));
    return without_redis(e);
}

/* Nobody listens at the file: what Redis does not take is lost. */
static int queue_pair_publish(struct queue *queue, const char *channel, const char *text, struct err *e)
{
    return queue_publish(of(queue)->redis, channel, text, e);
}

static void queue_pair_close(struct queue *queue)
{
    queue_close(of(queue)->redis);
    queue_close(of(queue)->local);
    free(queue);
}

static const struct queue_backend queue_pair = {
    .name = "redis and file",
    .close = queue_pair_close,
    .check = queue_pair_check,
    .add = queue_pair_add,
    .take = queue_pair_take,
    .ack = queue_pair_ack,
    .give_back = queue_pair_give_back,
    .renew = queue_pair_renew,
    .recover_job = queue_pair_recover_job,
    .recover_expired = queue_pair_recover_expired,
    .forgive = queue_pair_forgive,
    .states = queue_pair_states,
    .find = queue_pair_find,
    .remove = queue_pair_remove,
    .cancel = queue_pair_cancel,
    .dead_list = queue_pair_dead_list,
    .dead_told = queue_pair_dead_told,
    .dead_retry = queue_pair_dead_retry,
    .stats = queue_pair_stats,
    .announce = queue_pair_announce,
    .offers = queue_pair_offers,
    .listed = queue_pair_listed,
    .publish = queue_pair_publish,
    .inbox_take = queue_pair_inbox_take,
    .inbox_add = queue_pair_inbox_add,
    .inbox_adopt = queue_pair_inbox_adopt,
    .jobs_look = queue_pair_jobs_look,
    .jobs_add = queue_pair_jobs_add,
    .jobs_refuse = queue_pair_jobs_refuse,
    .jobs_end = queue_pair_jobs_end,
    .jobs_tell = queue_pair_jobs_tell,
    .jobs_cancel = queue_pair_jobs_cancel,
};

struct queue *queue_pair_open(struct queue *redis, struct queue *local, struct err *e)
{
    struct queue_pair *pair = queue_new(&queue_pair, sizeof *pair, &redis->settings, redis->node, e);
    if (pair == NULL)
        return NULL;
    pair->redis = redis;
    pair->local = local;
    return &pair->queue;
}
