/*
 * mysql_db.h - one connection to MySQL or MariaDB: connects by itself, keeps its statements prepared, and says of a failure what
 * kind it is and what to do. The only file that includes mysql.h; knows no table.
 *
 * A statement that met a deadlock or a lock's time-out has changed nothing and is run again here, a few times. A connection
 * that is lost within a statement is the caller's to decide: only it knows what running it twice would do.
 */
#ifndef JUDGE_MYSQL_DB_H
#define JUDGE_MYSQL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "store/sql_text.h"

struct mysql_db;
struct settings;

enum mysql_fault {
    MYSQL_FAULT_NONE,
    MYSQL_FAULT_LOST,      /* the connection broke within a statement, at once: it may have been done or not */
    MYSQL_FAULT_GONE,      /* no server, none that lets us in, or none that answers within the time-out */
    MYSQL_FAULT_AGAIN,     /* a deadlock, a lock's time-out: nothing was done */
    MYSQL_FAULT_READ_ONLY, /* a server that takes no writes now */
    MYSQL_FAULT_FULL,      /* its disk */
    MYSQL_FAULT_DENIED,    /* a right is missing */
    MYSQL_FAULT_TABLE,     /* a table or a column is missing */
    MYSQL_FAULT_CRASHED,   /* a table must be repaired */
    MYSQL_FAULT_OTHER
};

struct mysql_db_user { /* what the connection calls back */
    /* After each connect, before any statement: 0, or -1 with e, and the connection is closed again. */
    int (*connected)(void *context, struct err *e);
    sql_has *has;
    void *context;
};

/* Nothing is reached yet. statements, count: constants, kept by address, as are settings and user. NULL with e: no memory. */
struct mysql_db *mysql_db_open(const struct settings *settings, const struct sql_statement *statements, size_t count,
                               const struct mysql_db_user *user, struct err *e);
void mysql_db_close(struct mysql_db *db);

/* Connects where it is not. 0, or -1 with e. */
int mysql_db_connect(struct mysql_db *db, struct err *e);

/* Runs a statement by its index. Returns the rows that it found (also where they had these values already), or how many rows
 * its answer has: read them with mysql_db_next. -1 with e. */
int64_t mysql_db_run(struct mysql_db *db, size_t index, const struct sql_value *values, size_t count, struct err *e);
/* 1 with the next row, 0 after the last, -1 with e. */
int mysql_db_next(struct mysql_db *db, size_t index, struct err *e);
/* A column of the row: NULL is `otherwise`. */
int64_t mysql_db_int(const struct mysql_db *db, size_t index, size_t column, int64_t otherwise);
/* NULL where it is NULL; terminated; until the next call with this statement. */
const char *mysql_db_text(const struct mysql_db *db, size_t index, size_t column, size_t *bytes);
/* The number that the last INSERT made. */
int64_t mysql_db_new_id(const struct mysql_db *db);

/* One statement without values, as it is, whose answer is not wanted: for setting up. 0, or -1 with e. */
int mysql_db_direct(struct mysql_db *db, const char *sql, size_t length, struct err *e);

/* Of the last call that failed. */
enum mysql_fault mysql_db_fault(const struct mysql_db *db);

/* The next call connects again, and user->connected looks at the tables again. */
void mysql_db_disconnect(struct mysql_db *db);
/* Forgets the prepared statements: what `has` says has changed. */
void mysql_db_forget(struct mysql_db *db);

#endif
