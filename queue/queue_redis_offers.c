/*
 * queue_redis_offers.c - which languages the nodes offer, and what was pushed and not taken in: for people who ask. Part of
 * queue_redis.c; runs where that does.
 */
#include "queue/queue_redis_parts.h"

#include "common/str.h"

#include "common/banned.h"

enum { KEPT_MS = 24 * 3600 * 1000, LISTED_MOST = 5000, FIELDS = 3 };

int queue_redis_announce(struct queue *queue, const char *languages, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, queue->node);
    redis_args_text(args, languages);
    redis_args_int(args, KEPT_MS);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_announce, e);
}

int queue_redis_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e)
{
    struct queue_redis *redis = queue_redis_of(queue);
    struct redisReply *reply = NULL;
    struct redis_args *args = queue_redis_begin(redis);
    if (redis_link_script(redis->link, REDIS_SCRIPT_offers, args, false, &reply, e) != 0)
        return -1;
    size_t count = redis_reply_count(reply) / FIELDS;
    count = count < max ? count : max;
    for (size_t i = 0; i < count; i++) {
        /* They fit: announce wrote them. */
        (void)str_copy(offers[i].node, sizeof offers[i].node, redis_reply_text(redis_reply_item(reply, FIELDS * i)));
        offers[i].age_ms = redis_reply_int(redis_reply_item(reply, FIELDS * i + 1));
        (void)str_copy(offers[i].languages, sizeof offers[i].languages,
                       redis_reply_text(redis_reply_item(reply, FIELDS * i + 2)));
    }
    redis_reply_free(reply);
    return (int)count;
}

int queue_redis_listed(struct queue *queue, const char *text, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, queue->settings.redis_queue);
    redis_args_text(args, text);
    redis_args_int(args, LISTED_MOST);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_listed, e);
}
