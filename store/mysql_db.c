/*
 * mysql_db.c - see mysql_db.h. Runs in judge_client, judge_node and judgectl, on one thread.
 *
 * The socket is close-on-exec: what a worker starts must not inherit the site's database. No local files are read for the server,
 * no option file of the user's, and the password goes nowhere but to the library.
 */
#include "store/mysql_db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mariadb/mysql.h>
#include <mariadb/mysqld_error.h>
#include <mariadb/errmsg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/settings.h"
#include "common/str.h"

#include "common/banned.h"

enum {
    COLUMNS = 24,
    VALUES = SQL_TEXT_PLACES,
    TEXT_BYTES = 512, /* of a text's first buffer */
    TRIES = 8,        /* of a statement that met a deadlock */
};

struct column {
    int64_t number;
    char *text;
    size_t size;
    unsigned long length;
    my_bool null, cut;
};

struct statement {
    MYSQL_STMT *handle; /* NULL: not prepared on this connection */
    size_t places;
    uint16_t *value; /* of each place the index of its value */
    size_t columns;
    struct column *column;
};

struct mysql_db {
    const struct settings *settings;
    const struct sql_statement *texts;
    size_t count;
    const struct mysql_db_user *user;
    MYSQL *connection; /* NULL: not connected */
    bool connecting;
    struct statement *statements;
    struct sql_ready *ready; /* working space: a text that is being prepared */
    MYSQL_BIND *binds;       /* working space: VALUES of them */
    enum mysql_fault fault;
    int64_t new_id;
};

