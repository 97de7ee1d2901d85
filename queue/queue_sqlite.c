/*
 * queue_sqlite.c - see queue.h and docs/queue.md: the queue in a file of SQLite, its own or the store's. Runs in judge_client and
 * judgectl as root, in judge_node under its own uid; all write to one file. Its order is that of scripts/common.lua.
 *
 * Leases are measured on CLOCK_MONOTONIC, with the id of the boot: a clock that is set ends none, a reboot ends all.
 * Who adds touches FILE.wake, which takers watch.
 */
#include "queue/queue_backend.h"

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

enum { LANGUAGES = 96, PREVIOUS = 4, UNWATCHED_MS = 100, BOOT_SIZE = 64 };

/* As in scripts/common.lua. */
#define PENALTY_US INT64_C(600000000)
#define PENALTY_MOST 144

struct queue_sqlite {
    struct queue queue;
    struct db *db; /* NULL: not open */
    char path[PATH_MAX], wake[PATH_MAX];
    char boot[BOOT_SIZE];
    char epoch[QUEUE_TOKEN_SIZE]; /* of the file, as the last renewal saw it */
    int watch_fd;                 /* inotify, or -1 */
};

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
    "CREATE INDEX IF NOT EXISTS queue_dead ON queue_job(dead_us) WHERE state = 3;";
_Static_assert(QUEUE_WAITING == 1 && QUEUE_HELD == 2 && QUEUE_DEAD == 3, "the numbers in the schema");

static struct queue_sqlite *of(struct queue *queue)
{
    return (struct queue_sqlite *)queue;
}

static int64_t wall_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

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
        db_prepare(sqlite->db, "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'queue_dead'", e);
    int found = select == NULL ? -1 : db_step(select, e);
    db_end(select);
    return found;
}

