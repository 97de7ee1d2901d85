/*
 * store_site.c - see store_site.h. Runs in a test's process; reaches only the server and the folder that the test made.
 */
#include "tests/sandbox/lib/store_site.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mariadb/mysql.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { SCRIPT_BYTES = 64 << 10, SQL_BYTES = 256 << 10 };

static bool connect_admin(struct store_site *site)
{
    MYSQL *admin = mysql_init(NULL);
    unsigned seconds = 20;
    if (admin == NULL)
        return false;
    (void)mysql_options(admin, MYSQL_OPT_READ_TIMEOUT, &seconds);
    (void)mysql_options(admin, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(admin, NULL, "root", "", NULL, 0, mariadb_server_socket(site->server), 0) == NULL) {
        printf("# root's connection: %s\n", mysql_error(admin));
        mysql_close(admin);
        return false;
    }
    if (site->admin != NULL)
        mysql_close(site->admin);
    site->admin = admin;
    return true;
}

bool store_site_again(struct store_site *site)
{
    char text[64];
    (void)str_format(text, sizeof text, "USE %s", site->name);
    return connect_admin(site) && mysql_query(site->admin, text) == 0 &&
           mysql_query(site->admin, "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'") == 0;
}

/* The first value of the last statement. */
static bool ask_mysql(struct store_site *site, const char *sql, char *text, size_t size, bool *null)
{
    *null = true;
    if (mysql_query(site->admin, sql) != 0) {
        printf("# %s: %.200s\n", mysql_error(site->admin), sql);
        return false;
    }
    MYSQL_RES *rows = mysql_store_result(site->admin);
    MYSQL_ROW row = rows == NULL ? NULL : mysql_fetch_row(rows);
    if (row != NULL && row[0] != NULL) {
        *null = false;
        (void)str_copy(text, size, row[0]); /* cut is fine */
    }
    if (rows != NULL)
        mysql_free_result(rows);
    return true;
}

static bool sqlite_file(const struct store_site *site, const char *end, char *path, size_t size)
{
    return str_format(path, size, "%s/judge.db%s", site->settings.home, end) == 0;
}

