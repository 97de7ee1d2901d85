/*
 * queue.c - queue.h's calls handed to a backend, which one the settings ask for, lanes and tokens. Used by judge_client,
 * judge_node and judgectl.
 */
#include "queue/queue.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/log.h"
#include "common/str.h"
#include "queue/queue_backend.h"

#include "common/banned.h"

static const char *const lanes[] = {
    [QUEUE_LANE_EXAM] = "exam",         [QUEUE_LANE_CONTEST] = "contest", [QUEUE_LANE_TEST] = "test",
    [QUEUE_LANE_PRACTICE] = "practice", [QUEUE_LANE_REJUDGE] = "rejudge",
};
_Static_assert(sizeof lanes / sizeof lanes[0] == QUEUE_LANES, "a lane without a name");

const char *queue_lane_name(enum queue_lane lane)
{
    return lanes[lane];
}

int queue_lane_of(const char *word)
{
    for (int i = 0; i < QUEUE_LANES; i++) {
        if (strcmp(lanes[i], word) == 0)
            return i;
    }
    return -1;
}

/* ---- handles */

void *queue_new(const struct queue_backend *backend, size_t size, const struct settings *settings, const char *node,
                struct err *e)
{
    struct queue *queue = calloc(1, size);
    if (queue == NULL) {
        (void)err_set(e, "queue: out of memory");
        return NULL;
    }
    queue->backend = backend;
    queue->settings = *settings;
    if (node[0] == '\0' || strpbrk(node, ": \t\n") != NULL || str_copy(queue->node, sizeof queue->node, node) != 0) {
        (void)err_set(e, "queue: '%.32s' is no name of a node: 1 to %d bytes without ':' and blanks", node,
                      QUEUE_NODE_SIZE - 1);
        free(queue);
        return NULL;
    }
    return queue;
}

int queue_new_token(const struct queue *queue, char token[QUEUE_TOKEN_SIZE], struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char random[8];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_sys(e, errno, "get random bytes for a token");
    size_t length = strlen(queue->node);
    memcpy(token, queue->node, length);
    token[length++] = ':';
    for (size_t i = 0; i < sizeof random; i++)
        token[length++] = letters[random[i] % 32];
    token[length] = '\0';
    return 0;
}

/* OJ_HOME/name */
static struct queue *open_local(const struct settings *settings, const char *node, const char *name, struct err *e)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/%s", settings->home, name) != 0) {
        (void)err_set(e, "queue: the name of %s/%s is too long", settings->home, name);
        return NULL;
    }
    return queue_sqlite_open(settings, node, path, e);
}

/* Root makes the file now, for those who may not. Another user may come before it does, and its calls try again. */
static struct queue *open_file(const struct settings *settings, const char *node, const char *name, struct err *e)
{
    struct err own;
    struct queue *file = open_local(settings, node, name, e);
    if (file == NULL || queue_check(file, &own) == 0 || geteuid() != 0)
        return file;
    (void)err_set(e, "%s", own.text);
    queue_close(file);
    return NULL;
}

struct queue *queue_open(const struct settings *settings, const char *node, struct err *e)
{
    struct err own;
    if (!settings_has_redis(settings))
        return open_file(settings, node, settings_has_database(settings) ? "run/queue.db" : "judge.db", e);
    struct queue *local = open_local(settings, node, "run/queue.db", e);
    if (local != NULL && queue_check(local, &own) != 0) /* made now; a file that is damaged does not stop Redis */
        log_warnx("queue: %s", own.text);
    struct queue *redis = local == NULL ? NULL : queue_redis_open(settings, node, e);
    struct queue *pair = redis == NULL ? NULL : queue_pair_open(redis, local, e);
    if (pair == NULL) {
        queue_close(redis);
        queue_close(local);
    }
    return pair;
}

void queue_close(struct queue *queue)
{
    if (queue != NULL)
        queue->backend->close(queue);
}

void queue_job_fini(struct queue_job *job)
{
    free(job->inline_job);
    job->inline_job = NULL;
}

/* ---- calls */

int queue_check(struct queue *queue, struct err *e)
{
    return queue->backend->check(queue, e);
}

