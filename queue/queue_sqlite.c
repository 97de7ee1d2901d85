/*
 * queue_sqlite.c - see queue.h and docs/queue.md: the queue in a file of SQLite, its own or the store's. Runs in judge_client and
 * judgectl as root, in judge_node under its own uid; all write to one file. Its order is that of scripts/common.lua.
 *
 * Leases are measured on CLOCK_MONOTONIC, with the id of the boot: a clock that is set ends none, a reboot ends all.
 * Who adds touches FILE.wake, which takers watch.
 */
#include "queue/queue_sqlite_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/db_sqlite.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { LANGUAGES = 96, UNWATCHED_MS = 100, WAKE_MADE_MS = 1000, WAKE_PAUSE_MS = 10 };

/* state: enum queue_state; lane: enum queue_lane. A row that is bare holds a lease of a job that is not in this file. */
static const char schema[] = //
    "CREATE TABLE IF NOT EXISTS queue_meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS queue_job("
    " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL, lane INTEGER NOT NULL,"
    " language INTEGER NOT NULL, problem INTEGER NOT NULL, user TEXT NOT NULL, attempt INTEGER NOT NULL,"
    " arrived_us INTEGER NOT NULL, score INTEGER NOT NULL, previous TEXT NOT NULL DEFAULT '',"
    " token TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', boot TEXT NOT NULL DEFAULT '',"
    " deadline_us INTEGER NOT NULL DEFAULT 0, bare INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
    " dead_us INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, inline_job TEXT);"
    "CREATE INDEX IF NOT EXISTS queue_order ON queue_job(lane, score, number, language) WHERE state = 1;"
    "CREATE INDEX IF NOT EXISTS queue_user ON queue_job(lane, user) WHERE state = 1;"
    "CREATE INDEX IF NOT EXISTS queue_held ON queue_job(deadline_us) WHERE state = 2;"
    "CREATE INDEX IF NOT EXISTS queue_dead ON queue_job(dead_us) WHERE state = 3;"
    "CREATE TABLE IF NOT EXISTS queue_offer(node TEXT PRIMARY KEY, said_us INTEGER NOT NULL, languages TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS queue_lane(lane INTEGER PRIMARY KEY, round INTEGER NOT NULL, taken_us INTEGER NOT "
    "NULL);"
    "CREATE TABLE IF NOT EXISTS queue_passed(lane INTEGER NOT NULL, language INTEGER NOT NULL, takes INTEGER NOT NULL,"
    " PRIMARY KEY(lane, language));"
    "CREATE TABLE IF NOT EXISTS queue_taker(owner TEXT PRIMARY KEY, took_us INTEGER NOT NULL);";
_Static_assert(QUEUE_WAITING == 1 && QUEUE_HELD == 2 && QUEUE_DEAD == 3, "the numbers in the schema");

/* ---- opening */

static void shut(struct queue_sqlite *sqlite)
{
    db_close(sqlite->db);
    sqlite->db = NULL;
}

static int make_tables(struct queue_sqlite *sqlite, struct err *e)
{
    char token[QUEUE_TOKEN_SIZE];
    struct db *db = sqlite->db;
    if (queue_new_token(&sqlite->queue, token, e) != 0 || db_begin(db, e) != 0)
        return -1;
    struct db_statement *insert = NULL;
    if (db_script(db, schema, e) != 0 ||
        (insert = db_prepare(db, "INSERT OR IGNORE INTO queue_meta VALUES('epoch', ?)", e)) == NULL) {
        db_rollback(db);
        return -1;
    }
    db_bind_text(insert, 1, token);
    if (db_run(insert, e) < 0) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, e);
}

