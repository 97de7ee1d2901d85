/*
 * store_mysql_schema.c - what the site's tables have, whether we may use them, and making what is missing and ours.
 *
 * Runs in whoever opens the store; making is `judgectl db init`. Never alters a table of HUSTOJ: where one lacks what we cannot do
 * without, the statement that an administrator can run is in the message.
 */
#include "store/store_mysql_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* data/schema.sql, as it is. */
__asm__(".pushsection .rodata\n"
        "store_mysql_schema_text:\n"
        ".incbin \"data/schema.sql\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char store_mysql_schema_text[] __attribute__((visibility("hidden")));

static const struct {
    const char *word;
    const char *table;
    const char *column;
} features[] = {
#define FEATURE(word, table, column) [HAS_##word] = {#word, table, column},
    STORE_MYSQL_FEATURES(FEATURE)
#undef FEATURE
        [HAS_raw_source] = {"raw_source", "", ""},
    [HAS_raw_input] = {"raw_input", "", ""},
    [HAS_solution] = {"solution", "solution", "solution_id"},
};
_Static_assert(sizeof features / sizeof *features == FEATURES, "every feature has a row");

bool store_mysql_has(const void *context, const char *word, size_t length)
{
    const struct store_mysql *store = context;
    for (size_t i = 0; i < FEATURES; i++) {
        if (strlen(features[i].word) == length && memcmp(features[i].word, word, length) == 0)
            return store->has[i];
    }
    return false;
}

/* The bytes of a one-byte character set are what the site's web was given by the browser: it never asked for a conversion, or what
 * the student typed would not be there. */
static bool is_raw(const char *characters)
{
    return characters != NULL && strcmp(characters, "latin1") == 0;
}

static bool is_wide(const char *characters)
{
    return characters == NULL || strcmp(characters, "utf8mb4") == 0;
}

static void note_column(struct store_mysql *store, const char *table, const char *column, const char *characters,
                        int64_t bytes)
{
    for (size_t i = 0; i < FEATURES; i++) {
        if (strcasecmp(features[i].table, table) == 0 && strcasecmp(features[i].column, column) == 0)
            store->has[i] = true;
    }
    if (strcasecmp(table, "source_code") == 0 && strcasecmp(column, "source") == 0) {
        store->has[HAS_raw_source] = is_raw(characters);
        store->source_bytes = bytes;
    }
    if (strcasecmp(table, "custominput") == 0 && strcasecmp(column, "input_text") == 0)
        store->has[HAS_raw_input] = is_raw(characters);
    if (strcasecmp(table, "compileinfo") == 0 && strcasecmp(column, "error") == 0)
        store->wide_compile = is_wide(characters);
    if (strcasecmp(table, "runtimeinfo") == 0 && strcasecmp(column, "error") == 0)
        store->wide_run = is_wide(characters);
}

static int look_at_columns(struct store_mysql *store, struct err *e)
{
    memset(store->has, 0, sizeof store->has);
    store->source_bytes = 0;
    if (mysql_db_run(store->db, SQL_COLUMNS, NULL, 0, e) < 0)
        return -1;
    for (;;) {
        int next = mysql_db_next(store->db, SQL_COLUMNS, e);
        if (next <= 0)
            return next;
        const char *table = mysql_db_text(store->db, SQL_COLUMNS, 0, NULL);
        const char *column = mysql_db_text(store->db, SQL_COLUMNS, 1, NULL);
        if (table != NULL && column != NULL)
            note_column(store, table, column, mysql_db_text(store->db, SQL_COLUMNS, 2, NULL),
                        mysql_db_int(store->db, SQL_COLUMNS, 3, 0));
    }
}

int store_mysql_connected(void *context, struct err *e)
{
    struct store_mysql *store = context;
    if (look_at_columns(store, e) != 0)
        return -1;
    store->known.id = 0;
    if (store->setting_up)
        return 0;
    if (!store->has[HAS_solution])
        return err_set(e,
                       "database: %s has no table solution, or %s has no right on it: judgectl db init makes the "
                       "tables of a new site",
                       store->settings.database_name, store->settings.database_user);
    if (!store->has[HAS_judger])
        return err_set(e, "database: the table solution is too old, without it two judges could write one verdict: "
                          "ALTER TABLE solution ADD judger CHAR(16) NOT NULL DEFAULT 'LOCAL'");
    return 0;
}

/* ---- checking */

enum { MAY_LACK = -2 };

/* What is done to each table, as a statement that does nothing. */
static const struct {
    const char *table;
    const char *right;
    const char *probe;
    int feature; /* only where the site has it; -1: always; MAY_LACK: the site may lack the table, but not the right */
} rights[] = {
#define READ(table, feature)                                                                                           \
    {                                                                                                                  \
        table, "SELECT", "SELECT 1 FROM " table " LIMIT 1", feature                                                    \
    }
#define SET(table, column, feature)                                                                                    \
    {                                                                                                                  \
        table, "UPDATE", "UPDATE " table " SET " column " = " column " WHERE 1 = 0", feature                           \
    }
#define ADD(table, column, feature)                                                                                    \
    {                                                                                                                  \
        table, "INSERT", "INSERT INTO " table " (" column ") SELECT " column " FROM " table " WHERE 1 = 0", feature    \
    }
#define DROP(table, feature)                                                                                           \
    {                                                                                                                  \
        table, "DELETE", "DELETE FROM " table " WHERE 1 = 0", feature                                                  \
    }
    READ("solution", -1),
    SET("solution", "result", -1),
    READ("source_code", -1),
    READ("problem", -1),
    SET("problem", "accepted", -1),
    READ("contest", -1),
    READ("contest_problem", -1),
    SET("contest_problem", "c_accepted", HAS_counters),
    READ("users", -1),
    SET("users", "solved", -1),
    READ("custominput", MAY_LACK),
    READ("compileinfo", -1),
    ADD("compileinfo", "solution_id", -1),
    SET("compileinfo", "error", -1),
    DROP("compileinfo", -1),
    READ("runtimeinfo", -1),
    ADD("runtimeinfo", "solution_id", -1),
    SET("runtimeinfo", "error", -1),
    DROP("runtimeinfo", -1),
    READ("solution_case", HAS_cases),
    ADD("solution_case", "solution_id", HAS_cases),
    DROP("solution_case", HAS_cases),
#undef READ
#undef SET
#undef ADD
#undef DROP
};

static int check_fault(struct store_mysql *store, size_t row, struct err *e)
{
    const char *name = store->settings.database_name;
    const char *table = rights[row].table;
    if (rights[row].feature == MAY_LACK && mysql_db_fault(store->db) == MYSQL_FAULT_TABLE)
        return 0;
    switch (mysql_db_fault(store->db)) {
    case MYSQL_FAULT_DENIED:
        return err_set(e, "database: the user %s may not %s on %s.%s: GRANT %s ON %s.%s TO the user",
                       store->settings.database_user, rights[row].right, name, table, rights[row].right, name, table);
    case MYSQL_FAULT_CRASHED:
        return err_add(e, "REPAIR TABLE %s", table);
    case MYSQL_FAULT_TABLE:
        return err_add(e, "table %s", table);
    default:
        return -1;
    }
}

static int check_call(struct store_mysql *store, void *argument, struct err *e)
{
    (void)argument;
    if (mysql_db_connect(store->db, e) != 0)
        return -1;
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        if (rights[i].feature >= 0 && !store->has[rights[i].feature])
            continue;
        struct err why;
        if (mysql_db_direct(store->db, rights[i].probe, strlen(rights[i].probe), &why) != 0 &&
            check_fault(store, i, &why) != 0)
            return err_set(e, "%s", why.text);
    }
    return 0;
}

