/*
 * queue_sqlite_lanes.c - what a taker gets next from a file: the rules of scripts/take.lua. Part of queue_sqlite.c; runs where that does.
 */
#include "queue/queue_sqlite_parts.h"

#include "common/str.h"

#include "common/banned.h"

/* As in scripts/common.lua and scripts/take.lua. */
#define ROUND_US INT64_C(86400000000)
#define TAKER_US INT64_C(600000000)
enum { ROUNDS_MOST = 144, PASSED_MOST = 9, PERCENT = 100 };

static int64_t round_of(int64_t score, int64_t arrived_us)
{
    int64_t ahead = score - arrived_us;
    return ahead < 0 ? 0 : (ahead + ROUND_US / 2) / ROUND_US;
}

/* ---- where a job goes */

/* The number in the first column of the statement's row, which may be missing, or NULL: then `none`. 0 or -1. */
static int read_number(struct db_statement *statement, int64_t none, int64_t *number, struct err *e)
{
    int found = statement == NULL ? -1 : db_step(statement, e);
    *number = found == 1 && !db_is_null(statement, 0) ? db_int(statement, 0) : none;
    db_end(statement);
    return found < 0 ? -1 : 0;
}

/* The round of the last that was taken there, or of the first that waits, where that is an earlier one. */
static int round_now(struct queue_sqlite *sqlite, enum queue_lane lane, int64_t *now, struct err *e)
{
    struct db_statement *first = db_prepare(
        sqlite->db,
        "SELECT score, arrived_us FROM queue_job WHERE state = 1 AND lane = ? ORDER BY score, number LIMIT 1", e);
    if (first == NULL)
        return -1;
    db_bind_int(first, 1, lane);
    int found = db_step(first, e);
    int64_t head = found == 1 ? round_of(db_int(first, 0), db_int(first, 1)) : 0;
    db_end(first);
    *now = 0;
    if (found < 0 || head == 0)
        return found < 0 ? -1 : 0;
    struct db_statement *last = db_prepare(sqlite->db, "SELECT round FROM queue_lane WHERE lane = ?", e);
    if (last != NULL)
        db_bind_int(last, 1, lane);
    if (read_number(last, 0, now, e) != 0)
        return -1;
    *now = *now < head ? *now : head;
    return 0;
}

int queue_sqlite_score(struct queue_sqlite *sqlite, enum queue_lane lane, const char *user, int64_t arrived_us,
                       int64_t *score, struct err *e)
{
    int64_t now, before = 0;
    if (round_now(sqlite, lane, &now, e) != 0)
        return -1;
    if (user[0] != '\0') {
        struct db_statement *count = db_prepare(
            sqlite->db,
            "SELECT count(*) FROM (SELECT 1 FROM queue_job WHERE state = 1 AND lane = ? AND user = ? LIMIT ?)", e);
        if (count == NULL)
            return -1;
        db_bind_int(count, 1, lane);
        db_bind_text(count, 2, user);
        db_bind_int(count, 3, ROUNDS_MOST);
        if (read_number(count, 0, &before, e) != 0)
            return -1;
    }
    *score = arrived_us + (now + before) * ROUND_US;
    return 0;
}

/* ---- what is taken */

int queue_sqlite_waits(struct queue_sqlite *sqlite, const char *offered, struct err *e)
{
    struct db_statement *first = queue_sqlite_by_id(
        sqlite, "SELECT 1 FROM queue_job WHERE state = 1 AND instr(?, ',' || language || ',') LIMIT 1", offered, e);
    int found = first == NULL ? -1 : db_step(first, e);
    db_end(first);
    return found;
}

/* The first of the lane: 1, 0, -1. */
static int read_head(struct queue_sqlite *sqlite, const char *offered, int lane, struct queue_sqlite_head *head,
                     struct err *e)
{
    struct db_statement *first = queue_sqlite_by_id(
        sqlite,
        "SELECT id, language, score, arrived_us, (SELECT takes FROM queue_passed AS p WHERE p.lane = j.lane AND "
        "p.language = j.language) FROM queue_job AS j WHERE state = 1 AND instr(?1, ',' || language || ',') AND "
        "lane = ?2 ORDER BY score, number LIMIT 1",
        offered, e);
    if (first == NULL)
        return -1;
    db_bind_int(first, 2, lane);
    int found = db_step(first, e);
    if (found == 1) {
        (void)str_copy(head->id, sizeof head->id, db_text(first, 0)); /* of that size */
        head->lane = lane;
        head->language = (int)db_int(first, 1);
        head->round = round_of(db_int(first, 2), db_int(first, 3));
        head->passed = db_is_null(first, 4) ? 0 : db_int(first, 4);
    }
    db_end(first);
    return found;
}