/* Opens the file unless it is open and still the one of that name. 0, or -1 with e. */
static int ready(struct queue_sqlite *sqlite, struct err *e)
{
    if (sqlite->db != NULL && !db_is_stale(sqlite->db))
        return 0;
    const struct db_options options = {.owner = sqlite->queue.settings.node_user};
    shut(sqlite);
    sqlite->db = db_open(sqlite->path, &options, e);
    if (sqlite->db == NULL || db_make_file(sqlite->wake, options.owner, e) != 0) {
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
    shut(of(queue));
    file_close(&of(queue)->watch_fd);
    free(queue);
}

/* ---- transactions */

static int start(struct queue_sqlite *sqlite, struct err *e)
{
    return ready(sqlite, e) != 0 ? -1 : db_begin(sqlite->db, e);
}

/* Ends it: commits where result is not -1. Returns result, or -1 with e. */
static int finish(struct queue_sqlite *sqlite, int result, struct err *e)
{
    if (result < 0) {
        db_rollback(sqlite->db);
        return -1;
    }
    return db_commit(sqlite->db, e) == 0 ? result : -1;
}

/* Takers look again. They also do by themselves, every few seconds: a touch that fails delays them only. */
static void wake(const struct queue_sqlite *sqlite)
{
    int fd = open(sqlite->wake, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!pwrite(fd, "w", 1, 0); /* see above */
    file_close(&fd);
}

/* The first statement of a function: its text, and the id as first parameter. NULL with e. */
static struct db_statement *by_id(struct queue_sqlite *sqlite, const char *sql, const char *id, struct err *e)
{
    struct db_statement *statement = db_prepare(sqlite->db, sql, e);
    if (statement != NULL)
        db_bind_text(statement, 1, id);
    return statement;
}

/* Runs a prepared statement that returns no rows: how many it changed, or -1. */
static int run(struct db_statement *statement, struct err *e)
{
    return statement == NULL ? -1 : (int)db_run(statement, e);
}

/* ---- adding */

/* Where a job goes: the time of its arrival, and ten minutes for each of its user's that wait before it in the lane. */
static int score_of(struct queue_sqlite *sqlite, enum queue_lane lane, const char *user, int64_t arrived_us,
                    int64_t *score, struct err *e)
{
    *score = arrived_us;
    if (user[0] == '\0')
        return 0;
    struct db_statement *count = db_prepare(
        sqlite->db, "SELECT count(*) FROM (SELECT 1 FROM queue_job WHERE state = 1 AND lane = ? AND user = ? LIMIT ?)",
        e);
    if (count == NULL)
        return -1;
    db_bind_int(count, 1, lane);
    db_bind_text(count, 2, user);
    db_bind_int(count, 3, PENALTY_MOST);
    int found = db_step(count, e);
    if (found == 1)
        *score += db_int(count, 0) * PENALTY_US;
    db_end(count);
    return found < 0 ? -1 : 0;
}

static int insert_job(struct queue_sqlite *sqlite, const struct queue_entry *entry, struct err *e)
{
    int64_t arrived_us = wall_us(), score = 0;
    if (score_of(sqlite, entry->lane, entry->user, arrived_us, &score, e) != 0)
        return -1;
    struct db_statement *insert = by_id(sqlite,
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
    return run(insert, e);
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
        struct db_statement *fill = by_id(sqlite,
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
        return run(fill, e) < 0 ? -1 : 0;
    }
    if (state == QUEUE_DEAD || (int64_t)entry->lane >= lane)
        return 0;
    if (score_of(sqlite, entry->lane, user, arrived_us, &score, e) != 0)
        return -1;
    struct db_statement *raise =
        by_id(sqlite, "UPDATE queue_job SET lane = ?2, score = ?3 WHERE id = ?1", entry->id, e);
    if (raise == NULL)
        return -1;
    db_bind_int(raise, 2, entry->lane);
    db_bind_int(raise, 3, score);
    return run(raise, e) < 0 ? -1 : 0;
}

static int add_job(struct queue_sqlite *sqlite, const struct queue_entry *entry, struct err *e)
{
    struct db_statement *select =
        by_id(sqlite, "SELECT state, lane, user, arrived_us, bare FROM queue_job WHERE id = ?", entry->id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found < 0)
        return -1;
    return found == 1 ? merge_job(sqlite, entry, select, e) : insert_job(sqlite, entry, e);
}

static int queue_sqlite_add(struct queue *queue, const struct queue_entry *entry, struct err *e)
{
    if (start(of(queue), e) != 0)
        return -1;
    int result = finish(of(queue), add_job(of(queue), entry, e), e);
    if (result == 1)
        wake(of(queue));
    return result;
}

/* ---- taking */

#define FIRST                                                                                                          \
    "SELECT id, lane, language, problem, user, attempt, previous, arrived_us, inline_job FROM queue_job "              \
    "WHERE state = 1 AND instr(?, ',' || language || ',') ORDER BY lane, score, number LIMIT 1"

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

static int hold(struct queue_sqlite *sqlite, const char *offered, const char *owner, struct queue_job *job,
                struct err *e)
{
    char token[QUEUE_TOKEN_SIZE];
    struct db_statement *first = by_id(sqlite, FIRST, offered, e);
    int found = first == NULL ? -1 : db_step(first, e);
    if (found <= 0)
        return found;
    if (queue_new_token(&sqlite->queue, token, e) != 0 || read_job(first, token, job, e) != 0)
        return -1;
    db_end(first);
    struct db_statement *update = by_id(sqlite,
                                        "UPDATE queue_job SET state = 2, token = ?2, owner = ?3, boot = ?4, "
                                        "deadline_us = ?5 WHERE id = ?1",
                                        job->id, e);
    if (update == NULL)
        return -1;
    db_bind_text(update, 2, token);
    db_bind_text(update, 3, owner);
    db_bind_text(update, 4, sqlite->boot);
    db_bind_int(update, 5, clock_now_us() + sqlite->queue.settings.lease_ms * 1000);
    return run(update, e);
}

/* Without waiting. Looks before it locks. 1, 0, -1. */
static int take_now(struct queue_sqlite *sqlite, const char *offered, const char *owner, struct queue_job *job,
                    struct err *e)
{
    if (ready(sqlite, e) != 0)
        return -1;
    struct db_statement *first = by_id(sqlite, FIRST, offered, e);
    int found = first == NULL ? -1 : db_step(first, e);
    db_end(first);
    if (found <= 0)
        return found;
    if (db_begin(sqlite->db, e) != 0)
        return -1;
    int result = finish(sqlite, hold(sqlite, offered, owner, job, e), e);
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
    struct queue_sqlite *sqlite = of(queue);
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
        if (wait_for_wake(sqlite, end_us, stop_fd) == 0)
            return 0;
    }
    return 0;
}

/* ---- the end of a delivery */

static int queue_sqlite_ack(struct queue *queue, const struct queue_job *job, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    struct db_statement *statement =
        by_id(of(queue), "DELETE FROM queue_job WHERE id = ? AND state = 2 AND token = ?", job->id, e);
    if (statement != NULL)
        db_bind_text(statement, 2, job->token);
    return run(statement, e);
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
    struct db_statement *row =
        by_id(sqlite, "SELECT attempt, bare, previous, token FROM queue_job WHERE id = ? AND state = 2", id, e);
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
        return run(by_id(sqlite, "DELETE FROM queue_job WHERE id = ?", id, e), e);
    struct db_statement *update =
        by_id(sqlite,
              "UPDATE queue_job SET state = ?2, attempt = ?3, previous = ?4, reason = ?5, dead_us = ?6, token = '', "
              "owner = '', told = 0 WHERE id = ?1",
              id, e);
    if (update == NULL)
        return -1;
    db_bind_int(update, 2, dead ? QUEUE_DEAD : QUEUE_WAITING);
    db_bind_int(update, 3, dead ? attempt - 1 : attempt);
    db_bind_text(update, 4, previous);
    db_bind_text(update, 5, reason);
    db_bind_int(update, 6, dead ? wall_us() : 0);
    return run(update, e) < 0 ? -1 : dead ? 2 : 1;
}

/* What the holder knows of a job whose lease is bare. 0 or -1. */
static int fill_bare(struct queue_sqlite *sqlite, const struct queue_job *job, struct err *e)
{
    struct db_statement *fill =
        by_id(sqlite,
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
    return run(fill, e) < 0 ? -1 : 0;
}

static int queue_sqlite_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason,
                                  struct err *e)
{
    struct queue_sqlite *sqlite = of(queue);
    if (start(sqlite, e) != 0)
        return -1;
    int result = fill_bare(sqlite, job, e) != 0 ? -1 : put_back(sqlite, job->id, job->token, counts, reason, e);
    result = finish(sqlite, result, e);
    if (result == 1)
        wake(sqlite);
    return result > 1 ? 1 : result;
}

static int queue_sqlite_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason,
                                    struct err *e)
{
    if (start(of(queue), e) != 0)
        return -1;
    int result = finish(of(queue), put_back(of(queue), lease->id, lease->token, true, reason, e), e);
    if (result == 1)
        wake(of(queue));
    return result;
}

/* One lease past its deadline: 1, 0 where there is none, -1. */
static int recover_one(struct queue_sqlite *sqlite, struct err *e)
{
    char id[QUEUE_ID_SIZE], reason[QUEUE_REASON_SIZE];
    struct db_statement *expired =
        by_id(sqlite, "SELECT id, owner FROM queue_job WHERE state = 2 AND (boot <> ? OR deadline_us <= ?) LIMIT 1",
              sqlite->boot, e);
    if (expired == NULL)
        return -1;
    db_bind_int(expired, 2, clock_now_us());
    int found = db_step(expired, e);
    if (found <= 0)
        return found;
    (void)str_copy(id, sizeof id, db_text(expired, 0));                                          /* of that size */
    (void)str_format(reason, sizeof reason, "the lease of %.100s ran out", db_text(expired, 1)); /* it fits */
    db_end(expired);
    return put_back(sqlite, id, NULL, true, reason, e) < 0 ? -1 : 1;
}

static int queue_sqlite_recover_expired(struct queue *queue, struct err *e)
{
    int count = 0, result;
    if (start(of(queue), e) != 0)
        return -1;
    while ((result = recover_one(of(queue), e)) == 1)
        count++;
    result = finish(of(queue), result < 0 ? -1 : count, e);
    if (result > 0)
        wake(of(queue));
    return result;
}

/* ---- renewal */

static int read_epoch(struct queue_sqlite *sqlite, char epoch[QUEUE_TOKEN_SIZE], struct err *e)
{
    struct db_statement *select = by_id(sqlite, "SELECT value FROM queue_meta WHERE name = ?", "epoch", e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found == 1)
        (void)str_copy(epoch, QUEUE_TOKEN_SIZE, db_text(select, 0)); /* of that size */
    db_end(select);
    return found < 0 ? -1 : 0;
}

static int renew_one(struct queue_sqlite *sqlite, struct queue_lease *lease, bool wiped, int64_t deadline_us,
                     struct err *e)
{
    struct db_statement *update =
        by_id(sqlite, "UPDATE queue_job SET boot = ?2, deadline_us = ?3 WHERE id = ?1 AND state = 2 AND token = ?4",
              lease->id, e);
    struct db_statement *insert =
        by_id(sqlite,
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
    db_bind_int(insert, 5, wall_us());
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
    of(queue)->epoch[0] = '\0'; /* what is missing was never here */
    return queue->backend->renew(queue, leases, n, e);
}

static int queue_sqlite_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e)
{
    struct queue_sqlite *sqlite = of(queue);
    char epoch[QUEUE_TOKEN_SIZE] = "";
    if (start(sqlite, e) != 0)
        return -1;
    int result = read_epoch(sqlite, epoch, e);
    bool wiped = strcmp(epoch, sqlite->epoch) != 0;
    int64_t deadline_us = clock_now_us() + queue->settings.lease_ms * 1000;
    for (size_t i = 0; i < n && result == 0; i++)
        result = renew_one(sqlite, &leases[i], wiped, deadline_us, e);
    result = finish(sqlite, result, e);
    if (result == 0)
        (void)str_copy(sqlite->epoch, sizeof sqlite->epoch, epoch); /* of that size */
    return result;
}

/* ---- looking */

static int queue_sqlite_check(struct queue *queue, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    /* A full disk shows when something is written. */
    struct db_statement *write = by_id(of(queue), "INSERT OR REPLACE INTO queue_meta VALUES('checked', ?)", "", e);
    if (write != NULL)
        db_bind_int(write, 1, wall_us());
    return run(write, e) < 0 ? -1 : 0;
}

int queue_sqlite_state(struct queue *queue, const char *id, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    struct db_statement *select = by_id(of(queue), "SELECT state FROM queue_job WHERE id = ?", id, e);
    int found = select == NULL ? -1 : db_step(select, e);
    if (found == 1)
        found = (int)db_int(select, 0);
    db_end(select);
    return found;
}

static int queue_sqlite_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states,
                               struct err *e)
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