/* The store makes the file: it is opened here when it is first asked. */
static bool reach_file(struct store_site *site)
{
    char path[PATH_MAX];
    sqlite3 *file = NULL;
    if (site->admin != NULL)
        return true;
    if (!sqlite_file(site, "", path, sizeof path) ||
        sqlite3_open_v2(path, &file, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        printf("# %s cannot be opened\n", path);
        (void)sqlite3_close(file);
        return false;
    }
    (void)sqlite3_busy_timeout(file, 10000);
    site->admin = file;
    return true;
}

static bool ask_sqlite(struct store_site *site, const char *sql, char *text, size_t size, bool *null)
{
    sqlite3_stmt *statement = NULL;
    *null = true;
    if (!reach_file(site))
        return false;
    int code = sqlite3_prepare_v2(site->admin, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW &&
        sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        *null = false;
        (void)str_copy(text, size, (const char *)sqlite3_column_text(statement, 0)); /* cut is fine */
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        printf("# %s: %.200s\n", sqlite3_errmsg(site->admin), sql);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

__attribute__((format(printf, 5, 0))) static bool ask(struct store_site *site, char *text, size_t size, bool *null,
                                                      const char *format, va_list args)
{
    char *sql = malloc(SQL_BYTES);
    bool good = false;
    text[0] = '\0';
    if (sql != NULL && vsnprintf(sql, SQL_BYTES, format, args) < SQL_BYTES)
        good = site->kind == SITE_SQLITE ? ask_sqlite(site, sql, text, size, null)
                                         : ask_mysql(site, sql, text, size, null);
    free(sql);
    return good;
}

int64_t store_site_number(struct store_site *site, const char *format, ...)
{
    char text[64];
    bool null;
    int64_t number;
    va_list args;
    va_start(args, format);
    bool good = ask(site, text, sizeof text, &null, format, args);
    va_end(args);
    if (!good)
        return INT64_MIN;
    return null || str_to_int64(text, INT64_MIN + 1, INT64_MAX, &number) != 0 ? -1 : number;
}

const char *store_site_text(struct store_site *site, char *text, size_t size, const char *format, ...)
{
    bool null;
    va_list args;
    va_start(args, format);
    (void)ask(site, text, size, &null, format, args); /* "" then */
    va_end(args);
    return text;
}

/* Statements end with a semicolon at the end of a line; lines of comment begin with "--". */
static bool run_script(struct store_site *site, const char *path)
{
    struct err e;
    char *script = malloc(SCRIPT_BYTES);
    bool good = script != NULL && file_read(AT_FDCWD, path, script, SCRIPT_BYTES, &e) > 0;
    if (!good)
        printf("# %s\n", script == NULL ? "no memory" : e.text);
    for (char *at = script; good;) {
        at += strspn(at, " \n");
        if (str_starts(at, "--")) {
            at += strcspn(at, "\n");
            continue;
        }
        char *end = strstr(at, ";\n");
        if (end == NULL)
            break;
        *end = '\0';
        good = store_site_number(site, "%s", at) != INT64_MIN;
        at = end + 1;
    }
    free(script);
    return good;
}

static const char *const needed_rights[] = {
    "SELECT, UPDATE ON %s.solution",
    "SELECT ON %s.source_code",
    "SELECT, UPDATE ON %s.problem",
    "SELECT ON %s.contest",
    "SELECT, UPDATE ON %s.contest_problem",
    "SELECT, UPDATE ON %s.users",
    "SELECT ON %s.custominput",
    "SELECT, INSERT, UPDATE, DELETE ON %s.compileinfo",
    "SELECT, INSERT, UPDATE, DELETE ON %s.runtimeinfo",
    "SELECT, INSERT, DELETE ON %s.solution_case",
    "INSERT ON %s.solution", /* judgectl submit */
    "INSERT, UPDATE ON %s.source_code",
    "SELECT, INSERT, UPDATE ON %s.source_code_user",
    "INSERT, UPDATE ON %s.custominput",
    "SELECT, INSERT, UPDATE ON %s.sim", /* sim_enable */
};

static bool grant(struct store_site *site)
{
    if (site->kind == SITE_EMPTY)
        return store_site_number(site, "GRANT ALL ON %s.* TO judge@localhost", site->name) != INT64_MIN;
    for (size_t i = 0; i < sizeof needed_rights / sizeof *needed_rights; i++) {
        char right[128];
        const char *place = strchr(needed_rights[i], '%');
        (void)str_format(right, sizeof right, "%.*s%s%s", (int)(place - needed_rights[i]), needed_rights[i], site->name,
                         place + 2);
        if (store_site_number(site, "GRANT %s TO judge@localhost", right) == INT64_MIN)
            return false;
    }
    return true;
}

static bool open_database(struct store_site *site)
{
    static const char *const scripts[] = {
        [SITE_INNODB] = "data/schema.sql", [SITE_MYISAM] = "tests/sql/hustoj.sql", [SITE_EMPTY] = NULL};
    struct settings *settings = &site->settings;
    (void)str_copy(settings->database_socket, sizeof settings->database_socket, mariadb_server_socket(site->server));
    (void)str_copy(settings->database_user, sizeof settings->database_user, "judge");
    (void)str_copy(settings->database_password, sizeof settings->database_password, "a#b;c @!\"d");
    (void)str_copy(settings->database_name, sizeof settings->database_name, site->name);
    if (!connect_admin(site) || store_site_number(site, "DROP DATABASE IF EXISTS %s", site->name) == INT64_MIN ||
        store_site_number(site, "CREATE DATABASE %s CHARACTER SET utf8mb4", site->name) == INT64_MIN ||
        !store_site_again(site) ||
        store_site_number(site, "CREATE OR REPLACE USER judge@localhost IDENTIFIED BY 'a#b;c @!\"d'") == INT64_MIN)
        return false;
    if (scripts[site->kind] != NULL && !run_script(site, scripts[site->kind]))
        return false;
    if (site->kind == SITE_MYISAM && /* as `judgectl db upgrade` makes it */
        store_site_number(site, "CREATE TABLE solution_case (solution_id INT UNSIGNED NOT NULL, case_no INT NOT NULL, "
                                "name VARCHAR(64) NOT NULL, verdict VARCHAR(8) NOT NULL, score INT NOT NULL, "
                                "cpu_us BIGINT NOT NULL, wall_us BIGINT NOT NULL, mem_kib BIGINT NOT NULL, "
                                "data_version VARCHAR(64) NOT NULL, note VARCHAR(255) NOT NULL, PRIMARY KEY "
                                "(solution_id, case_no)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4") == INT64_MIN)
        return false;
    return grant(site);
}

bool store_site_open(struct store_site *site, enum store_site_kind kind, struct mariadb_server *server, char *why,
                     size_t why_size)
{
    *site = (struct store_site){.kind = kind, .server = server};
    site->settings.total = 1;
    site->settings.languages = -1;
    site->settings.database_timeout_ms = 5000;
    (void)str_copy(site->settings.node, sizeof site->settings.node, "box1");
    (void)str_copy(site->name, sizeof site->name, "jol");
    if (kind != SITE_SQLITE) {
        (void)str_format(why, why_size, "the site cannot be made");
        return open_database(site);
    }
    (void)str_copy(site->settings.home, sizeof site->settings.home, "/tmp/judge-store-XXXXXX");
    (void)str_format(why, why_size, "/tmp: %s", strerror(errno));
    return mkdtemp(site->settings.home) != NULL;
}

void store_site_close(struct store_site *site)
{
    if (site->kind != SITE_SQLITE) {
        if (site->admin != NULL)
            mysql_close(site->admin);
        site->admin = NULL;
        return;
    }
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[PATH_MAX];
    (void)sqlite3_close(site->admin);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (sqlite_file(site, ends[i], path, sizeof path))
            (void)unlink(path); /* one may not be there */
    }
    (void)rmdir(site->settings.home);
}

static bool quoted(const char *text, char *target, size_t size)
{
    size_t used = 0;
    target[used++] = '\'';
    for (; *text != '\0' && used + 4 < size; text++) {
        if (*text == '\'')
            target[used++] = '\'';
        target[used++] = *text;
    }
    target[used++] = '\'';
    target[used] = '\0';
    return *text == '\0';
}

int64_t store_site_add(struct store_site *site, const struct store_site_row *row)
{
    bool sqlite = site->kind == SITE_SQLITE;
    char *text = malloc(SQL_BYTES / 2);
    char user[128];
    int64_t id = INT64_MIN;
    if (text == NULL || !quoted(row->user, user, sizeof user) ||
        store_site_number(site,
                          "INSERT INTO solution (problem_id, user_id, contest_id, language, code_length, result, "
                          "in_date%s) VALUES (%lld, %s, %lld, %d, 9, %d, %s%s)",
                          sqlite ? "" : ", ip", (long long)row->problem, user, (long long)row->contest, row->language,
                          row->result, sqlite ? "strftime('%s', 'now')" : "NOW()",
                          sqlite ? "" : ", '::1'") == INT64_MIN)
        goto out;
    id = store_site_number(site, sqlite ? "SELECT last_insert_rowid()" : "SELECT LAST_INSERT_ID()");
    if (!quoted(row->source == NULL ? "int main;" : row->source, text, SQL_BYTES / 2) ||
        store_site_number(site, "INSERT INTO source_code (solution_id, source) VALUES (%lld, %s)", (long long)id,
                          text) == INT64_MIN)
        id = INT64_MIN;
    if (row->input != NULL && (!quoted(row->input, text, SQL_BYTES / 2) ||
                               store_site_number(site,
                                                 "INSERT INTO custominput (solution_id, input_text) VALUES "
                                                 "(%lld, %s)",
                                                 (long long)id, text) == INT64_MIN))
        id = INT64_MIN;
out:
    free(text);
    return id;
}
