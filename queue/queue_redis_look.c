/*
 * queue_redis_look.c - what is in Redis, whether it is fit for it, removal, the quarantine and the site's list: see queue_redis.c, of
 * which it is a part.
 */
#include "queue/queue_redis_parts.h"

#include <string.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

/* States a call of a script; how long a node counts as living. */
enum { STATES = 128, ALIVE_S = 30 };

/* ---- whether the server is fit */

/* The value of a setting of the server in text, "" where it says nothing: a hosted one may refuse CONFIG. */
static int read_config(struct queue_redis *redis, const char *name, char *text, size_t size, struct err *e)
{
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(redis);
    text[0] = '\0';
    redis_args_text(args, "CONFIG");
    redis_args_text(args, "GET");
    redis_args_text(args, name);
    if (redis_link_command(redis->link, args, &reply, e) != 0)
        return strstr(e->text, "NOPERM") != NULL || strstr(e->text, "unknown command") != NULL ? 0 : -1;
    int result = str_copy(text, size, redis_reply_text(redis_reply_item(reply, 1)));
    redis_reply_free(reply);
    return result == 0 ? 0 : err_set(e, "%s: %s is too long", redis_link_name(redis->link), name);
}

/* A write, which a replica, a server without memory and one that is loading refuse. */
int queue_redis_ping(struct queue *queue, struct err *e)
{
    (void)queue_redis_begin(queue_redis_of(queue)); /* it gets no words */
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_check, e) < 0 ? -1 : 0;
}

int queue_redis_check(struct queue *queue, struct err *e)
{
    struct queue_redis *redis = queue_redis_of(queue);
    char policy[64];
    struct err own = {""};
    if (queue_redis_ping(queue, e) != 0)
        return -1;
    if (read_config(redis, "maxmemory-policy", policy, sizeof policy, &own) != 0) {
        *e = own;
        return -1;
    }
    if (policy[0] != '\0' && strcmp(policy, "noeviction") != 0)
        return err_set(e,
                       "%s: maxmemory-policy is %s, so it throws waiting submissions away when its memory is used up: "
                       "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf",
                       redis_link_name(redis->link), policy);
    return 0;
}

/* ---- looking */

static enum queue_state state_of(char letter)
{
    return letter == 'w' ? QUEUE_WAITING : letter == 'h' ? QUEUE_HELD : letter == 'd' ? QUEUE_DEAD : QUEUE_UNKNOWN;
}

int queue_redis_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    struct redisReply *reply = NULL;
    for (size_t done = 0; done < n; done += STATES) {
        size_t some = n - done < STATES ? n - done : STATES;
        struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
        for (size_t i = 0; i < some; i++)
            redis_args_int(args, ids[done + i]);
        if (redis_link_script(queue_redis_of(queue)->link, REDIS_SCRIPT_states, args, false, &reply, e) != 0)
            return -1;
        const char *letters = redis_reply_text(reply);
        for (size_t i = 0; i < some; i++)
            states[done + i] = redis_reply_size(reply) == some ? state_of(letters[i]) : QUEUE_UNKNOWN;
        redis_reply_free(reply);
    }
    return 0;
}

int queue_redis_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    struct redisReply *reply = NULL;
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), id);
    if (redis_link_script(queue_redis_of(queue)->link, REDIS_SCRIPT_find, &queue_redis_of(queue)->args, false, &reply,
                          e) != 0)
        return -1;
    if (redis_reply_count(reply) > 0) {
        int lane = queue_lane_of(redis_reply_text(redis_reply_item(reply, 1)));
        place->state = state_of(redis_reply_text(redis_reply_item(reply, 0))[0]);
        place->lane = lane < 0 ? QUEUE_LANE_PRACTICE : (enum queue_lane)lane;
        place->language = (int)redis_reply_int(redis_reply_item(reply, 2));
        place->attempt = (int)redis_reply_int(redis_reply_item(reply, 3));
        place->enqueued_ms = redis_reply_int(redis_reply_item(reply, 4)) / 1000;
        /* What is cut is for people to read. */
        (void)str_copy(place->token, sizeof place->token, redis_reply_text(redis_reply_item(reply, 5)));
        (void)str_copy(place->owner, sizeof place->owner, redis_reply_text(redis_reply_item(reply, 6)));
        place->lease_ms = redis_reply_int(redis_reply_item(reply, 7));
        (void)str_copy(place->reason, sizeof place->reason, redis_reply_text(redis_reply_item(reply, 8)));
        place->ahead = redis_reply_int(redis_reply_item(reply, 9));
    }
    redis_reply_free(reply);
    return 0;
}

int queue_redis_stats(struct queue *queue, struct queue_stats *stats, struct err *e)
{
    struct redisReply *reply = NULL;
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), queue->settings.redis_queue);
    redis_args_text(&queue_redis_of(queue)->args, queue->node);
    if (redis_link_script(queue_redis_of(queue)->link, REDIS_SCRIPT_stats, &queue_redis_of(queue)->args, false, &reply,
                          e) != 0)
        return -1;
    for (size_t i = 0; i < QUEUE_LANES; i++)
        stats->waiting[i] = redis_reply_int(redis_reply_item(reply, i));
    stats->held = redis_reply_int(redis_reply_item(reply, QUEUE_LANES));
    stats->dead = redis_reply_int(redis_reply_item(reply, QUEUE_LANES + 1));
    stats->inbox = redis_reply_int(redis_reply_item(reply, QUEUE_LANES + 2));
    stats->oldest_ms = redis_reply_int(redis_reply_item(reply, QUEUE_LANES + 3));
    redis_reply_free(reply);
    return 0;
}

