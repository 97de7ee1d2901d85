/*
 * queue_sqlite_leases.c - the end of a delivery and the renewal of leases in a file: see queue_sqlite.c, of which it is a part.
 */
#include "queue/queue_sqlite_parts.h"

#include <string.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

enum { PREVIOUS = 4 };

/* ---- the end of a delivery */

int queue_sqlite_ack(struct queue *queue, const struct queue_job *job, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    struct db_statement *statement = queue_sqlite_by_id(
        queue_sqlite_of(queue), "DELETE FROM queue_job WHERE id = ? AND state = 2 AND token = ?", job->id, e);
    if (statement != NULL)
        db_bind_text(statement, 2, job->token);
    return queue_sqlite_run(statement, e);
}

/* The token before those of earlier deliveries, four in all. */
static void add_previous(char previous[QUEUE_PREVIOUS_SIZE], const char *token)
{
    char all[QUEUE_PREVIOUS_SIZE + QUEUE_TOKEN_SIZE + 1];
    (void)str_format(all, sizeof all, "%s%s%s", token, previous[0] == '\0' ? "" : " ", previous); /* see its size */
    char *end = all;
    for (int i = 0; i < PREVIOUS && *end != '\0'; i++)
        end += strcspn(end + 1, " ") + 1;
    *end = '\0';
    (void)str_copy(previous, QUEUE_PREVIOUS_SIZE, all); /* four tokens and three blanks fit */
}

/* A held job goes back to its old place, or to the quarantine: 1 or 2; 0 where it is not held with that token (NULL: any); -1. */
static int put_back(struct queue_sqlite *sqlite, const char *id, const char *token, bool counts, const char *reason,
                    struct err *e)
{
    char previous[QUEUE_PREVIOUS_SIZE];
    struct db_statement *row = queue_sqlite_by_id(
        sqlite, "SELECT attempt, bare, previous, token FROM queue_job WHERE id = ? AND state = 2", id, e);
    int found = row == NULL ? -1 : db_step(row, e);
    if (found == 1 && token != NULL && strcmp(db_text(row, 3), token) != 0)
        found = 0;
    if (found <= 0) {
        db_end(row);
        return found;
    }
    int64_t attempt = db_int(row, 0) + counts;
    bool bare = db_int(row, 1) != 0, dead = attempt > sqlite->queue.settings.max_attempts;
    (void)str_copy(previous, sizeof previous, db_text(row, 2)); /* of that size */
    add_previous(previous, db_text(row, 3));
    db_end(row);
    if (bare) /* nothing is known of it: the store's sweep finds the row */
        return queue_sqlite_run(queue_sqlite_by_id(sqlite, "DELETE FROM queue_job WHERE id = ?", id, e), e);
    struct db_statement *update = queue_sqlite_by_id(
        sqlite,
        "UPDATE queue_job SET state = ?2, attempt = ?3, previous = ?4, reason = ?5, dead_us = ?6, token = '', "
        "owner = '', told = 0 WHERE id = ?1",
        id, e);
    if (update == NULL)
        return -1;
    db_bind_int(update, 2, dead ? QUEUE_DEAD : QUEUE_WAITING);
    db_bind_int(update, 3, dead ? attempt - 1 : attempt);
    db_bind_text(update, 4, previous);
    db_bind_text(update, 5, reason);
    db_bind_int(update, 6, dead ? queue_sqlite_wall_us() : 0);
    return queue_sqlite_run(update, e) < 0 ? -1 : dead ? 2 : 1;
}

/* What the holder knows of a job whose lease is bare. 0 or -1. */
static int fill_bare(struct queue_sqlite *sqlite, const struct queue_job *job, struct err *e)
{
    struct db_statement *fill = queue_sqlite_by_id(
        sqlite,
        "UPDATE queue_job SET bare = 0, lane = ?2, language = ?3, problem = ?4, user = ?5, attempt = ?6, "
        "previous = ?7, arrived_us = ?8, score = ?8, inline_job = ?9 WHERE id = ?1 AND bare AND token = ?10",
        job->id, e);
    if (fill == NULL)
        return -1;
    db_bind_int(fill, 2, job->lane);
    db_bind_int(fill, 3, job->language);
    db_bind_int(fill, 4, job->problem);
    db_bind_text(fill, 5, job->user);
    db_bind_int(fill, 6, job->attempt);
    db_bind_text(fill, 7, job->previous);
    db_bind_int(fill, 8, job->enqueued_ms * 1000);
    db_bind_text(fill, 9, job->inline_job);
    db_bind_text(fill, 10, job->token);
    return queue_sqlite_run(fill, e) < 0 ? -1 : 0;
}

int queue_sqlite_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason,
                           struct err *e)
{
    struct queue_sqlite *sqlite = queue_sqlite_of(queue);
    if (queue_sqlite_start(sqlite, e) != 0)
        return -1;
    int result = fill_bare(sqlite, job, e) != 0 ? -1 : put_back(sqlite, job->id, job->token, counts, reason, e);
    result = queue_sqlite_finish(sqlite, result, e);
    if (result == 1)
        queue_sqlite_wake(sqlite);
    return result > 1 ? 1 : result;
}

int queue_sqlite_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e)
{
    if (queue_sqlite_start(queue_sqlite_of(queue), e) != 0)
        return -1;
    int result = queue_sqlite_finish(queue_sqlite_of(queue),
                                     put_back(queue_sqlite_of(queue), lease->id, lease->token, true, reason, e), e);
    if (result == 1)
        queue_sqlite_wake(queue_sqlite_of(queue));
    return result;
}

