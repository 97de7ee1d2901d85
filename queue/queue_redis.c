/*
 * queue_redis.c - see queue.h and docs/queue.md: the queue in Redis, where each step is a script of scripts/. Runs in
 * judge_client and judgectl as root and in judge_node under its own uid; never changes a key but by a script.
 */
#include "queue/queue_redis_parts.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

/* Leases a call of a script. */
enum { LEASES = 64, RECOVER = 64 };

/* ---- opening */

static void queue_redis_close(struct queue *queue)
{
    redis_link_close(queue_redis_of(queue)->link);
    free(queue);
}

void queue_redis_patience(struct queue *queue, int64_t timeout_ms)
{
    redis_link_patience(queue_redis_of(queue)->link, timeout_ms, timeout_ms);
}

struct redis_args *queue_redis_begin(struct queue_redis *redis)
{
    redis_args_clear(&redis->args);
    redis_link_until(redis->link,
                     redis->until_us != 0 ? redis->until_us : clock_now_us() + redis_link_command_us(redis->link));
    return &redis->args;
}

void queue_redis_limit(struct queue_redis *redis, int timeout_ms)
{
    redis->until_us = clock_now_us() + (int64_t)timeout_ms * 1000 + redis_link_command_us(redis->link);
    redis_link_until(redis->link, redis->until_us);
}

/* A script whose answer is one number. */
int queue_redis_number(struct queue_redis *redis, enum redis_script script, struct err *e)
{
    struct redisReply *reply = NULL;
    if (redis_link_script(redis->link, script, &redis->args, false, &reply, e) != 0)
        return -1;
    int number = (int)redis_reply_int(reply);
    redis_reply_free(reply);
    return number;
}

/* ---- adding and taking */

void queue_redis_put_entry(struct redis_args *args, const struct queue_entry *entry)
{
    redis_args_text(args, entry->id);
    redis_args_text(args, queue_lane_name(entry->lane));
    redis_args_int(args, entry->language);
    redis_args_int(args, entry->problem);
    redis_args_text(args, entry->user);
    redis_args_text(args, entry->inline_job == NULL ? "0" : "1");
    if (entry->inline_job != NULL)
        redis_args_text(args, entry->inline_job);
}

static int queue_redis_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    queue_redis_put_entry(queue_redis_begin(queue_redis_of(queue)), entry);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_add, e);
}

/* 1 where the answer holds a job, 0 where there is none; -1 with e where it is none of ours. */
static int read_job(const struct redisReply *reply, const char *token, struct queue_job *job, struct err *e)
{
    if (redis_reply_count(reply) < 2)
        return 0;
    int lane = queue_lane_of(redis_reply_text(redis_reply_item(reply, 1)));
    if (lane < 0 || str_copy(job->id, sizeof job->id, redis_reply_text(redis_reply_item(reply, 0))) != 0 ||
        str_copy(job->user, sizeof job->user, redis_reply_text(redis_reply_item(reply, 4))) != 0 ||
        str_copy(job->previous, sizeof job->previous, redis_reply_text(redis_reply_item(reply, 6))) != 0)
        return err_set(e, "redis: the job '%.64s' was written by another program",
                       redis_reply_text(redis_reply_item(reply, 0)));
    (void)str_copy(job->token, sizeof job->token, token); /* of that size */
    job->lane = (enum queue_lane)lane;
    job->language = (int)redis_reply_int(redis_reply_item(reply, 2));
    job->problem = redis_reply_int(redis_reply_item(reply, 3));
    job->attempt = (int)redis_reply_int(redis_reply_item(reply, 5));
    job->enqueued_ms = redis_reply_int(redis_reply_item(reply, 7)) / 1000;
    const struct redisReply *inline_job = redis_reply_item(reply, 8);
    if (!redis_reply_is_nil(inline_job) && (job->inline_job = strdup(redis_reply_text(inline_job))) == NULL)
        return err_set(e, "out of memory");
    return 1;
}

