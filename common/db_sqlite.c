/*
 * db_sqlite.c - see db_sqlite.h. The only file that knows SQLite. Used by judge_client and judgectl as root and by
 * judge_node under its own uid; never makes a file that others may read.
 */
#include "common/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

enum { STATEMENTS = 64, FILE_MODE = 0660, BUSY_MS = 5000, OPEN_MS = 1000, PAUSE_US = 500 };

struct db_statement {
    struct db *db;
    const char *sql; /* the caller's constant */
    sqlite3_stmt *stmt;
    int bind_error; /* SQLITE_OK, or the first parameter's that could not be bound */
};

struct db {
    sqlite3 *sqlite;
    char path[PATH_MAX];
    dev_t device;
    ino_t inode;
    int busy_ms;
    int64_t busy_since_us; /* of the wait that is under way */
    struct db_statement statements[STATEMENTS];
    size_t count;
};

/* ---- errors */

/* What to do, for those results whose own text does not say it. */
static const struct {
    int code; /* primary */
    const char *text;
} hints[] = {
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_READONLY, "the file is read-only for this user"},
    {SQLITE_CANTOPEN, "this user may not open or make it, or its -wal or -shm: be root, or chown them"},
    {SQLITE_NOTADB, "this is no file of SQLite, or it is damaged"},
    {SQLITE_CORRUPT, "the file is damaged: stop the judge, keep a copy, and put a backup in its place"},
    {SQLITE_BUSY, "another process has kept it locked all the time"},
    {SQLITE_PERM, "no permission"},
};

static int fail(const struct db *db, int code, const char *what, struct err *e)
{
    const char *hint = NULL;
    int error = db->sqlite == NULL ? 0 : sqlite3_system_errno(db->sqlite);
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (hints[i].code == (code & 0xff))
            hint = hints[i].text;
    }
    if ((code & 0xff) == SQLITE_IOERR && error == ENOSPC)
        hint = "the disk is full";
    else if (code == SQLITE_IOERR_WRITE)
        hint = "it cannot be written: a quota or a limit of file sizes, or a failing disk";
    const char *text = db->sqlite == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db->sqlite);
    if (hint != NULL)
        return err_set(e, "%s: %s: %s (%s)", db->path, what, hint, text);
    if (error != 0)
        return err_sys(e, error, "%s: %s: %s", db->path, what, text);
    return err_set(e, "%s: %s: %s", db->path, what, text);
}

/* ---- opening */

/* A file that root has put back from a backup, or made before there was such a user, is to be the user's: with -wal and -shm.
 * By name: to open and close it would take away the locks that this process may hold on it. */
static int give_to_owner(const char *path, const struct passwd *user, struct err *e)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char name[PATH_MAX];
    struct stat info;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (str_format(name, sizeof name, "%s%s", path, parts[i]) != 0)
            return err_set(e, "%s: the name is too long", path);
        /* What has another name, too, may be somebody's. */
        if (lstat(name, &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink != 1 || info.st_uid != 0 ||
            user->pw_uid == 0)
            continue;
        if (lchown(name, user->pw_uid, user->pw_gid) != 0)
            return err_sys(e, errno, "give %s to %s", name, user->pw_name);
    }
    return 0;
}

int db_make_file(const char *path, const char *owner, struct err *e)
{
    char temporary[PATH_MAX];
    struct stat info;
    const struct passwd *user = geteuid() == 0 && owner != NULL ? getpwnam(owner) : NULL;
    if (stat(path, &info) == 0)
        return user == NULL ? 0 : give_to_owner(path, user, e);
    /* Whole from the first moment at which others see it: made under another name. */
    if (str_format(temporary, sizeof temporary, "%s.new.%d", path, (int)gettid()) != 0)
        return err_set(e, "%s: the name is too long", path);
    (void)unlink(temporary); /* of a process that was killed */
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return err_sys(e, errno, "make %s", path);
    int result = 0;
    if ((user != NULL && fchown(fd, user->pw_uid, user->pw_gid) != 0) || fchmod(fd, FILE_MODE) != 0)
        result = err_sys(e, errno, "set owner and mode of %s", path);
    else if (link(temporary, path) != 0 && errno != EEXIST) /* there: another process was faster */
        result = err_sys(e, errno, "make %s", path);
    (void)unlink(temporary); /* its other name stays */
    (void)close(fd);         /* nothing was written */
    return result;
}