/* Ids go to other programs' logs and commands. */
static int check_id(const char *id, struct err *e)
{
    for (const char *p = id; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~')
            return err_set(e, "queue: '%s' is no id: printable characters without blanks", id);
    }
    return id[0] == '\0' ? err_set(e, "queue: an id is empty") : 0;
}

int queue_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    if (check_id(entry->id, e) != 0)
        return -1;
    return queue->backend->add(queue, entry, e);
}

int queue_take(struct queue *queue, const char *owner, const int *languages, size_t language_count, int timeout_ms,
               int stop_fd, struct queue_job *job, struct err *e)
{
    memset(job, 0, sizeof *job);
    return queue->backend->take(queue, owner, languages, language_count, timeout_ms, stop_fd, job, e);
}

int queue_ack(struct queue *queue, const struct queue_job *job, struct err *e)
{
    return queue->backend->ack(queue, job, e);
}

int queue_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason, struct err *e)
{
    return queue->backend->give_back(queue, job, counts, reason == NULL ? "" : reason, e);
}

int queue_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    return queue->backend->renew(queue, leases, n, e);
}

int queue_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e)
{
    return queue->backend->recover_job(queue, lease, reason == NULL ? "" : reason, e);
}

int queue_recover_expired(struct queue *queue, struct err *e)
{
    return queue->backend->recover_expired(queue, e);
}

void queue_forgive(struct queue *queue, bool own)
{
    queue->forgive_own = own;
    if (queue->backend->forgive != NULL)
        queue->backend->forgive(queue, own);
}

int queue_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    return queue->backend->states(queue, ids, n, states, e);
}

int queue_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    memset(place, 0, sizeof *place);
    return queue->backend->find(queue, id, place, e);
}

int queue_remove(struct queue *queue, const char *id, struct err *e)
{
    return queue->backend->remove(queue, id, e);
}

int queue_cancel(struct queue *queue, const char *id, struct err *e)
{
    return queue->backend->cancel(queue, id, e);
}

int queue_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    return max == 0 ? 0 : queue->backend->dead_list(queue, untold, dead, max, e);
}

int queue_dead_told(struct queue *queue, const char *id, struct err *e)
{
    return queue->backend->dead_told(queue, id, e);
}

int queue_dead_retry(struct queue *queue, const char *id, struct err *e)
{
    return queue->backend->dead_retry(queue, id, e);
}

int queue_stats(struct queue *queue, struct queue_stats *stats, struct err *e)
{
    memset(stats, 0, sizeof *stats);
    return queue->backend->stats(queue, stats, e);
}

int queue_publish(struct queue *queue, const char *channel, const char *text, struct err *e)
{
    return queue->backend->publish == NULL ? 0 : queue->backend->publish(queue, channel, text, e);
}

int queue_announce(struct queue *queue, const int *languages, size_t count, struct err *e)
{
    char text[QUEUE_OFFER_SIZE] = ",";
    for (size_t i = 0, used = 1; i < count; i++, used += strlen(text + used)) {
        if (str_format(text + used, sizeof text - used, "%d,", languages[i]) != 0)
            return err_set(e, "queue: %zu languages are too many to announce", count);
    }
    return queue->backend->announce(queue, text, e) < 0 ? -1 : 0;
}

int queue_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e)
{
    return queue->backend->offers(queue, offers, max, e);
}

bool queue_offer_has(const struct queue_offer *offer, int language)
{
    char word[16];
    (void)str_format(word, sizeof word, ",%d,", language); /* it fits */
    return strstr(offer->languages, word) != NULL;
}

int queue_listed(struct queue *queue, const char *text, struct err *e)
{
    return queue->backend->listed == NULL ? 0 : queue->backend->listed(queue, text, e);
}

int queue_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                     struct err *e)
{
    if (queue->backend->inbox_take == NULL || max == 0)
        return 0;
    return queue->backend->inbox_take(queue, timeout_ms, wake_fd, texts, max, e);
}

int queue_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e)
{
    if (queue->backend->inbox_add == NULL)
        return 0;
    if (entry != NULL && check_id(entry->id, e) != 0)
        return -1;
    return queue->backend->inbox_add(queue, text, entry, e);
}

int queue_inbox_adopt(struct queue *queue, struct err *e)
{
    return queue->backend->inbox_adopt == NULL ? 0 : queue->backend->inbox_adopt(queue, e);
}