/* Without waiting. 1, 0, -1. A connection that is lost meanwhile may have held a job: the second call asks for that one. */
static int take_now(struct queue_redis *redis, const char *owner, const int *languages, size_t count,
                    struct queue_job *job, struct err *e)
{
    char token[QUEUE_TOKEN_SIZE];
    struct redisReply *reply = NULL;
    if (queue_new_token(&redis->queue, token, e) != 0)
        return -1;
    for (int i = 0;; i++) {
        if (redis_link_ready(redis->link, e) != 0)
            return -1;
        struct redis_args *args = queue_redis_begin(redis);
        redis_args_text(args, owner);
        redis_args_text(args, token);
        redis_args_int(args, redis->queue.settings.lease_ms);
        redis_args_int(args, redis_link_late_us(redis->link));
        redis_args_text(args, i > 0 ? "1" : "0");
        redis_args_int(args, redis->queue.settings.rejudge_max_share);
        redis_args_int(args, redis->queue.settings.rejudge_quiet_ms);
        for (size_t k = 0; k < count; k++)
            redis_args_int(args, languages[k]);
        if (redis_link_script(redis->link, REDIS_SCRIPT_take, args, true, &reply, e) == 0)
            break;
        bool clock_set = strstr(e->text, "LATE ") != NULL; /* a new connection asks for the time */
        if (clock_set)
            redis_link_drop(redis->link);
        if (i > 0 || !(clock_set || redis_link_lost(redis->link)))
            return -1;
    }
    int result = read_job(reply, token, job, e);
    redis->later = redis_reply_count(reply) == 1;
    redis_reply_free(reply);
    return result;
}

bool queue_redis_readable(int fd)
{
    struct pollfd file = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&file, 1, 0) > 0;
}

/* A time-out as BLPOP wants it, for what is left, but at least 1 ms. Returns whether the server keeps to it. */
static bool put_timeout(struct queue_redis *redis, struct redis_args *args, int64_t left_us, char text[32])
{
    bool whole = redis->whole_seconds;
    if (whole)
        (void)str_format(text, 32, "%lld", (long long)(left_us < 1000000 ? 1 : left_us / 1000000)); /* they fit */
    else
        (void)str_format(text, 32, "%lld.%03lld", (long long)(left_us / 1000000),
                         (long long)(left_us < 1000 ? 1 : left_us / 1000 % 1000));
    redis_args_text(args, text);
    return !whole || left_us >= 1000000;
}

/* Runs the blocking command in args, whose last word is still to come, until end_us or until fd is readable. 1 with *reply,
 * 0 ended or nothing came, -1 with e. */
int queue_redis_block(struct queue_redis *redis, int64_t end_us, int fd, struct redisReply **reply, struct err *e)
{
    char text[32];
    size_t count = redis->args.count;
    for (;;) {
        redis->args.count = count;
        int64_t left_us = end_us - clock_now_us();
        if (left_us <= 0)
            return 0;
        bool kept = put_timeout(redis, &redis->args, left_us, text);
        int result = redis_link_wait(redis->link, &redis->args, end_us, !kept, fd, reply, e);
        if (result >= 0 || redis->whole_seconds || strstr(e->text, "not an integer") == NULL)
            return result;
        redis->whole_seconds = true;
    }
}

/* Who is woken and stops takes nothing: another shall look. Where that fails, others look by themselves a little later. */
static void pass_wake_on(struct queue_redis *redis, const char *key)
{
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(redis);
    if (key[0] == '\0')
        return;
    redis_args_text(args, "RPUSH");
    redis_args_text(args, key);
    redis_args_text(args, "1");
    if (redis_link_command(redis->link, args, &reply, NULL) == 0)
        redis_reply_free(reply);
}

/* Until a job may be there (1), stop_fd is readable or end_us has passed (0). -1 with e. */
static int wait_for_wake(struct queue_redis *redis, const int *languages, size_t count, int64_t end_us, int stop_fd,
                         struct err *e)
{
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(redis);
    redis_args_text(args, "BLPOP");
    for (size_t i = 0; i < count; i++) {
        (void)str_format(redis->wake_keys[i], QUEUE_REDIS_KEY_SIZE, "%swake:%d", redis->queue.settings.redis_prefix,
                         languages[i]);
        redis_args_text(args, redis->wake_keys[i]); /* a prefix fits: see QUEUE_REDIS_KEY_SIZE */
    }
    int result = queue_redis_block(redis, end_us, stop_fd, &reply, e);
    if (result < 0)
        return redis_link_lost(redis->link) ? 1 : -1; /* lost: the next look at the lanes tells whether it is back */
    if (queue_redis_readable(stop_fd))
        pass_wake_on(redis, redis_reply_text(redis_reply_item(reply, 0)));
    redis_reply_free(reply);
    return result;
}