/* 1 where the tables are there, 0, -1 with e: a look costs no lock. */
static int has_tables(struct queue_sqlite *sqlite, struct err *e)
{
    struct db_statement *select =
        db_prepare(sqlite->db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'queue_taker'", e);
    int found = select == NULL ? -1 : db_step(select, e);
    db_end(select);
    return found;
}

/* Makes what takers watch. Another user than root waits up to a second for it: who has just made the file makes it next. */
static int make_wake(const struct queue_sqlite *sqlite, const char *owner, struct err *e)
{
    const struct timespec pause = {.tv_nsec = WAKE_PAUSE_MS * 1000000L};
    int64_t end_us = clock_now_us() + WAKE_MADE_MS * INT64_C(1000);
    struct err own;
    while (db_make_file(sqlite->wake, owner, &own) != 0) {
        if (geteuid() == 0 || clock_now_us() > end_us)
            return err_set(e, "%s", own.text);
        (void)nanosleep(&pause, NULL); /* cut short: one more look */
    }
    return 0;
}

/* Opens the file unless it is open and still the one of that name. 0, or -1 with e. */
int queue_sqlite_ready(struct queue_sqlite *sqlite, struct err *e)
{
    if (sqlite->db != NULL && !db_is_stale(sqlite->db))
        return 0;
    const struct db_options options = {.owner = sqlite->queue.settings.node_user};
    shut(sqlite);
    sqlite->db = db_open(sqlite->path, &options, e);
    if (sqlite->db == NULL || make_wake(sqlite, options.owner, e) != 0) {
        shut(sqlite);
        return -1;
    }
    int found = has_tables(sqlite, e);
    if (found == 1 || (found == 0 && make_tables(sqlite, e) == 0))
        return 0;
    shut(sqlite);
    return -1;
}

static void queue_sqlite_close(struct queue *queue)
{
    shut(queue_sqlite_of(queue));
    file_close(&queue_sqlite_of(queue)->watch_fd);
    free(queue);
}

/* ---- transactions */

int queue_sqlite_start(struct queue_sqlite *sqlite, struct err *e)
{
    return queue_sqlite_ready(sqlite, e) != 0 ? -1 : db_begin(sqlite->db, e);
}

/* Ends it: commits where result is not -1. Returns result, or -1 with e. */
int queue_sqlite_finish(struct queue_sqlite *sqlite, int result, struct err *e)
{
    if (result < 0) {
        db_rollback(sqlite->db);
        return -1;
    }
    return db_commit(sqlite->db, e) == 0 ? result : -1;
}

/* Takers look again. They also do by themselves, every few seconds: a touch that fails delays them only. */
void queue_sqlite_wake(const struct queue_sqlite *sqlite)
{
    int fd = open(sqlite->wake, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!pwrite(fd, "w", 1, 0); /* see above */
    file_close(&fd);
}

/* The first statement of a function: its text, and the id as first parameter. NULL with e. */
struct db_statement *queue_sqlite_by_id(struct queue_sqlite *sqlite, const char *sql, const char *id, struct err *e)
{
    struct db_statement *statement = db_prepare(sqlite->db, sql, e);
    if (statement != NULL)
        db_bind_text(statement, 1, id);
    return statement;
}

/* Runs a prepared statement that returns no rows: how many it changed, or -1. */
int queue_sqlite_run(struct db_statement *statement, struct err *e)
{
    return statement == NULL ? -1 : (int)db_run(statement, e);
}

/* ---- adding */

static int insert_job(struct queue_sqlite *sqlite, const struct queue_entry *entry, struct err *e)
{
    int64_t arrived_us = queue_sqlite_wall_us(), score = 0;
    if (queue_sqlite_score(sqlite, entry->lane, entry->user, arrived_us, &score, e) != 0)
        return -1;
    struct db_statement *insert =
        queue_sqlite_by_id(sqlite,
                           "INSERT INTO queue_job(id, state, lane, language, problem, user, attempt, "
                           "arrived_us, score, inline_job) VALUES(?, 1, ?, ?, ?, ?, 1, ?, ?, ?)",
                           entry->id, e);
    if (insert == NULL)
        return -1;
    db_bind_int(insert, 2, entry->lane);
    db_bind_int(insert, 3, entry->language);
    db_bind_int(insert, 4, entry->problem);
    db_bind_text(insert, 5, entry->user);
    db_bind_int(insert, 6, arrived_us);
    db_bind_int(insert, 7, score);
    db_bind_text(insert, 8, entry->inline_job);
    return queue_sqlite_run(insert, e);
}

/* It is there: a lane before its own raises it, and a bare lease gets its job. 0 or -1. */
static int merge_job(struct queue_sqlite *sqlite, const struct queue_entry *entry, struct db_statement *row,
                     struct err *e)
{
    char user[QUEUE_USER_SIZE];
    int64_t state = db_int(row, 0), lane = db_int(row, 1), arrived_us = db_int(row, 3), bare = db_int(row, 4);
    int64_t score = arrived_us;
    (void)str_copy(user, sizeof user, db_text(row, 2)); /* of that size */
    db_end(row);
    if (bare != 0) {
        struct db_statement *fill =
            queue_sqlite_by_id(sqlite,
                               "UPDATE queue_job SET bare = 0, lane = ?2, language = ?3, problem = ?4, "
                               "user = ?5, inline_job = ?6 WHERE id = ?1",
                               entry->id, e);
        if (fill == NULL)
            return -1;
        db_bind_int(fill, 2, entry->lane);
        db_bind_int(fill, 3, entry->language);
        db_bind_int(fill, 4, entry->problem);
        db_bind_text(fill, 5, entry->user);
        db_bind_text(fill, 6, entry->inline_job);
        return queue_sqlite_run(fill, e) < 0 ? -1 : 0;
    }
    if (state == QUEUE_DEAD || (int64_t)entry->lane >= lane)
        return 0;
    if (queue_sqlite_score(sqlite, entry->lane, user, arrived_us, &score, e) != 0)
        return -1;
    struct db_statement *raise =
        queue_sqlite_by_id(sqlite, "UPDATE queue_job SET lane = ?2, score = ?3 WHERE id = ?1", entry->id, e);
    if (raise == NULL)
        return -1;
    db_bind_int(raise, 2, entry->lane);
    db_bind_int(raise, 3, score);
    return queue_sqlite_run(raise, e) < 0 ? -1 : 0;
}

static int add_job(struct queue_sqlite *sqlite, const struct queue_entry *entry, struct err *e)
{
    struct db_statement *select = queue_sqlite_by_id(
        sqlite, "SELECT state, lane, user, arrived_us, bare FROM queue_job WHERE id = ?", entry->id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found < 0)
        return -1;
    return found == 1 ? merge_job(sqlite, entry, select, e) : insert_job(sqlite, entry, e);
}

static int queue_sqlite_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    if (queue_sqlite_start(queue_sqlite_of(queue), e) != 0)
        return -1;
    int result = queue_sqlite_finish(queue_sqlite_of(queue), add_job(queue_sqlite_of(queue), entry, e), e);
    if (result == 1)
        queue_sqlite_wake(queue_sqlite_of(queue));
    return result;
}

/* ---- taking */

static int read_job(struct db_statement *row, const char *token, struct queue_job *job, struct err *e)
{
    /* They were of these sizes when they came in. */
    (void)str_copy(job->id, sizeof job->id, db_text(row, 0));
    (void)str_copy(job->user, sizeof job->user, db_text(row, 4));
    (void)str_copy(job->previous, sizeof job->previous, db_text(row, 6));
    (void)str_copy(job->token, sizeof job->token, token);
    job->lane = (enum queue_lane)db_int(row, 1);
    job->language = (int)db_int(row, 2);
    job->problem = db_int(row, 3);
    job->attempt = (int)db_int(row, 5);
    job->enqueued_ms = db_int(row, 7) / 1000;
    if (!db_is_null(row, 8) && (job->inline_job = strdup(db_text(row, 8))) == NULL)
        return err_set(e, "out of memory");
    return 0;
}

/* Holds the one that was chosen. 1 or -1. */
static int hold(struct queue_sqlite *sqlite, const struct queue_sqlite_choice *choice, const char *owner,
                struct queue_job *job, struct err *e)
{
    char token[QUEUE_TOKEN_SIZE];
    struct db_statement *select = queue_sqlite_by_id(sqlite,
                                                     "SELECT id, lane, language, problem, user, attempt, previous, "
                                                     "arrived_us, inline_job FROM queue_job WHERE id = ?",
                                                     choice->id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found <= 0)
        return -1;
    if (queue_new_token(&sqlite->queue, token, e) != 0 || read_job(select, token, job, e) != 0)
        return -1;
    db_end(select);
    struct db_statement *update =
        queue_sqlite_by_id(sqlite,
                           "UPDATE queue_job SET state = 2, token = ?2, owner = ?3, boot = ?4, "
                           "deadline_us = ?5 WHERE id = ?1",
                           job->id, e);
    if (update == NULL)
        return -1;
    db_bind_text(update, 2, token);
    db_bind_text(update, 3, owner);
    db_bind_text(update, 4, sqlite->boot);
    db_bind_int(update, 5, clock_now_us() + sqlite->queue.settings.lease_ms * 1000);
    if (queue_sqlite_run(update, e) != 1)
        return -1;
    return queue_sqlite_chosen(sqlite, choice, owner, e) != 0 ? -1 : 1;
}

/* Without waiting. Looks before it locks. 1, 0, -1. */
static int take_now(struct queue_sqlite *sqlite, const char *offered, const char *owner, struct queue_job *job,
                    struct err *e)
{
    struct queue_sqlite_choice choice;
    sqlite->later = false;
    if (queue_sqlite_ready(sqlite, e) != 0)
        return -1;
    int found = queue_sqlite_waits(sqlite, offered, e);
    if (found <= 0)
        return found;
    if (db_begin(sqlite->db, e) != 0)
        return -1;
    int result = queue_sqlite_choose(sqlite, offered, owner, &choice, e);
    if (result == 1)
        result = hold(sqlite, &choice, owner, job, e);
    sqlite->later = result == 0 && choice.withheld;
    result = queue_sqlite_finish(sqlite, result, e);
    if (result != 1)
        queue_job_fini(job);
    return result;
}

/* Watches FILE.wake, whichever file has that name by now, and forgets what happened to it so far. */
static void watch(struct queue_sqlite *sqlite)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    if (sqlite->watch_fd < 0)
        sqlite->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (sqlite->watch_fd < 0)
        return;
    if (inotify_add_watch(sqlite->watch_fd, sqlite->wake, IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF) < 0) {
        file_close(&sqlite->watch_fd);
        return;
    }
    while (read(sqlite->watch_fd, events, sizeof events) > 0)
        continue;
}

