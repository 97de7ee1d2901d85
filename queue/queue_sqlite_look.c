/*
 * queue_sqlite_look.c - what is in the file, removal and the quarantine: see queue_sqlite.c, of which it is a part.
 */
#include "queue/queue_sqlite_parts.h"

#include <string.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

/* ---- looking */

int queue_sqlite_check(struct queue *queue, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    /* A full disk shows when something is written. */
    struct db_statement *write =
        queue_sqlite_by_id(queue_sqlite_of(queue), "INSERT OR REPLACE INTO queue_meta VALUES('checked', ?)", "", e);
    if (write != NULL)
        db_bind_int(write, 1, queue_sqlite_wall_us());
    return queue_sqlite_run(write, e) < 0 ? -1 : 0;
}

int queue_sqlite_state(struct queue *queue, const char *id, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    struct db_statement *select =
        queue_sqlite_by_id(queue_sqlite_of(queue), "SELECT state FROM queue_job WHERE id = ?", id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found == 1)
        found = (int)db_int(select, 0);
    db_end(select);
    return found;
}

int queue_sqlite_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e)
{
    char id[32];
    for (size_t i = 0; i < n; i++) {
        (void)str_format(id, sizeof id, "%lld", (long long)ids[i]); /* it fits */
        int state = queue_sqlite_state(queue, id, e);
        if (state < 0)
            return -1;
        states[i] = (enum queue_state)state;
    }
    return 0;
}

int queue_sqlite_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    struct db_statement *select = queue_sqlite_by_id(
        queue_sqlite_of(queue),
        "SELECT state, lane, language, attempt, token, owner, deadline_us, boot, arrived_us, reason,"
        " (SELECT count(*) FROM queue_job b WHERE b.state = 1 AND (b.lane < a.lane OR"
        "   (b.lane = a.lane AND (b.score, b.number) < (a.score, a.number)))) FROM queue_job a WHERE id = ?",
        id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found <= 0)
        return found;
    place->state = (enum queue_state)db_int(select, 0);
    place->lane = (enum queue_lane)db_int(select, 1);
    place->language = (int)db_int(select, 2);
    place->attempt = (int)db_int(select, 3);
    /* They were of these sizes, or are for people to read. */
    (void)str_copy(place->token, sizeof place->token, db_text(select, 4));
    (void)str_copy(place->owner, sizeof place->owner, db_text(select, 5));
    if (place->state == QUEUE_HELD && strcmp(db_text(select, 7), queue_sqlite_of(queue)->boot) == 0)
        place->lease_ms = (db_int(select, 6) - clock_now_us()) / 1000;
    place->enqueued_ms = db_int(select, 8) / 1000;
    (void)str_copy(place->reason, sizeof place->reason, db_text(select, 9));
    place->ahead = place->state == QUEUE_WAITING ? db_int(select, 10) : 0;
    db_end(select);
    return 0;
}

int queue_sqlite_stats(struct queue *queue, struct queue_stats *stats, struct err *e)
{
    int found;
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    struct db_statement *select =
        db_prepare(queue_sqlite_of(queue)->db,
                   "SELECT state, lane, count(*), min(arrived_us) FROM queue_job GROUP BY state, lane", e);
    int64_t now_us = queue_sqlite_wall_us();
    while ((found = select == NULL ? -1 : db_step(select, e)) == 1) {
        int64_t state = db_int(select, 0), lane = db_int(select, 1), count = db_int(select, 2);
        int64_t age_ms = (now_us - db_int(select, 3)) / 1000;
        if (state == QUEUE_HELD)
            stats->held += count;
        else if (state == QUEUE_DEAD)
            stats->dead += count;
        else if (lane >= 0 && lane < QUEUE_LANES)
            stats->waiting[lane] += count;
        if (state == QUEUE_WAITING && age_ms > stats->oldest_ms)
            stats->oldest_ms = age_ms;
    }
    return found;
}

/* ---- removal and the quarantine */

int queue_sqlite_remove(struct queue *queue, const char *id, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    return queue_sqlite_run(
        queue_sqlite_by_id(queue_sqlite_of(queue), "DELETE FROM queue_job WHERE id = ? AND state <> 2", id, e), e);
}

int queue_sqlite_cancel(struct queue *queue, const char *id, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    return queue_sqlite_run(queue_sqlite_by_id(queue_sqlite_of(queue), "DELETE FROM queue_job WHERE id = ?", id, e), e);
}

int queue_sqlite_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    struct db_statement *select = db_prepare(queue_sqlite_of(queue)->db,
                                             "SELECT id, previous, reason, attempt FROM queue_job WHERE state = 3 AND "
                                             "told <= ? ORDER BY dead_us DESC, number DESC LIMIT ?",
                                             e);
    if (select == NULL)
        return -1;
    db_bind_int(select, 1, untold ? 0 : 1);
    db_bind_int(select, 2, (int64_t)max);
    int found, count = 0;
    while ((found = db_step(select, e)) == 1) {
        /* They were of these sizes, or are for people to read. */
        (void)str_copy(dead[count].id, sizeof dead[count].id, db_text(select, 0));
        (void)str_copy(dead[count].previous, sizeof dead[count].previous, db_text(select, 1));
        (void)str_copy(dead[count].reason, sizeof dead[count].reason, db_text(select, 2));
        dead[count++].attempt = (int)db_int(select, 3);
    }
    return found < 0 ? -1 : count;
}

int queue_sqlite_dead_told(struct queue *queue, const char *id, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    return queue_sqlite_run(queue_sqlite_by_id(queue_sqlite_of(queue),
                                               "UPDATE queue_job SET told = 1 WHERE id = ? AND state = 3", id, e),
                            e) < 0
               ? -1
               : 0;
}

int queue_sqlite_dead_retry(struct queue *queue, const char *id, struct err *e)
{
    if (queue_sqlite_ready(queue_sqlite_of(queue), e) != 0)
        return -1;
    int result = queue_sqlite_run(
        queue_sqlite_by_id(queue_sqlite_of(queue),
                           "UPDATE queue_job SET state = 1, attempt = 1, reason = '', dead_us = 0, told = 0 "
                           "WHERE id = ? AND state = 3",
                           id, e),
        e);
    if (result == 1)
        queue_sqlite_wake(queue_sqlite_of(queue));
    return result;
}