static int take(struct queue_redis *redis, const char *owner, const int *languages, size_t language_count,
                int timeout_ms, int stop_fd, struct queue_job *job, struct err *e)
{
    int64_t end_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    while (!queue_redis_readable(stop_fd)) {
        int result = take_now(redis, owner, languages, language_count, job, e);
        if (result != 0 || clock_now_us() >= end_us)
            return result;
        if (language_count == 0) {
            struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
            (void)poll(&stop, 1, timeout_ms); /* nothing is offered: nothing comes */
            return 0;
        }
        int64_t later_us = clock_now_us() + QUEUE_LATER_MS * 1000;
        result = wait_for_wake(redis, languages, language_count, redis->later && later_us < end_us ? later_us : end_us,
                               stop_fd, e);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int queue_redis_take(struct queue *queue, const char *owner, const int *languages, size_t language_count,
                            int timeout_ms, int stop_fd, struct queue_job *job, struct err *e)
{
    struct queue_redis *redis = queue_redis_of(queue);
    struct err own = {""};
    e = e == NULL ? &own : e; /* it is read */
    if (language_count > QUEUE_REDIS_LANGUAGES)
        return err_set(e, "queue: more than %d languages offered", QUEUE_REDIS_LANGUAGES);
    queue_redis_limit(redis, timeout_ms);
    int result = take(redis, owner, languages, language_count, timeout_ms, stop_fd, job, e);
    redis->until_us = 0;
    return result;
}

/* ---- the end of a delivery */

static int queue_redis_ack(struct queue *queue, const struct queue_job *job, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, job->id);
    redis_args_text(args, job->token);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_ack, e);
}

static int queue_redis_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason,
                                 struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, job->id);
    redis_args_text(args, job->token);
    redis_args_text(args, counts ? "1" : "0");
    redis_args_int(args, queue->settings.max_attempts);
    redis_args_text(args, reason);
    redis_args_text(args, queue_lane_name(job->lane));
    redis_args_int(args, job->language);
    redis_args_int(args, job->problem);
    redis_args_text(args, job->user);
    redis_args_int(args, job->attempt);
    redis_args_text(args, job->previous);
    redis_args_int(args, job->enqueued_ms);
    redis_args_text(args, job->inline_job == NULL ? "0" : "1");
    if (job->inline_job != NULL)
        redis_args_text(args, job->inline_job);
    int result = queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_give_back, e);
    return result > 1 ? 1 : result;
}

/* One call of the script, for up to LEASES of them. */
static int renew_some(struct queue_redis *redis, struct queue_lease *leases, size_t n, const char *epoch,
                      char found[QUEUE_TOKEN_SIZE], struct err *e)
{
    char candidate[QUEUE_TOKEN_SIZE];
    struct redisReply *reply = NULL;
    if (queue_new_token(&redis->queue, candidate, e) != 0)
        return -1;
    struct redis_args *args = queue_redis_begin(redis);
    redis_args_int(args, redis->queue.settings.lease_ms);
    redis_args_text(args, epoch);
    redis_args_text(args, candidate);
    for (size_t i = 0; i < n; i++) {
        redis_args_text(args, leases[i].id);
        redis_args_text(args, leases[i].token);
    }
    if (redis_link_script(redis->link, REDIS_SCRIPT_renew, args, false, &reply, e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        leases[i].kept = redis_reply_int(redis_reply_item(reply, i + 1)) == 1;
    int result = str_copy(found, QUEUE_TOKEN_SIZE, redis_reply_text(redis_reply_item(reply, 0)));
    redis_reply_free(reply);
    return result == 0 ? 0 : err_set(e, "%s: the key epoch is not ours", redis_link_name(redis->link));
}

static int queue_redis_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    struct queue_redis *redis = queue_redis_of(queue);
    char known[QUEUE_TOKEN_SIZE], found[QUEUE_TOKEN_SIZE] = "";
    size_t done = 0;
    (void)queue_redis_begin(redis); /* its time begins */
    if (redis_link_ready(redis->link, e) != 0)
        return -1;
    /* A server that was away may have other data now: what is missing there was wiped, not ended. */
    if (redis_link_connections(redis->link) != redis->epoch_connection)
        redis->epoch[0] = '\0';
    (void)str_copy(known, sizeof known, redis->epoch); /* of one size */
    do {
        size_t some = n - done < LEASES ? n - done : LEASES;
        if (renew_some(redis, leases + done, some, known, found, e) != 0) {
            redis->epoch[0] = '\0';
            return -1;
        }
        done += some;
    } while (done < n);
    (void)str_copy(redis->epoch, sizeof redis->epoch, found);
    redis->epoch_connection = redis_link_connections(redis->link);
    return 0;
}

static int queue_redis_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason,
                                   struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, lease->id);
    redis_args_text(args, lease->token);
    redis_args_int(args, queue->settings.max_attempts);
    redis_args_text(args, reason);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_recover_job, e);
}