/* Whether rejudges hold their share of those who take jobs, at least one, and others come: 1, 0, -1. */
static int share_is_held(struct queue_sqlite *sqlite, const char *owner, bool others_wait, struct err *e)
{
    int64_t now_us = queue_sqlite_wall_us(), others_us, slots, held;
    const struct settings *settings = &sqlite->queue.settings;
    struct db_statement *others = db_prepare(sqlite->db, "SELECT max(taken_us) FROM queue_lane WHERE lane <> ?", e);
    if (others != NULL)
        db_bind_int(others, 1, QUEUE_LANE_REJUDGE);
    if (read_number(others, 0, &others_us, e) != 0)
        return -1;
    if (!others_wait && (others_us > now_us || now_us - others_us >= settings->rejudge_quiet_ms * 1000))
        return 0;
    struct db_statement *takers =
        queue_sqlite_by_id(sqlite, "SELECT count(*) FROM queue_taker WHERE took_us > ?2 AND owner <> ?1", owner, e);
    if (takers != NULL)
        db_bind_int(takers, 2, now_us - TAKER_US);
    if (read_number(takers, 0, &slots, e) != 0)
        return -1;
    struct db_statement *rejudges =
        db_prepare(sqlite->db, "SELECT count(*) FROM queue_job WHERE state = 2 AND lane = ?", e);
    if (rejudges != NULL)
        db_bind_int(rejudges, 1, QUEUE_LANE_REJUDGE);
    if (read_number(rejudges, 0, &held, e) != 0)
        return -1;
    int64_t most = (slots + 1) * settings->rejudge_max_share / PERCENT;
    return held >= (most < 1 ? 1 : most);
}

int queue_sqlite_choose(struct queue_sqlite *sqlite, const char *offered, const char *owner,
                        struct queue_sqlite_choice *choice, struct err *e)
{
    *choice = (struct queue_sqlite_choice){.count = 0};
    for (int lane = 0; lane < QUEUE_LANES; lane++) {
        int found = read_head(sqlite, offered, lane, &choice->heads[choice->count], e);
        int held = found == 1 && lane == QUEUE_LANE_REJUDGE ? share_is_held(sqlite, owner, choice->count > 0, e) : 0;
        if (found < 0 || held < 0)
            return -1;
        choice->withheld = held == 1;
        choice->count += found == 1 && held == 0;
    }
    for (size_t i = 1; i < choice->count; i++) {
        int64_t passed = choice->heads[i].passed;
        if (passed >= PASSED_MOST && (choice->turn == 0 || passed > choice->heads[choice->turn].passed))
            choice->turn = i;
    }
    if (choice->count == 0)
        return 0;
    (void)str_copy(choice->id, sizeof choice->id, choice->heads[choice->turn].id); /* of one size */
    return 1;
}

/* Counts the takes that passed a lane by; the chosen one's begin again. 0 or -1. */
static int count_passed(struct queue_sqlite *sqlite, const struct queue_sqlite_choice *choice, struct err *e)
{
    for (size_t i = choice->turn; i < choice->count; i++) {
        const struct queue_sqlite_head *head = &choice->heads[i];
        if (i == choice->turn && head->passed == 0)
            continue;
        struct db_statement *passed = db_prepare(sqlite->db, "INSERT OR REPLACE INTO queue_passed VALUES(?, ?, ?)", e);
        if (passed == NULL)
            return -1;
        db_bind_int(passed, 1, head->lane);
        db_bind_int(passed, 2, head->language);
        db_bind_int(passed, 3, i == choice->turn ? 0 : head->passed + 1);
        if (queue_sqlite_run(passed, e) < 0)
            return -1;
    }
    return 0;
}

int queue_sqlite_chosen(struct queue_sqlite *sqlite, const struct queue_sqlite_choice *choice, const char *owner,
                        struct err *e)
{
    const struct queue_sqlite_head *head = &choice->heads[choice->turn];
    int64_t now_us = queue_sqlite_wall_us();
    struct db_statement *lane = db_prepare(sqlite->db, "INSERT OR REPLACE INTO queue_lane VALUES(?, ?, ?)", e);
    if (lane == NULL)
        return -1;
    db_bind_int(lane, 1, head->lane);
    db_bind_int(lane, 2, head->round);
    db_bind_int(lane, 3, now_us);
    if (queue_sqlite_run(lane, e) < 0)
        return -1;
    struct db_statement *taker =
        queue_sqlite_by_id(sqlite, "INSERT OR REPLACE INTO queue_taker VALUES(?, ?)", owner, e);
    if (taker == NULL)
        return -1;
    db_bind_int(taker, 2, now_us);
    if (queue_sqlite_run(taker, e) < 0)
        return -1;
    struct db_statement *gone = db_prepare(sqlite->db, "DELETE FROM queue_taker WHERE took_us <= ?", e);
    if (gone == NULL)
        return -1;
    db_bind_int(gone, 1, now_us - TAKER_US);
    return queue_sqlite_run(gone, e) < 0 ? -1 : count_passed(sqlite, choice, e);
}
