/*
 * queue_sqlite_offers.c - which languages the workers of this box offer: for people who ask. Part of queue_sqlite.c; runs where that
 * does.
 */
#include "queue/queue_sqlite_parts.h"

#include "common/str.h"

#include "common/banned.h"

#define KEPT_US INT64_C(86400000000)

int queue_sqlite_announce(struct queue *queue, const char *languages, struct err *e)
{
    struct queue_sqlite *sqlite = queue_sqlite_of(queue);
    if (queue_sqlite_ready(sqlite, e) != 0)
        return -1;
    struct db_statement *say =
        queue_sqlite_by_id(sqlite, "INSERT OR REPLACE INTO queue_offer VALUES(?, ?, ?)", queue->node, e);
    if (say == NULL)
        return -1;
    db_bind_int(say, 2, queue_sqlite_wall_us());
    db_bind_text(say, 3, languages);
    return queue_sqlite_run(say, e);
}

int queue_sqlite_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e)
{
    struct queue_sqlite *sqlite = queue_sqlite_of(queue);
    int64_t now_us = queue_sqlite_wall_us();
    int found, count = 0;
    if (queue_sqlite_ready(sqlite, e) != 0)
        return -1;
    struct db_statement *select = db_prepare(
        sqlite->db, "SELECT node, said_us, languages FROM queue_offer WHERE said_us > ? ORDER BY node LIMIT ?", e);
    if (select == NULL)
        return -1;
    db_bind_int(select, 1, now_us - KEPT_US);
    db_bind_int(select, 2, (int64_t)max);
    while ((found = db_step(select, e)) == 1) {
        struct queue_offer *offer = &offers[count++];
        int64_t age_ms = (now_us - db_int(select, 1)) / 1000;
        offer->age_ms = age_ms < 0 ? 0 : age_ms; /* a clock that was set */
        /* They fit: announce wrote them. */
        (void)str_copy(offer->node, sizeof offer->node, db_text(select, 0));
        (void)str_copy(offer->languages, sizeof offer->languages, db_text(select, 2));
    }
    return found < 0 ? -1 : count;
}
