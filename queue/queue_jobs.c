/*
 * queue_jobs.c - queue.h's calls for self-contained jobs, handed to a backend. Used by judge_client and judge_node.
 */
#include "queue/queue_backend.h"

#include "common/banned.h"

static int without(struct err *e)
{
    return err_set(e, "queue: self-contained jobs need [redis] in judge.conf");
}

int queue_jobs_look(struct queue *queue, struct queue_text *texts, size_t max, struct err *e)
{
    return queue->backend->jobs_look == NULL ? 0 : queue->backend->jobs_look(queue, texts, max, e);
}

int queue_jobs_add(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry, struct err *e)
{
    return queue->backend->jobs_add == NULL ? without(e) : queue->backend->jobs_add(queue, text, entry, e);
}

int queue_jobs_refuse(struct queue *queue, const struct queue_text *text, const char *id, const char *result,
                      struct err *e)
{
    return queue->backend->jobs_refuse == NULL ? without(e) : queue->backend->jobs_refuse(queue, text, id, result, e);
}

int queue_jobs_end(struct queue *queue, const struct queue_job *job, const char *result, struct err *e)
{
    return queue->backend->jobs_end == NULL ? without(e) : queue->backend->jobs_end(queue, job, result, e);
}

int queue_jobs_tell(struct queue *queue, const char *id, const char *result, struct err *e)
{
    return queue->backend->jobs_tell == NULL ? 0 : queue->backend->jobs_tell(queue, id, result, e);
}

int queue_jobs_cancel(struct queue *queue, const char *id, const char *result, struct err *e)
{
    return queue->backend->jobs_cancel == NULL ? without(e) : queue->backend->jobs_cancel(queue, id, result, e);
}