/* ---- removal and the quarantine */

int queue_redis_remove(struct queue *queue, const char *id, struct err *e)
{
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), id);
    redis_args_text(&queue_redis_of(queue)->args, "0");
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_remove, e);
}

int queue_redis_cancel(struct queue *queue, const char *id, struct err *e)
{
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), id);
    redis_args_text(&queue_redis_of(queue)->args, "1");
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_remove, e);
}

int queue_redis_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    enum { FIELDS = 4 };
    struct redisReply *reply = NULL;
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), untold ? "1" : "0");
    redis_args_int(&queue_redis_of(queue)->args, (int64_t)max);
    if (redis_link_script(queue_redis_of(queue)->link, REDIS_SCRIPT_dead_list, &queue_redis_of(queue)->args, false,
                          &reply, e) != 0)
        return -1;
    size_t count = redis_reply_count(reply) / FIELDS;
    for (size_t i = 0; i < count && i < max; i++) {
        /* They fit, or are for people to read. */
        (void)str_copy(dead[i].id, sizeof dead[i].id, redis_reply_text(redis_reply_item(reply, FIELDS * i)));
        (void)str_copy(dead[i].previous, sizeof dead[i].previous,
                       redis_reply_text(redis_reply_item(reply, FIELDS * i + 1)));
        (void)str_copy(dead[i].reason, sizeof dead[i].reason,
                       redis_reply_text(redis_reply_item(reply, FIELDS * i + 2)));
        dead[i].attempt = (int)redis_reply_int(redis_reply_item(reply, FIELDS * i + 3));
    }
    redis_reply_free(reply);
    return (int)count;
}

int queue_redis_dead_told(struct queue *queue, const char *id, struct err *e)
{
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), id);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_dead_told, e) < 0 ? -1 : 0;
}

int queue_redis_dead_retry(struct queue *queue, const char *id, struct err *e)
{
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), id);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_dead_retry, e);
}

/* ---- the site's list */

/* What is in the inbox, or comes to it without waiting. How many, or -1. */
static int inbox_now(struct queue_redis *redis, char (*texts)[QUEUE_ID_SIZE], size_t max, struct err *e)
{
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(redis);
    redis_args_text(args, redis->queue.settings.redis_queue);
    redis_args_text(args, redis->queue.node);
    redis_args_int(args, (int64_t)max);
    redis_args_int(args, QUEUE_ID_SIZE - 1);
    if (redis_link_script(redis->link, REDIS_SCRIPT_inbox_take, args, false, &reply, e) != 0)
        return -1;
    size_t count = redis_reply_count(reply);
    for (size_t i = 0; i < count && i < max; i++)
        (void)str_copy(texts[i], QUEUE_ID_SIZE, redis_reply_text(redis_reply_item(reply, i))); /* the script cuts */
    redis_reply_free(reply);
    return (int)count;
}

static int inbox_take(struct queue_redis *redis, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                      struct err *e)
{
    const struct settings *settings = &redis->queue.settings;
    char inbox[QUEUE_REDIS_KEY_SIZE];
    int64_t end_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    (void)str_format(inbox, sizeof inbox, "%sinbox:%s", settings->redis_prefix, redis->queue.node); /* see its size */
    for (;;) {
        int count = inbox_now(redis, texts, max, e);
        if (count != 0 || clock_now_us() >= end_us || queue_redis_readable(wake_fd))
            return count;
        struct redisReply *reply = NULL;
        struct redis_args *args = queue_redis_begin(redis);
        redis_args_text(args, "BRPOPLPUSH");
        redis_args_text(args, settings->redis_queue);
        redis_args_text(args, inbox);
        if (queue_redis_block(redis, end_us, wake_fd, &reply, e) < 0 && !redis_link_lost(redis->link))
            return -1;
        redis_reply_free(reply); /* it is in the inbox, from where the script takes it */
    }
}

int queue_redis_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                           struct err *e)
{
    struct queue_redis *redis = queue_redis_of(queue);
    struct err own = {""};
    e = e == NULL ? &own : e; /* it is read */
    queue_redis_limit(redis, timeout_ms);
    int result = inbox_take(redis, timeout_ms, wake_fd, texts, max, e);
    redis->until_us = 0;
    return result;
}

int queue_redis_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, queue->node);
    redis_args_text(args, text);
    redis_args_text(args, entry == NULL ? "0" : "1");
    if (entry != NULL)
        queue_redis_put_entry(args, entry);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_inbox_add, e);
}

int queue_redis_inbox_adopt(struct queue *queue, struct err *e)
{
    redis_args_text(queue_redis_begin(queue_redis_of(queue)), queue->node);
    redis_args_int(&queue_redis_of(queue)->args, ALIVE_S);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_inbox_adopt, e) < 0 ? -1 : 0;
}
