/*
 * db_sqlite.h - a file of SQLite as the queue and the store use it: opened the same way, errors that name the file.
 *
 * Write-ahead log: readers never wait for a writer, and a process that is killed at any point loses nothing that it had
 * committed. Several processes and users open one file: it has mode 0660, and FILE-wal and FILE-shm, which have the same
 * owner and mode, stay when the last one closes, so that a user who may not write in the folder can open it again.
 * A handle belongs to one thread and must not be used after fork. The SQL of a statement is a constant.
 *
 *     struct db_statement *select = db_prepare(db, "SELECT name FROM t WHERE id = ?", e);
 *     if (select == NULL) return -1;
 *     db_bind_int(select, 1, id);
 *     int found = db_step(select, e);                 1 a row, 0 no more, -1 with e
 *     if (found == 1) str_copy(name, sizeof name, db_text(select, 0));
 *     db_end(select);
 */
#ifndef JUDGE_DB_SQLITE_H
#define JUDGE_DB_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct db;
struct db_statement;

struct db_options {
    const char *
        owner; /* where root makes the file, or opens one of root's: this user's, with his group; NULL or unknown on this box: root's */
    bool
        power_safe; /* a commit also survives a loss of power (it costs an fsync); false: the last seconds may be lost */
    int busy_ms;    /* how long a call waits for other writers; 0: 5000 */
};

/* Makes the file where it is missing, and opens it. A user who cannot make it waits up to a second for one who can. NULL
 * with e. */
struct db *db_open(const char *path, const struct db_options *options, struct err *e);
/* NULL is fine. */
void db_close(struct db *db);

/* True where the file that is open is no longer the one of that name: close it and open it again. */
bool db_is_stale(const struct db *db);

/* Makes path an empty file of mode 0660 of that owner (as struct db_options') unless it is there. 0, or -1 with e. */
int db_make_file(const char *path, const char *owner, struct err *e);

/* Runs all statements of a script (a schema). Wrap it in db_begin and db_commit to have all or nothing. 0, or -1 with e. */
int db_script(struct db *db, const char *sql, struct err *e);

/* A transaction that may write from its start: BEGIN IMMEDIATE. 0, or -1 with e; a db_commit that failed has rolled back. */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
/* Takes everything back since db_begin; nothing to do is fine. */
void db_rollback(struct db *db);

/* The statement of sql, ready to be bound: made at the first call with this text, later the same one again. It belongs to db. One
 * that is still in use is ended first. NULL with e. */
struct db_statement *db_prepare(struct db *db, const char *sql, struct err *e);

/* Parameters are counted from 1. Texts and bytes are copied; text NULL is NULL. One that cannot be bound makes db_step fail. */
void db_bind_int(struct db_statement *statement, int parameter, int64_t value);
void db_bind_text(struct db_statement *statement, int parameter, const char *text);
void db_bind_blob(struct db_statement *statement, int parameter, const void *bytes, size_t size);
void db_bind_null(struct db_statement *statement, int parameter);

/* 1 with a row, 0 where there is no more (the statement is ended), -1 with e (ended). */
int db_step(struct db_statement *statement, struct err *e);
/* All of a statement that returns no rows: how many rows it changed, or -1 with e. */
int64_t db_run(struct db_statement *statement, struct err *e);
/* Ends a statement before its last row; NULL and twice are fine. */
void db_end(struct db_statement *statement);

/* Columns are counted from 0; texts and bytes are valid until the next step or end. NULL is 0 and "". */
int64_t db_int(struct db_statement *statement, int column);
const char *db_text(struct db_statement *statement, int column);
const void *db_blob(struct db_statement *statement, int column, size_t *size);
bool db_is_null(struct db_statement *statement, int column);

/* The rowid of the last INSERT of this handle. */
int64_t db_last_id(const struct db *db);

#endif