static int queue_redis_recover_expired(struct queue *queue, struct err *e)
{
    int total = 0, count;
    do {
        struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
        redis_args_int(args, queue->settings.lease_ms);
        redis_args_int(args, queue->settings.max_attempts);
        redis_args_int(args, RECOVER);
        redis_args_text(args, queue->forgive_own ? queue->node : "");
        redis_args_int(args, QUEUE_FORGIVEN);
        count = queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_recover, e);
        if (count < 0)
            return -1;
        total += count;
    } while (count == RECOVER);
    return total;
}

static int queue_redis_publish(struct queue *queue, const char *channel, const char *text, struct err *e)
{
    char name[SETTINGS_TEXT + 160];
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    if (str_format(name, sizeof name, "%s%s", queue->settings.redis_prefix, channel) != 0)
        return err_set(e, "queue: the name of the channel %.32s... is too long", channel);
    redis_args_text(args, "PUBLISH");
    redis_args_text(args, name);
    redis_args_text(args, text);
    if (redis_link_command(queue_redis_of(queue)->link, args, &reply, e) != 0)
        return -1;
    redis_reply_free(reply);
    return 1;
}

static const struct queue_backend queue_redis = {
    .name = "redis",
    .close = queue_redis_close,
    .check = queue_redis_check,
    .add = queue_redis_add,
    .take = queue_redis_take,
    .ack = queue_redis_ack,
    .give_back = queue_redis_give_back,
    .renew = queue_redis_renew,
    .recover_job = queue_redis_recover_job,
    .recover_expired = queue_redis_recover_expired,
    .states = queue_redis_states,
    .find = queue_redis_find,
    .remove = queue_redis_remove,
    .cancel = queue_redis_cancel,
    .dead_list = queue_redis_dead_list,
    .dead_told = queue_redis_dead_told,
    .dead_retry = queue_redis_dead_retry,
    .stats = queue_redis_stats,
    .announce = queue_redis_announce,
    .offers = queue_redis_offers,
    .listed = queue_redis_listed,
    .publish = queue_redis_publish,
    .inbox_take = queue_redis_inbox_take,
    .inbox_add = queue_redis_inbox_add,
    .inbox_adopt = queue_redis_inbox_adopt,
    .jobs_look = queue_redis_jobs_look,
    .jobs_add = queue_redis_jobs_add,
    .jobs_refuse = queue_redis_jobs_refuse,
    .jobs_end = queue_redis_jobs_end,
    .jobs_tell = queue_redis_jobs_tell,
    .jobs_cancel = queue_redis_jobs_cancel,
};

struct queue *queue_redis_open(const struct settings *settings, const char *node, struct err *e)
{
    char name[64];
    struct queue_redis *redis = queue_new(&queue_redis, sizeof *redis, settings, node, e);
    if (redis == NULL)
        return NULL;
    (void)str_format(name, sizeof name, "judge:%s:%d", node, (int)getpid()); /* it fits */
    redis->link = redis_link_open(&redis->queue.settings, name, e);
    if (redis->link != NULL)
        return &redis->queue;
    free(redis);
    return NULL;
}