/* What a server's number means to us, and what a person can do about it. */
static const struct {
    unsigned number;
    enum mysql_fault fault;
    const char *advice;
} faults[] = {
    {CR_SERVER_GONE_ERROR, MYSQL_FAULT_LOST, NULL},
    {CR_SERVER_LOST, MYSQL_FAULT_LOST, NULL},
    {CR_SERVER_LOST_EXTENDED, MYSQL_FAULT_LOST, NULL},
    {CR_COMMANDS_OUT_OF_SYNC, MYSQL_FAULT_LOST, NULL},
    {CR_CONNECTION_ERROR, MYSQL_FAULT_GONE, "is it running? socket, host and port stand in [database]"},
    {CR_CONN_HOST_ERROR, MYSQL_FAULT_GONE, "is it running? host and port stand in [database]"},
    {CR_UNKNOWN_HOST, MYSQL_FAULT_GONE, "host stands in [database]"},
    {ER_SERVER_SHUTDOWN, MYSQL_FAULT_LOST, NULL},
    {ER_NEW_ABORTING_CONNECTION, MYSQL_FAULT_LOST, NULL},
    {ER_CONNECTION_KILLED, MYSQL_FAULT_LOST, NULL},
    {4031, MYSQL_FAULT_LOST, NULL}, /* MySQL 8: closed by the server, idle for too long */
    {ER_NET_READ_ERROR, MYSQL_FAULT_LOST, NULL},
    {ER_NET_READ_INTERRUPTED, MYSQL_FAULT_LOST, NULL},
    {ER_CON_COUNT_ERROR, MYSQL_FAULT_GONE, "raise max_connections"},
    {ER_TOO_MANY_USER_CONNECTIONS, MYSQL_FAULT_GONE, "raise max_user_connections"},
    {ER_USER_LIMIT_REACHED, MYSQL_FAULT_GONE, "the user's limits on the server: ALTER USER ... WITH"},
    {ER_HOST_IS_BLOCKED, MYSQL_FAULT_GONE, "FLUSH HOSTS on the server"},
    {ER_UNKNOWN_COM_ERROR, MYSQL_FAULT_GONE, NULL}, /* a cluster's node that is not ready */
    {ER_LOCK_DEADLOCK, MYSQL_FAULT_AGAIN, NULL},
    {ER_LOCK_WAIT_TIMEOUT, MYSQL_FAULT_AGAIN, "a statement of somebody else's holds the table or the row"},
    {ER_QUERY_INTERRUPTED, MYSQL_FAULT_AGAIN, NULL},
    {ER_CHECKREAD, MYSQL_FAULT_AGAIN, NULL},
    {1412, MYSQL_FAULT_AGAIN, NULL},                              /* the table was altered meanwhile */
    {1969, MYSQL_FAULT_AGAIN, "max_statement_time is too short"}, /* MariaDB */
    {3024, MYSQL_FAULT_AGAIN, "max_execution_time is too short"}, /* MySQL */
    {ER_OPTION_PREVENTS_STATEMENT, MYSQL_FAULT_READ_ONLY,
     "SET GLOBAL read_only=0, or name the server that takes writes"},
    {1836, MYSQL_FAULT_READ_ONLY, "SET GLOBAL read_only=0, or name the server that takes writes"},
    {ER_OPEN_AS_READONLY, MYSQL_FAULT_READ_ONLY, "owner and mode of the table's files on the server"},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, MYSQL_FAULT_READ_ONLY, NULL},
    {ER_DISK_FULL, MYSQL_FAULT_FULL, "free some space on the server"},
    {ER_RECORD_FILE_FULL, MYSQL_FAULT_FULL, "free some space on the server"},
    {ER_ERROR_ON_WRITE, MYSQL_FAULT_FULL, "is the server's disk full?"},
    {ER_GET_ERRNO, MYSQL_FAULT_OTHER, "the server's error log says more; 28 is a full disk"},
    {ER_ACCESS_DENIED_ERROR, MYSQL_FAULT_GONE, "user and password stand in [database]"},
    {1698, MYSQL_FAULT_GONE, "user and password stand in [database]"}, /* by a plugin without a password */
    {ER_DBACCESS_DENIED_ERROR, MYSQL_FAULT_GONE, "GRANT SELECT, INSERT, UPDATE, DELETE on that database to that user"},
    {ER_BAD_DB_ERROR, MYSQL_FAULT_GONE,
     "name stands in [database]; CREATE DATABASE makes it, judgectl db init its tables"},
    {ER_TABLEACCESS_DENIED_ERROR, MYSQL_FAULT_DENIED, "judgectl db check prints the GRANT"},
    {ER_COLUMNACCESS_DENIED_ERROR, MYSQL_FAULT_DENIED, "judgectl db check prints the GRANT"},
    {ER_SPECIFIC_ACCESS_DENIED_ERROR, MYSQL_FAULT_DENIED, NULL},
    {ER_NO_SUCH_TABLE, MYSQL_FAULT_TABLE, "judgectl db check says what is missing"},
    {ER_BAD_FIELD_ERROR, MYSQL_FAULT_TABLE, "judgectl db check says what is missing"},
    {ER_CRASHED_ON_USAGE, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
    {ER_CRASHED_ON_REPAIR, MYSQL_FAULT_CRASHED, "REPAIR TABLE ... EXTENDED mends it"},
    {ER_NOT_KEYFILE, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
    {126, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"}, /* a storage engine's own numbers */
    {127, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
    {134, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
    {144, MYSQL_FAULT_CRASHED, "REPAIR TABLE ... EXTENDED mends it"},
    {145, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
    {28, MYSQL_FAULT_FULL, "free some space on the server"},
    {ER_OLD_KEYFILE, MYSQL_FAULT_CRASHED, "REPAIR TABLE mends it"},
};

static enum mysql_fault fault_find(unsigned number, const char **advice)
{
    *advice = NULL;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (faults[i].number == number) {
            *advice = faults[i].advice;
            return faults[i].fault;
        }
    }
    return MYSQL_FAULT_OTHER;
}

/* Sets db->fault and e from what the library says. Always -1. */
static int fault_set(struct mysql_db *db, unsigned number, const char *text, struct err *e)
{
    const char *advice;
    db->fault = fault_find(number, &advice);
    return err_set(e, "database: %s (%u)%s%s", text, number, advice == NULL ? "" : ": ", advice == NULL ? "" : advice);
}

static int fault_memory(struct mysql_db *db, struct err *e)
{
    db->fault = MYSQL_FAULT_OTHER;
    return err_sys(e, ENOMEM, "database");
}

/* ---- opening */

struct mysql_db *mysql_db_open(const struct settings *settings, const struct sql_statement *statements, size_t count,
                               const struct mysql_db_user *user, struct err *e)
{
    struct mysql_db *db = calloc(1, sizeof *db);
    if (db == NULL) {
        (void)err_sys(e, ENOMEM, "database");
        return NULL;
    }
    db->settings = settings;
    db->texts = statements;
    db->count = count;
    db->user = user;
    db->statements = calloc(count, sizeof *db->statements);
    db->ready = malloc(sizeof *db->ready);
    db->binds = calloc(VALUES, sizeof *db->binds);
    if (db->statements == NULL || db->ready == NULL || db->binds == NULL) {
        (void)err_sys(e, ENOMEM, "database");
        mysql_db_close(db);
        return NULL;
    }
    return db;
}

static void forget_statement(struct statement *statement)
{
    if (statement->handle != NULL)
        (void)mysql_stmt_close(statement->handle); /* a connection that is gone has nothing to close */
    for (size_t i = 0; i < statement->columns; i++)
        free(statement->column[i].text);
    free(statement->column);
    free(statement->value);
    *statement = (struct statement){.handle = NULL};
}

void mysql_db_forget(struct mysql_db *db)
{
    for (size_t i = 0; i < db->count; i++)
        forget_statement(&db->statements[i]);
}

void mysql_db_disconnect(struct mysql_db *db)
{
    if (db->statements != NULL)
        mysql_db_forget(db);
    if (db->connection != NULL)
        mysql_close(db->connection);
    db->connection = NULL;
}

void mysql_db_close(struct mysql_db *db)
{
    if (db == NULL)
        return;
    mysql_db_disconnect(db);
    free(db->statements);
    free(db->ready);
    free(db->binds);
    free(db);
}

/* ---- connecting */

/* Of each session: whatever the server's defaults are, old tables' dates of zero are read, a number that does not fit is cut and
 * not refused, and counting and writing a counter are one step. Locks give up before the connection's time-out does. */
static const struct {
    const char *format; /* %d: seconds */
    bool needed;
} session[] = {
    {"SET SESSION sql_mode = '', SESSION autocommit = 1", true},
    {"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", true},
    {"SET SESSION bulk_insert_buffer_size = 0", false}, /* else MyISAM sets 8 MiB up for one row: 5 ms */
    {"SET SESSION lock_wait_timeout = %d", false},
    {"SET SESSION innodb_lock_wait_timeout = %d", false}, /* a server without InnoDB does not know it */
};

static int set_session(struct mysql_db *db, int seconds, struct err *e)
{
    for (size_t i = 0; i < sizeof session / sizeof *session; i++) {
        char text[128];
        const char *place = strstr(session[i].format, "%d");
        int before = place == NULL ? (int)strlen(session[i].format) : (int)(place - session[i].format);
        if (place == NULL)
            (void)str_copy(text, sizeof text, session[i].format); /* they are short */
        else
            (void)str_format(text, sizeof text, "%.*s%d", before, session[i].format, seconds);
        if (mysql_real_query(db->connection, text, (unsigned long)strlen(text)) != 0 &&
            (session[i].needed || fault_find(mysql_errno(db->connection), &(const char *){NULL}) == MYSQL_FAULT_LOST))
            return fault_set(db, mysql_errno(db->connection), mysql_error(db->connection), e);
    }
    return 0;
}

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static int reach(struct mysql_db *db, struct err *e)
{
    const struct settings *settings = db->settings;
    unsigned seconds = (unsigned)((settings->database_timeout_ms + 999) / 1000);
    unsigned none = 0;
    MYSQL *connection = mysql_init(NULL);
    if (connection == NULL)
        return fault_memory(db, e);
    db->connection = connection;
    /* These only store what they are given. */
    (void)mysql_options(connection, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    (void)mysql_options(connection, MYSQL_OPT_READ_TIMEOUT, &seconds);
    (void)mysql_options(connection, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    (void)mysql_options(connection, MYSQL_OPT_LOCAL_INFILE, &none);
    (void)mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(connection, or_null(settings->database_host), settings->database_user,
                           settings->database_password, settings->database_name, (unsigned)settings->database_port,
                           or_null(settings->database_socket), CLIENT_FOUND_ROWS) == NULL) {
        unsigned number = mysql_errno(connection);
        (void)fault_set(db, number, mysql_error(connection), e);
        return number != CR_SERVER_LOST
                   ? -1
                   : err_set(e,
                             "database: %s (%u): is it MySQL or MariaDB that listens there? socket, "
                             "host and port stand in [database]",
                             mysql_error(connection), number);
    }
    int fd = mysql_get_socket(connection);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_sys(e, errno, "database: close-on-exec");
    return set_session(db, seconds > 1 ? (int)seconds / 2 : 1, e);
}

int mysql_db_connect(struct mysql_db *db, struct err *e)
{
    if (db->connection != NULL)
        return 0;
    db->fault = MYSQL_FAULT_OTHER;
    db->connecting = true;
    int result = reach(db, e);
    if (result == 0 && db->user->connected != NULL)
        result = db->user->connected(db->user->context, e);
    db->connecting = false;
    if (result != 0) {
        mysql_db_disconnect(db);
        if (db->fault == MYSQL_FAULT_LOST || db->fault == MYSQL_FAULT_AGAIN)
            db->fault = MYSQL_FAULT_GONE;
    }
    return result;
}

/* ---- statements */

static int statement_fault(struct mysql_db *db, MYSQL_STMT *handle, int64_t begun_us, struct err *e)
{
    (void)fault_set(db, mysql_stmt_errno(handle), mysql_stmt_error(handle), e);
    if (db->fault == MYSQL_FAULT_LOST) {
        int64_t waited_ms = (clock_now_us() - begun_us) / 1000;
        if (waited_ms * 2 > db->settings->database_timeout_ms) {
            db->fault = MYSQL_FAULT_GONE;
            (void)err_set(e, "database: no answer within %lld ms", (long long)waited_ms);
        }
        if (!db->connecting) /* else mysql_db_connect closes it */
            mysql_db_disconnect(db);
    } else if (db->fault == MYSQL_FAULT_DENIED && !db->connecting) {
        /* A GRANT on the database counts for connections that are made after it. */
        mysql_db_disconnect(db);
    }
    return -1;
}

static int prepare_columns(struct statement *statement, const char *columns)
{
    statement->columns = columns == NULL ? 0 : strlen(columns);
    if (statement->columns == 0)
        return 0;
    statement->column = calloc(statement->columns, sizeof *statement->column);
    if (statement->column == NULL) {
        statement->columns = 0;
        return -1;
    }
    for (size_t i = 0; i < statement->columns; i++) {
        if (columns[i] == 'i')
            continue;
        statement->column[i].text = malloc(TEXT_BYTES + 1);
        statement->column[i].size = TEXT_BYTES;
        if (statement->column[i].text == NULL)
            return -1;
    }
    return 0;
}

static int bind_columns(struct statement *statement)
{
    MYSQL_BIND binds[COLUMNS];
    memset(binds, 0, sizeof binds);
    for (size_t i = 0; i < statement->columns; i++) {
        struct column *column = &statement->column[i];
        binds[i].is_null = &column->null;
        binds[i].error = &column->cut;
        binds[i].length = &column->length;
        if (column->text == NULL) {
            binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
            binds[i].buffer = &column->number;
        } else {
            binds[i].buffer_type = MYSQL_TYPE_STRING;
            binds[i].buffer = column->text;
            binds[i].buffer_length = (unsigned long)column->size;
        }
    }
    return mysql_stmt_bind_result(statement->handle, binds) == 0 ? 0 : -1;
}

static int prepare(struct mysql_db *db, size_t index, struct err *e)
{
    struct statement *statement = &db->statements[index];
    const struct sql_statement *text = &db->texts[index];
    int64_t begun_us = clock_now_us();
    if (statement->handle != NULL)
        return 0;
    db->fault = MYSQL_FAULT_OTHER;
    if (sql_text_ready(text, db->user->has, db->user->context, db->ready, e) != 0)
        return -1;
    statement->handle = mysql_stmt_init(db->connection);
    statement->places = db->ready->places;
    statement->value = malloc((statement->places + 1) * sizeof *statement->value);
    if (statement->handle == NULL || statement->value == NULL || prepare_columns(statement, text->columns) != 0) {
        forget_statement(statement);
        return fault_memory(db, e);
    }
    memcpy(statement->value, db->ready->value, statement->places * sizeof *statement->value);
    MYSQL_STMT *handle = statement->handle;
    if (mysql_stmt_prepare(handle, db->ready->text, (unsigned long)strlen(db->ready->text)) == 0 &&
        mysql_stmt_param_count(handle) == statement->places && mysql_stmt_field_count(handle) == statement->columns &&
        statement->columns <= COLUMNS)
        return 0;
    if (mysql_stmt_errno(handle) == 0)
        (void)err_set(e, "a statement of the store has other columns or values than it says: %.60s", text->text);
    else
        (void)statement_fault(db, handle, begun_us, e); /* may have disconnected, and so forgotten it */
    forget_statement(statement);
    return -1;
}

static int execute(struct mysql_db *db, size_t index, const struct sql_value *values, size_t count, struct err *e)
{
    struct statement *statement = &db->statements[index];
    MYSQL_STMT *handle = statement->handle;
    int64_t begun_us = clock_now_us();
    my_bool yes = 1;
    memset(db->binds, 0, statement->places * sizeof *db->binds);
    for (size_t i = 0; i < statement->places; i++) {
        MYSQL_BIND *bind = &db->binds[i];
        assert(statement->value[i] < count);
        const struct sql_value *value = &values[statement->value[i]];
        union {
            const void *given;
            void *library; /* which only reads it */
        } bytes = {.given = value->is_text ? (const void *)value->text : (const void *)&value->number};
        bind->buffer = bytes.library;
        bind->buffer_type = value->is_text ? MYSQL_TYPE_STRING : MYSQL_TYPE_LONGLONG;
        bind->buffer_length = (unsigned long)value->bytes;
        if (value->is_text && value->text == NULL)
            bind->is_null = &yes;
    }
    if (mysql_stmt_bind_param(handle, db->binds) != 0 || mysql_stmt_execute(handle) != 0)
        return statement_fault(db, handle, begun_us, e);
    if (statement->columns > 0 && (bind_columns(statement) != 0 || mysql_stmt_store_result(handle) != 0))
        return statement_fault(db, handle, begun_us, e);
    return 0;
}

/* A few milliseconds, more each time and not the same for everybody, so that two who met do not meet again. */
static void wait_a_little(int try)
{
    struct timespec pause = {.tv_nsec = (long)(1 + clock_now_us() % 5) * 1000000L * (try + 1)};
    (void)nanosleep(&pause, NULL); /* shorter is fine */
}

int64_t mysql_db_run(struct mysql_db *db, size_t index, const struct sql_value *values, size_t count, struct err *e)
{
    int64_t begun_us = clock_now_us();
    if (mysql_db_connect(db, e) != 0)
        return -1;
    for (int try = 0; try < TRIES; try++) {
        if (prepare(db, index, e) == 0 && execute(db, index, values, count, e) == 0) {
            MYSQL_STMT *handle = db->statements[index].handle;
            db->fault = MYSQL_FAULT_NONE;
            db->new_id = (int64_t)mysql_stmt_insert_id(handle);
            return db->statements[index].columns > 0 ? (int64_t)mysql_stmt_num_rows(handle)
                                                     : (int64_t)mysql_stmt_affected_rows(handle);
        }
        struct statement *statement = &db->statements[index];
        unsigned number = statement->handle == NULL ? 0 : mysql_stmt_errno(statement->handle);
        bool stale = number == ER_NEED_REPREPARE || number == ER_UNKNOWN_STMT_HANDLER;
        if (stale)
            forget_statement(statement);
        else if (db->fault != MYSQL_FAULT_AGAIN || clock_now_us() - begun_us > db->settings->database_timeout_ms * 1000)
            return -1;
        else
            wait_a_little(try);
    }
    return -1;
}

int mysql_db_next(struct mysql_db *db, size_t index, struct err *e)
{
    struct statement *statement = &db->statements[index];
    if (statement->handle == NULL)
        return 0;
    int fetched = mysql_stmt_fetch(statement->handle);
    if (fetched == MYSQL_NO_DATA)
        return 0;
    if (fetched == 1)
        return statement_fault(db, statement->handle, clock_now_us(), e);
    bool grown = false;
    for (size_t i = 0; i < statement->columns; i++) {
        struct column *column = &statement->column[i];
        if (column->text == NULL || column->null)
            continue;
        if (column->length > column->size) {
            char *larger = realloc(column->text, column->length + 1);
            if (larger == NULL)
                return fault_memory(db, e);
            column->text = larger;
            column->size = column->length;
            grown = true;
            MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING,
                               .buffer = column->text,
                               .buffer_length = (unsigned long)column->size,
                               .length = &column->length,
                               .is_null = &column->null,
                               .error = &column->cut};
            if (mysql_stmt_fetch_column(statement->handle, &bind, (unsigned)i, 0) != 0)
                return statement_fault(db, statement->handle, clock_now_us(), e);
        }
        column->text[column->length] = '\0';
    }
    if (grown && bind_columns(statement) != 0)
        return statement_fault(db, statement->handle, clock_now_us(), e);
    return 1;
}

int64_t mysql_db_int(const struct mysql_db *db, size_t index, size_t column, int64_t otherwise)
{
    const struct column *found = &db->statements[index].column[column];
    return found->null ? otherwise : found->number;
}

const char *mysql_db_text(const struct mysql_db *db, size_t index, size_t column, size_t *bytes)
{
    const struct column *found = &db->statements[index].column[column];
    if (bytes != NULL)
        *bytes = found->null ? 0 : found->length;
    return found->null ? NULL : found->text;
}

int64_t mysql_db_new_id(const struct mysql_db *db)
{
    return db->new_id;
}

int mysql_db_direct(struct mysql_db *db, const char *sql, size_t length, struct err *e)
{
    if (mysql_db_connect(db, e) != 0)
        return -1;
    int64_t begun_us = clock_now_us();
    if (mysql_real_query(db->connection, sql, (unsigned long)length) == 0) {
        MYSQL_RES *rows = mysql_store_result(db->connection);
        if (rows != NULL)
            mysql_free_result(rows);
        db->fault = MYSQL_FAULT_NONE;
        return 0;
    }
    (void)fault_set(db, mysql_errno(db->connection), mysql_error(db->connection), e);
    if (db->fault == MYSQL_FAULT_LOST && !db->connecting) {
        if ((clock_now_us() - begun_us) / 500 > db->settings->database_timeout_ms)
            db->fault = MYSQL_FAULT_GONE;
        mysql_db_disconnect(db);
    }
    return -1;
}

enum mysql_fault mysql_db_fault(const struct mysql_db *db)
{
    return db->fault;
}