/* See queue_forgive. A box that went down with its job is no agent that was away. */
static bool is_forgiven(const struct queue_sqlite *sqlite, const char *owner, const char *previous, bool same_boot)
{
    size_t length = strlen(sqlite->queue.node);
    int deliveries = previous[0] != '\0';
    for (const char *at = previous; (at = strchr(at, ' ')) != NULL; at++)
        deliveries++;
    return sqlite->queue.forgive_own && same_boot && strncmp(owner, sqlite->queue.node, length) == 0 &&
           owner[length] == '/' && deliveries < QUEUE_FORGIVEN;
}

/* One lease past its deadline: 1, 0 where there is none, -1. */
static int recover_one(struct queue_sqlite *sqlite, struct err *e)
{
    char id[QUEUE_ID_SIZE], reason[QUEUE_REASON_SIZE];
    struct db_statement *expired = queue_sqlite_by_id(
        sqlite,
        "SELECT id, owner, previous, boot = ?1 FROM queue_job WHERE state = 2 AND (boot <> ?1 OR deadline_us <= ?2) "
        "LIMIT 1",
        sqlite->boot, e);
    if (expired == NULL)
        return -1;
    db_bind_int(expired, 2, clock_now_us());
    int found = db_step(expired, e);
    if (found <= 0)
        return found;
    (void)str_copy(id, sizeof id, db_text(expired, 0));                                          /* of that size */
    (void)str_format(reason, sizeof reason, "the lease of %.100s ran out", db_text(expired, 1)); /* it fits */
    bool forgiven = is_forgiven(sqlite, db_text(expired, 1), db_text(expired, 2), db_int(expired, 3) != 0);
    db_end(expired);
    return put_back(sqlite, id, NULL, !forgiven, reason, e) < 0 ? -1 : 1;
}

int queue_sqlite_recover_expired(struct queue *queue, struct err *e)
{
    int count = 0, result;
    if (queue_sqlite_start(queue_sqlite_of(queue), e) != 0)
        return -1;
    while ((result = recover_one(queue_sqlite_of(queue), e)) == 1)
        count++;
    result = queue_sqlite_finish(queue_sqlite_of(queue), result < 0 ? -1 : count, e);
    if (result > 0)
        queue_sqlite_wake(queue_sqlite_of(queue));
    return result;
}

/* ---- renewal */

static int read_epoch(struct queue_sqlite *sqlite, char epoch[QUEUE_TOKEN_SIZE], struct err *e)
{
    struct db_statement *select = queue_sqlite_by_id(sqlite, "SELECT value FROM queue_meta WHERE name = ?", "epoch", e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found == 1)
        (void)str_copy(epoch, QUEUE_TOKEN_SIZE, db_text(select, 0)); /* of that size */
    db_end(select);
    return found < 0 ? -1 : 0;
}

static int renew_one(struct queue_sqlite *sqlite, struct queue_lease *lease, bool wiped, int64_t deadline_us,
                     struct err *e)
{
    struct db_statement *update = queue_sqlite_by_id(
        sqlite, "UPDATE queue_job SET boot = ?2, deadline_us = ?3 WHERE id = ?1 AND state = 2 AND token = ?4",
        lease->id, e);
    struct db_statement *insert = queue_sqlite_by_id(
        sqlite,
        "INSERT OR IGNORE INTO queue_job(id, state, lane, language, problem, user, attempt, arrived_us, score, "
        "boot, deadline_us, token, owner, bare) VALUES(?1, 2, 3, -1, 0, '', 1, ?5, ?5, ?2, ?3, ?4, ?6, 1)",
        lease->id, e);
    if (update == NULL || insert == NULL)
        return -1;
    struct db_statement *both[] = {update, insert};
    for (int i = 0; i < 2; i++) {
        db_bind_text(both[i], 2, sqlite->boot);
        db_bind_int(both[i], 3, deadline_us);
        db_bind_text(both[i], 4, lease->token);
    }
    char owner[QUEUE_TOKEN_SIZE + 2];
    (void)str_format(owner, sizeof owner, "%.*s/?", (int)strcspn(lease->token, ":"), lease->token); /* it fits */
    db_bind_int(insert, 5, queue_sqlite_wall_us());
    db_bind_text(insert, 6, owner);
    int64_t changed = db_run(update, e);
    if (changed == 0 && wiped)
        changed = db_run(insert, e);
    db_end(insert);
    lease->kept = changed == 1;
    return changed < 0 ? -1 : 0;
}

int queue_sqlite_adopt(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    queue_sqlite_of(queue)->epoch[0] = '\0'; /* what is missing was never here */
    return queue->backend->renew(queue, leases, n, e);
}

int queue_sqlite_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    struct queue_sqlite *sqlite = queue_sqlite_of(queue);
    char epoch[QUEUE_TOKEN_SIZE] = "";
    if (queue_sqlite_start(sqlite, e) != 0)
        return -1;
    int result = read_epoch(sqlite, epoch, e);
    bool wiped = strcmp(epoch, sqlite->epoch) != 0;
    int64_t deadline_us = clock_now_us() + queue->settings.lease_ms * 1000;
    for (size_t i = 0; i < n && result == 0; i++)
        result = renew_one(sqlite, &leases[i], wiped, deadline_us, e);
    result = queue_sqlite_finish(sqlite, result, e);
    if (result == 0)
        (void)str_copy(sqlite->epoch, sizeof sqlite->epoch, epoch); /* of that size */
    return result;
}