/* SQLite's own waits grow to 100 ms; here writers are quick, and a taker shall not sleep past its turn. */
static int busy(void *context, int count)
{
    struct db *db = context;
    const struct timespec pause = {.tv_nsec = (PAUSE_US + (getpid() * 7 + count * 13) % PAUSE_US) * 1000L};
    if (count == 0)
        db->busy_since_us = clock_now_us();
    else if (clock_now_us() - db->busy_since_us > (int64_t)db->busy_ms * 1000)
        return 0;
    (void)nanosleep(&pause, NULL); /* cut short by a signal: looked at again a little earlier */
    return 1;
}

/* 0, or -1 with e. *locked: another one is turning the new file into one with a log, which SQLite's own wait does not cover. */
static int open_once(struct db *db, bool power_safe, bool *locked, struct err *e)
{
    struct stat info;
    int keep = 1;
    *locked = false;
    int code = sqlite3_open_v2(db->path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail(db, code, "open", e);
    (void)sqlite3_extended_result_codes(db->sqlite, 1); /* cannot fail on an open handle */
    (void)sqlite3_busy_handler(db->sqlite, busy, db);
    (void)sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    code = sqlite3_exec(db->sqlite, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->sqlite, power_safe ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", NULL,
                            NULL, NULL);
    /* Reads the file: what is wrong with it shows now, and -wal and -shm are made. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->sqlite, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    *locked = (code & 0xff) == SQLITE_BUSY;
    if (code != SQLITE_OK)
        return fail(db, code, "open", e);
    if (stat(db->path, &info) != 0)
        return err_sys(e, errno, "%s", db->path);
    db->device = info.st_dev;
    db->inode = info.st_ino;
    return 0;
}

struct db *db_open(const char *path, const struct db_options *options, struct err *e)
{
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL || str_copy(db->path, sizeof db->path, path) != 0) {
        (void)err_set(e, db == NULL ? "open %s: out of memory" : "open %s: the name is too long", path);
        free(db);
        return NULL;
    }
    db->busy_ms = options->busy_ms > 0 ? options->busy_ms : BUSY_MS;
    const struct timespec pause = {.tv_nsec = 10000000};
    int64_t end_us = clock_now_us() + OPEN_MS * 1000;
    struct err own;
    for (;;) {
        bool locked = false;
        if (db_make_file(path, options->owner, &own) == 0 && open_once(db, options->power_safe, &locked, &own) == 0)
            return db;
        (void)sqlite3_close(db->sqlite); /* no statements yet */
        db->sqlite = NULL;
        /* For another user: root may be about to make it, or its -wal and -shm. */
        if ((geteuid() == 0 && !locked) || clock_now_us() > end_us)
            break;
        (void)nanosleep(&pause, NULL); /* cut short: one more round */
    }
    (void)err_set(e, "%s", own.text);
    free(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < db->count; i++)
        (void)sqlite3_finalize(db->statements[i].stmt); /* repeats the last step's error */
    (void)sqlite3_close(db->sqlite);                    /* nothing of it is left in use */
    free(db);
}

bool db_is_stale(const struct db *db)
{
    struct stat info;
    return stat(db->path, &info) != 0 || info.st_dev != db->device || info.st_ino != db->inode;
}

/* ---- scripts and transactions */

int db_script(struct db *db, const char *sql, struct err *e)
{
    int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : fail(db, code, "run a script", e);
}

static int run_constant(struct db *db, const char *sql, struct err *e)
{
    struct db_statement *statement = db_prepare(db, sql, e);
    return statement == NULL || db_run(statement, e) < 0 ? -1 : 0;
}

