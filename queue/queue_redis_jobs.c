/*
 * queue_redis_jobs.c - self-contained jobs in Redis: from oj_job_queue to a lane, from a verdict to job_result:ID. Runs in
 * judge_client and judge_node; reads nothing of what a job says.
 */
#include "queue/queue_redis_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

static void put_bytes(struct redis_args *args, const struct queue_text *text)
{
    redis_args_text(args, text->bytes);
    args->sizes[args->count - 1] = text->size; /* there may be NUL in it */
}

int queue_redis_jobs_look(struct queue *queue, struct queue_text *texts, size_t max, struct err *e)
{
    struct redisReply *reply = NULL;
    struct queue_redis *redis = queue_redis_of(queue);
    redis_args_int(queue_redis_begin(redis), (int64_t)max);
    if (redis_link_script(redis->link, REDIS_SCRIPT_jobs_look, &redis->args, false, &reply, e) != 0)
        return -1;
    size_t count = redis_reply_count(reply), done = 0;
    for (; done < count && done < max; done++) {
        const struct redisReply *item = redis_reply_item(reply, done);
        texts[done].size = redis_reply_size(item);
        texts[done].bytes = malloc(texts[done].size + 1);
        if (texts[done].bytes == NULL)
            break;
        memcpy(texts[done].bytes, redis_reply_text(item), texts[done].size);
        texts[done].bytes[texts[done].size] = '\0';
    }
    redis_reply_free(reply);
    return done == 0 && count > 0 ? err_set(e, "out of memory") : (int)done;
}

int queue_redis_jobs_add(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry,
                         struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    put_bytes(args, text);
    queue_redis_put_entry(args, entry);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_jobs_add, e);
}

int queue_redis_jobs_refuse(struct queue *queue, const struct queue_text *text, const char *id, const char *result,
                            struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    put_bytes(args, text);
    redis_args_text(args, id);
    redis_args_text(args, result);
    redis_args_int(args, queue->settings.jobs_ttl_s);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_jobs_refuse, e);
}

static int end(struct queue *queue, const char *id, const char *token, const char *result, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, id);
    redis_args_text(args, token);
    redis_args_text(args, result);
    redis_args_int(args, queue->settings.jobs_ttl_s);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_jobs_end, e);
}

int queue_redis_jobs_end(struct queue *queue, const struct queue_job *job, const char *result, struct err *e)
{
    return end(queue, job->id, job->token, result, e);
}

int queue_redis_jobs_tell(struct queue *queue, const char *id, const char *result, struct err *e)
{
    return end(queue, id, "", result, e);
}

int queue_redis_jobs_cancel(struct queue *queue, const char *id, const char *result, struct err *e)
{
    struct redis_args *args = queue_redis_begin(queue_redis_of(queue));
    redis_args_text(args, id);
    redis_args_text(args, result);
    redis_args_int(args, queue->settings.jobs_ttl_s);
    return queue_redis_number(queue_redis_of(queue), REDIS_SCRIPT_jobs_cancel, e);
}
