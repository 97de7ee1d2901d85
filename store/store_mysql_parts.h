/*
 * store_mysql_parts.h - what the files of store_mysql share: the handle, its statements, and what the site's tables have.
 */
#ifndef JUDGE_STORE_MYSQL_PARTS_H
#define JUDGE_STORE_MYSQL_PARTS_H

#include "common/settings.h"
#include "store/mysql_db.h"
#include "store/store_backend.h"

/* Columns that some sites' tables lack, or have in another form: word, table, column. The word is what statements ask for. */
#define STORE_MYSQL_FEATURES(FEATURE)                                                                                  \
    FEATURE(judger, "solution", "judger")                                                                              \
    FEATURE(pass_rate, "solution", "pass_rate")                                                                        \
    FEATURE(judgetime, "solution", "judgetime")                                                                        \
    FEATURE(nick, "solution", "nick")                                                                                  \
    FEATURE(contest_type, "contest", "contest_type")                                                                   \
    FEATURE(counters, "contest_problem", "c_accepted")                                                                 \
    FEATURE(cases, "solution_case", "case_no")                                                                         \
    FEATURE(typed, "source_code_user", "source")                                                                       \
    FEATURE(input, "custominput", "input_text")                                                                        \
    FEATURE(sim, "sim", "s_id")

enum store_mysql_feature {
#define FEATURE(word, table, column) HAS_##word,
    STORE_MYSQL_FEATURES(FEATURE)
#undef FEATURE
        HAS_raw_source, /* source_code.source has a one-byte character set: its bytes are what the web was given */
    HAS_raw_input,
    HAS_solution, /* there is a table solution */
    FEATURES
};

enum store_mysql_statement {
    SQL_COLUMNS,
    SQL_HOLD,
    SQL_READ,
    SQL_READ_ALL,
    SQL_RUNNING,
    SQL_PUT_BACK,
    SQL_STATUS,
    SQL_TEXTS,
    SQL_WAITING,
    SQL_FREE,
    SQL_HELD,
    SQL_LAST,
    SQL_RECENT,
    SQL_SELECT,
    SQL_REJUDGE,
    SQL_REJUDGE_MANY,
    SQL_PUT_COMPILE,
    SQL_PUT_RUN,
    SQL_DROP_COMPILE,
    SQL_DROP_RUN,
    SQL_DROP_CASES,
    SQL_PUT_CASE,
    SQL_PUT_CASES,
    SQL_PUT_MANY_CASES,
    SQL_FINAL,
    SQL_SIM,
    SQL_COUNT_USER,
    SQL_COUNT_PROBLEM,
    SQL_COUNT_CONTEST,
    SQL_SUBMIT_FIND,
    SQL_SUBMIT,
    SQL_SUBMIT_TYPED,
    SQL_SUBMIT_SOURCE,
    SQL_SUBMIT_INPUT,
    SQL_SUBMIT_PROBLEM,
    SQL_SUBMIT_CONTEST,
    SQL_SUBMIT_READY,
    SQL_STATEMENTS
};

#define STORE_MYSQL_LOOK_US INT64_C(30000000) /* between two looks at damaged tables */

struct store_mysql {
    struct store store; /* first: a struct store * is one of these */
    struct settings settings;
    struct mysql_db_user user;
    struct mysql_db *db;
    bool has[FEATURES];
    bool wide_compile, wide_run; /* their text columns hold characters of four bytes */
    int64_t source_bytes;        /* what source_code.source holds; 0: not known */
    bool setting_up;             /* store_init: a database without the tables is no error */
    bool again;                  /* this call runs a second time, after a connection was lost within it */
    int64_t looked_us;           /* when damaged tables were looked at last; 0: never */
    int64_t late_id;             /* whose verdict is written and not counted yet, and how often that was tried */
    int late_times;
    struct { /* of the last row that was read: what its counters need, */
        int64_t id, problem_id, contest_id;
        char user[STORE_USER_SIZE];
        char token[STORE_TOKEN_SIZE]; /* and, where this claim read it ("": none did), */
        bool compile, run,
            cases; /* what an earlier judging may have left: only the claim's holder writes these since */
    } known;
};

extern const struct sql_statement store_mysql_statements[SQL_STATEMENTS];

/* store_mysql_schema.c */
int store_mysql_connected(void *context, struct err *e);
bool store_mysql_has(const void *context, const char *word, size_t length);
int store_mysql_check(struct store *base, struct err *e);
int store_mysql_init(struct store *base, bool upgrade, char *note, size_t note_size, struct err *e);

/* store_mysql_save.c */
int store_mysql_save(struct store *base, const struct store_outcome *outcome, struct err *e);
int store_mysql_save_sim(struct store *base, int64_t id, int64_t similar_id, int percent, struct err *e);
int64_t store_mysql_submit(struct store *base, const struct store_submission *submission, struct err *e);
/* Recounts what the row's verdict counts in. 0, or -1 with e: try again. What can never be counted is logged. */
int store_mysql_count(struct store_mysql *store, int64_t id, struct err *e);

/* store_mysql.c */
struct store_mysql *store_mysql_of(struct store *store);
/* Runs a call, and once more where the connection was lost within it or a table has changed. */
typedef int store_mysql_call(struct store_mysql *store, void *argument, struct err *e);
int store_mysql_try(struct store_mysql *store, store_mysql_call *call, void *argument, struct err *e);
int store_mysql_read_row(struct store_mysql *store, int64_t id, struct store_submission *submission, struct err *e);
int store_mysql_read_status(struct store_mysql *store, int64_t id, struct store_status *status, struct err *e);

/* The one row of a statement that has at most one: 1, 0, -1. */
int store_mysql_one(struct store_mysql *store, enum store_mysql_statement statement, const struct sql_value *values,
                    size_t count, struct err *e);

#define STORE_MYSQL_RUN(store, statement, values, e)                                                                   \
    mysql_db_run((store)->db, (statement), (values), sizeof(values) / sizeof *(values), (e))

#endif