static int queue_sqlite_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    struct db_statement *select =
        by_id(of(queue),
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
    if (place->state == QUEUE_HELD && strcmp(db_text(select, 7), of(queue)->boot) == 0)
        place->lease_ms = (db_int(select, 6) - clock_now_us()) / 1000;
    place->enqueued_ms = db_int(select, 8) / 1000;
    (void)str_copy(place->reason, sizeof place->reason, db_text(select, 9));
    place->ahead = place->state == QUEUE_WAITING ? db_int(select, 10) : 0;
    db_end(select);
    return 0;
}

static int queue_sqlite_stats(struct queue *queue, struct queue_stats *stats, struct err *e)
{
    int found;
    if (ready(of(queue), e) != 0)
        return -1;
    struct db_statement *select = db_prepare(
        of(queue)->db, "SELECT state, lane, count(*), min(arrived_us) FROM queue_job GROUP BY state, lane", e);
    int64_t now_us = wall_us();
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

static int queue_sqlite_remove(struct queue *queue, const char *id, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    return run(by_id(of(queue), "DELETE FROM queue_job WHERE id = ? AND state <> 2", id, e), e);
}

static int queue_sqlite_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    struct db_statement *select = db_prepare(of(queue)->db,
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

static int queue_sqlite_dead_told(struct queue *queue, const char *id, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    return run(by_id(of(queue), "UPDATE queue_job SET told = 1 WHERE id = ? AND state = 3", id, e), e) < 0 ? -1 : 0;
}

static int queue_sqlite_dead_retry(struct queue *queue, const char *id, struct err *e)
{
    if (ready(of(queue), e) != 0)
        return -1;
    int result = run(by_id(of(queue),
                           "UPDATE queue_job SET state = 1, attempt = 1, reason = '', dead_us = 0, told = 0 "
                           "WHERE id = ? AND state = 3",
                           id, e),
                     e);
    if (result == 1)
        wake(of(queue));
    return result;
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
    .dead_list = queue_sqlite_dead_list,
    .dead_told = queue_sqlite_dead_told,
    .dead_retry = queue_sqlite_dead_retry,
    .stats = queue_sqlite_stats,
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