int store_mysql_check(struct store *base, struct err *e)
{
    return store_mysql_try(store_mysql_of(base), check_call, NULL, e);
}

/* ---- making */

/* The next statement of the schema from *at: up to a ';' at the end of a line, without the comment lines before it. 0 where
 * there is none. */
static size_t next_statement(const char **at)
{
    const char *text = *at;
    for (;;) {
        text += strspn(text, " \t\r\n");
        if (!str_starts(text, "--"))
            break;
        text += strcspn(text, "\n");
    }
    *at = text;
    const char *end = strstr(text, ";\n");
    return end == NULL ? 0 : (size_t)(end - text);
}

static bool is_ours(const char *statement)
{
    return str_starts(statement, "CREATE TABLE IF NOT EXISTS solution_case");
}

static int making_fault(struct store_mysql *store, struct err *e)
{
    const char *name = store->settings.database_name;
    if (mysql_db_fault(store->db) != MYSQL_FAULT_DENIED)
        return err_add(e, "making the tables of %s", name);
    return err_set(
        e,
        "the user %s may not make tables in %s: GRANT CREATE, DROP, TRIGGER ON %s.* TO the user, or give this "
        "command the database's administrator in the environment (DB_USER, DB_PASSWORD)",
        store->settings.database_user, name, name);
}

struct making {
    bool all; /* every table, else only ours */
    int made;
};

static int make_call(struct store_mysql *store, void *argument, struct err *e)
{
    struct making *making = argument;
    const char *at = store_mysql_schema_text;
    making->made = 0;
    for (size_t length; (length = next_statement(&at)) > 0; at += length + 1) {
        if (!making->all && !is_ours(at))
            continue;
        if (mysql_db_direct(store->db, at, length, e) != 0)
            return making_fault(store, e);
        making->made += str_starts(at, "CREATE TABLE") ? 1 : 0;
    }
    return 0;
}

static int init_store(struct store_mysql *store, bool upgrade, char *note, size_t note_size, struct err *e)
{
    const char *name = store->settings.database_name;
    struct making making = {.all = false};
    if (mysql_db_connect(store->db, e) != 0)
        return -1;
    if (upgrade && !store->has[HAS_solution])
        return err_set(e, "%s has no table solution: judgectl db init makes the tables of a new site", name);
    if (store->has[HAS_solution] && store->has[HAS_cases]) {
        (void)str_format(note, note_size, "%s: nothing to do", name); /* cut is fine */
        return 0;
    }
    making.all = !store->has[HAS_solution];
    if (store_mysql_try(store, make_call, &making, e) != 0)
        return -1;
    mysql_db_forget(store->db);
    (void)str_format(note, note_size, making.all ? "%s: made %d tables" : "%s: made the table solution_case", name,
                     making.made);
    return look_at_columns(store, e);
}

int store_mysql_init(struct store *base, bool upgrade, char *note, size_t note_size, struct err *e)
{
    struct store_mysql *store = store_mysql_of(base);
    store->setting_up = true;
    int made = init_store(store, upgrade, note, note_size, e);
    store->setting_up = false;
    return made;
}