/* Until something was added (1), stop_fd is readable or end_us has passed (0). */
static int wait_for_wake(const struct queue_sqlite *sqlite, int64_t end_us, int stop_fd)
{
    struct pollfd files[2] = {{.fd = sqlite->watch_fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
    int64_t left_ms = (end_us - clock_now_us() + 999) / 1000;
    /* A user may have no inotify left: then it looks now and then. */
    if (sqlite->watch_fd < 0 && left_ms > UNWATCHED_MS)
        left_ms = UNWATCHED_MS;
    (void)poll(files, 2, left_ms < 0 ? 0 : (int)left_ms); /* a signal: one more look */
    return files[1].revents == 0;
}

static int queue_sqlite_take(struct queue *queue, const char *owner, const int *languages, size_t language_count,
                             int timeout_ms, int stop_fd, struct queue_job *job, struct err *e)
{
    char offered[LANGUAGES * 12 + 2] = ",";
    struct queue_sqlite *sqlite = queue_sqlite_of(queue);
    int64_t end_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    size_t length = 1;
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    if (language_count > LANGUAGES)
        return err_set(e, "queue: more than %d languages offered", LANGUAGES);
    for (size_t i = 0; i < language_count; i++) {
        (void)str_format(offered + length, sizeof offered - length, "%d,", languages[i]); /* 12 each */
        length += strlen(offered + length);
    }
    while (stop_fd < 0 || poll(&stop, 1, 0) <= 0) {
        if (timeout_ms > 0)
            watch(sqlite);
        int result = take_now(sqlite, offered, owner, job, e);
        if (result != 0 || clock_now_us() >= end_us)
            return result;
        int64_t later_us = clock_now_us() + QUEUE_LATER_MS * 1000;
        if (wait_for_wake(sqlite, sqlite->later && later_us < end_us ? later_us : end_us, stop_fd) == 0)
            return 0;
    }
    return 0;
}

static const struct queue_backend queue_sqlite = {
    .name = "sqlite",
    .close = queue_sqlite_close,
    .check = queue_sqlite_check,
    .add = queue_sqlite_add,
    .take = queue_sqlite_take,
    .ack = queue_sqlite_ack,
    .give_back = queue_sqlite_give_back,
    .renew = queue_sqlite_renew,
    .recover_job = queue_sqlite_recover_job,
    .recover_expired = queue_sqlite_recover_expired,
    .states = queue_sqlite_states,
    .find = queue_sqlite_find,
    .remove = queue_sqlite_remove,
    .cancel = queue_sqlite_cancel,
    .dead_list = queue_sqlite_dead_list,
    .dead_told = queue_sqlite_dead_told,
    .dead_retry = queue_sqlite_dead_retry,
    .stats = queue_sqlite_stats,
    .announce = queue_sqlite_announce,
    .offers = queue_sqlite_offers,
};

struct queue *queue_sqlite_open(const struct settings *settings, const char *node, const char *path, struct err *e)
{
    struct queue_sqlite *sqlite = queue_new(&queue_sqlite, sizeof *sqlite, settings, node, e);
    if (sqlite == NULL)
        return NULL;
    sqlite->watch_fd = -1;
    int result = file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", sqlite->boot, sizeof sqlite->boot, e) < 0;
    if (str_copy(sqlite->path, sizeof sqlite->path, path) != 0 ||
        str_format(sqlite->wake, sizeof sqlite->wake, "%s.wake", path) != 0)
        result = err_set(e, "queue: the name of %s is too long", path);
    if (result == 0)
        return &sqlite->queue;
    queue_sqlite_close(&sqlite->queue);
    return NULL;
}