int db_begin(struct db *db, struct err *e)
{
    return run_constant(db, "BEGIN IMMEDIATE", e);
}

int db_commit(struct db *db, struct err *e)
{
    if (run_constant(db, "COMMIT", e) == 0)
        return 0;
    db_rollback(db);
    return -1;
}

void db_rollback(struct db *db)
{
    for (size_t i = 0; i < db->count; i++)
        db_end(&db->statements[i]);
    if (sqlite3_get_autocommit(db->sqlite) == 0)
        (void)run_constant(db, "ROLLBACK", NULL); /* fails only where SQLite has rolled back by itself */
}

/* ---- statements */

struct db_statement *db_prepare(struct db *db, const char *sql, struct err *e)
{
    for (size_t i = 0; i < db->count; i++) {
        if (db->statements[i].sql == sql || strcmp(db->statements[i].sql, sql) == 0) {
            db_end(&db->statements[i]);
            return &db->statements[i];
        }
    }
    if (db->count == STATEMENTS) {
        (void)err_set(e, "%s: more than %d statements", db->path, STATEMENTS);
        return NULL;
    }
    struct db_statement *statement = &db->statements[db->count];
    int code = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
    if (code != SQLITE_OK) {
        (void)fail(db, code, sql, e);
        return NULL;
    }
    statement->db = db;
    statement->sql = sql;
    statement->bind_error = SQLITE_OK;
    db->count++;
    return statement;
}

static void bound(struct db_statement *statement, int code)
{
    if (statement->bind_error == SQLITE_OK)
        statement->bind_error = code;
}

void db_bind_int(struct db_statement *statement, int parameter, int64_t value)
{
    bound(statement, sqlite3_bind_int64(statement->stmt, parameter, value));
}

void db_bind_text(struct db_statement *statement, int parameter, const char *text)
{
    bound(statement, sqlite3_bind_text(statement->stmt, parameter, text, -1, SQLITE_TRANSIENT));
}

void db_bind_blob(struct db_statement *statement, int parameter, const void *bytes, size_t size)
{
    bound(statement, sqlite3_bind_blob64(statement->stmt, parameter, bytes, size, SQLITE_TRANSIENT));
}

void db_bind_null(struct db_statement *statement, int parameter)
{
    bound(statement, sqlite3_bind_null(statement->stmt, parameter));
}

void db_end(struct db_statement *statement)
{
    if (statement == NULL)
        return;
    (void)sqlite3_reset(statement->stmt); /* repeats the last step's error */
    (void)sqlite3_clear_bindings(statement->stmt);
    statement->bind_error = SQLITE_OK;
}

int db_step(struct db_statement *statement, struct err *e)
{
    int code = statement->bind_error != SQLITE_OK ? statement->bind_error : sqlite3_step(statement->stmt);
    if (code == SQLITE_ROW)
        return 1;
    int result = code == SQLITE_DONE ? 0 : fail(statement->db, code, statement->sql, e);
    db_end(statement);
    return result;
}

int64_t db_run(struct db_statement *statement, struct err *e)
{
    struct db *db = statement->db;
    int64_t before = sqlite3_total_changes(db->sqlite);
    int result;
    do {
        result = db_step(statement, e);
    } while (result == 1);
    /* sqlite3_changes leaves out what triggers did, and keeps its figure over statements that change nothing. */
    if (result < 0)
        return -1;
    return sqlite3_total_changes(db->sqlite) == before ? 0 : sqlite3_changes(db->sqlite);
}

int64_t db_int(struct db_statement *statement, int column)
{
    return sqlite3_column_int64(statement->stmt, column);
}

const char *db_text(struct db_statement *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement->stmt, column);
    return text == NULL ? "" : (const char *)text;
}

const void *db_blob(struct db_statement *statement, int column, size_t *size)
{
    const void *bytes = sqlite3_column_blob(statement->stmt, column);
    *size = (size_t)sqlite3_column_bytes(statement->stmt, column);
    return bytes == NULL ? "" : bytes;
}

bool db_is_null(struct db_statement *statement, int column)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->sqlite);
}
