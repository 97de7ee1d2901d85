/*
 * store_mysql.c - submissions in HUSTOJ's tables: reading, claiming, the fence.
 *
 * Runs in judge_client, judge_node and judgectl. Old tables are MyISAM: every step is one statement that is right by itself. Each
 * call may run twice (store_mysql_try): a claim names its own token among those that it takes over, and what a later
 * statement of the same token finds done is read from the row.
 */
#include "store/store_mysql_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

struct store_mysql *store_mysql_of(struct store *store)
{
    return (struct store_mysql *)store;
}

/* A MyISAM table that a killed server left damaged: the server mends it by its own rule (myisam_recover_options) when it opens it
 * next, and a look at it, which needs SELECT alone, makes it do so. True where the call may be tried again. */
static bool look_at_tables(struct store_mysql *store)
{
    static const char check[] =
        "CHECK TABLE solution, source_code, runtimeinfo, compileinfo, problem, users, contest_problem QUICK";
    struct err why;
    int64_t now_us = clock_now_us();
    if (store->looked_us != 0 && now_us - store->looked_us < STORE_MYSQL_LOOK_US)
        return false;
    store->looked_us = now_us;
    log_warnx("database: a table is damaged: the server is told to look at its tables");
    if (mysql_db_direct(store->db, check, sizeof check - 1, &why) == 0)
        return true;
    log_warnx("database: CHECK TABLE: %s", why.text);
    return false;
}

int store_mysql_try(struct store_mysql *store, store_mysql_call *call, void *argument, struct err *e)
{
    struct err first; /* of a call that is made again it is no error */
    store->again = false;
    int result = call(store, argument, &first);
    enum mysql_fault fault = result < 0 ? mysql_db_fault(store->db) : MYSQL_FAULT_NONE;
    if (fault == MYSQL_FAULT_TABLE) /* an administrator has altered or dropped one: look again */
        mysql_db_disconnect(store->db);
    else if (fault != MYSQL_FAULT_LOST && !(fault == MYSQL_FAULT_CRASHED && look_at_tables(store)))
        return result < 0 ? err_set(e, "%s", first.text) : result;
    store->again = true;
    return call(store, argument, e);
}

int store_mysql_one(struct store_mysql *store, enum store_mysql_statement statement, const struct sql_value *values,
                    size_t count, struct err *e)
{
    int64_t rows = mysql_db_run(store->db, statement, values, count, e);
    return rows <= 0 ? (int)rows : mysql_db_next(store->db, statement, e);
}

/* ---- rows */

static int64_t column_int(const struct store_mysql *store, size_t statement, size_t column)
{
    return mysql_db_int(store->db, statement, column, 0);
}

static void take_row(struct store_mysql *store, size_t statement, struct store_submission *submission)
{
    submission->id = column_int(store, statement, 0);
    submission->problem_id = column_int(store, statement, 1);
    submission->contest_id = column_int(store, statement, 2);
    submission->contest_number =
        submission->contest_id == 0 ? -1 : (int)mysql_db_int(store->db, statement, 3, -1); /* a small column */
    submission->language = (int)store_clamp(column_int(store, statement, 4), 0, STORE_INT_MAX);
    submission->result = (int)column_int(store, statement, 5);
    const char *user = mysql_db_text(store->db, statement, 6, NULL);
    (void)str_copy(submission->user, sizeof submission->user, user == NULL ? "" : user); /* char(48) */
    submission->contest_running = column_int(store, statement, 7) != 0;
}

static void take_status(struct store_mysql *store, size_t statement, struct store_status *status)
{
    status->id = column_int(store, statement, 0);
    status->result = (int)column_int(store, statement, 1);
    status->time_ms = column_int(store, statement, 2);
    status->mem_kib = column_int(store, statement, 3);
    status->pass_rate = column_int(store, statement, 4);
    const char *judger = mysql_db_text(store->db, statement, 5, NULL);
    (void)str_copy(status->judger, sizeof status->judger, judger == NULL ? "" : judger); /* char(16) */
    int64_t age_s = mysql_db_int(store->db, statement, 6, -1);
    status->age_s = age_s < -1 ? 0 : age_s; /* clocks that were set */
}

static int copy_text(struct store_mysql *store, size_t statement, size_t column, char **text, size_t *bytes,
                     struct err *e)
{
    size_t length;
    const char *found = mysql_db_text(store->db, statement, column, &length);
    if (bytes != NULL)
        *bytes = length;
    if (found == NULL)
        return 0;
    *text = malloc(length + 1);
    if (*text == NULL)
        return err_sys(e, ENOMEM, "text of a submission");
    memcpy(*text, found, length + 1);
    return 0;
}

int store_mysql_read_row(struct store_mysql *store, int64_t id, struct store_submission *submission, struct err *e)
{
    struct sql_value values[] = {SQL_INT(id)};
    int found = store_mysql_one(store, SQL_READ, values, 1, e);
    if (found == 1)
        take_row(store, SQL_READ, submission);
    return found;
}

int store_mysql_read_status(struct store_mysql *store, int64_t id, struct store_status *status, struct err *e)
{
    struct sql_value values[] = {SQL_INT(id)};
    int found = store_mysql_one(store, SQL_STATUS, values, 1, e);
    if (found == 1)
        take_status(store, SQL_STATUS, status);
    return found;
}

static int read_whole(struct store_mysql *store, int64_t id, struct store_submission *submission, struct err *e)
{
    struct sql_value values[] = {SQL_INT(id)};
    int found = store_mysql_one(store, SQL_READ_ALL, values, 1, e);
    if (found != 1)
        return found;
    store_submission_fini(submission);
    take_row(store, SQL_READ_ALL, submission);
    store_limits(submission, mysql_db_int(store->db, SQL_READ_ALL, 8, INT64_MIN) != INT64_MIN,
                 column_int(store, SQL_READ_ALL, 9), column_int(store, SQL_READ_ALL, 10));
    submission->special = (int)store_clamp(column_int(store, SQL_READ_ALL, 11), 0, 3);
    if (copy_text(store, SQL_READ_ALL, 12, &submission->source, &submission->source_bytes, e) != 0 ||
        (submission->problem_id == 0 &&
         copy_text(store, SQL_READ_ALL, 13, &submission->input, &submission->input_bytes, e) != 0))
        return -1;
    store->known.id = submission->id;
    store->known.problem_id = submission->problem_id;
    store->known.contest_id = submission->contest_id;
    (void)str_copy(store->known.user, sizeof store->known.user, submission->user); /* as large */
    store->known.token[0] = '\0';
    store->known.compile = column_int(store, SQL_READ_ALL, 14) != 0;
    store->known.run = column_int(store, SQL_READ_ALL, 15) != 0;
    store->known.cases = column_int(store, SQL_READ_ALL, 16) != 0;
    return 1;
}

/* ---- the calls */

struct claim {
    int64_t id;
    const char *token;
    const char *previous;
    struct store_submission *submission;
};

static int read_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct claim *claim = argument;
    return store_mysql_read_row(store, claim->id, claim->submission, e);
}

static int store_mysql_read(struct store *base, int64_t id, struct store_submission *submission, struct err *e)
{
    struct claim claim = {.id = id, .submission = submission};
    return store_mysql_try(store_mysql_of(base), read_call, &claim, e);
}

/* The row is not ours to claim. Where an earlier delivery of this job has judged it and died before it counted, it is counted now. */
static int claim_lost(struct store_mysql *store, const struct claim *claim, struct err *e)
{
    struct store_status status = {.id = claim->id};
    if (claim->previous[0] == '\0' || store->store.rules.turbo)
        return 0;
    int found = store_mysql_read_status(store, claim->id, &status, e);
    if (found == 1 && status.result > STORE_RUNNING && store_token_among(claim->previous, status.judger) &&
        store_mysql_count(store, claim->id, e) != 0)
        return -1;
    return found < 0 ? -1 : 0;
}

static int claim_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct claim *claim = argument;
    char tokens[1 + STORE_PREVIOUS][STORE_TOKEN_SIZE];
    size_t count = store_tokens(claim->token, claim->previous, tokens);
    struct sql_value values[2 + STORE_PREVIOUS] = {SQL_INT(claim->id)};
    for (size_t i = 0; i <= STORE_PREVIOUS; i++) {
        const char *token = tokens[i < count ? i : 0];
        values[1 + i] = SQL_TEXT(token, strlen(token));
    }
    int64_t held = STORE_MYSQL_RUN(store, SQL_HOLD, values, e);
    if (held < 0)
        return -1;
    if (held == 0)
        return claim_lost(store, claim, e);
    int found = read_whole(store, claim->id, claim->submission, e);
    if (found == 1)
        (void)str_copy(store->known.token, sizeof store->known.token, claim->token); /* of that size */
    return found;
}

static int store_mysql_claim(struct store *base, int64_t id, const char *token, const char *previous,
                             struct store_submission *submission, struct err *e)
{
    struct claim claim = {.id = id, .token = token, .previous = previous, .submission = submission};
    return store_mysql_try(store_mysql_of(base), claim_call, &claim, e);
}

static int running_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct claim *claim = argument;
    struct sql_value values[] = {SQL_INT(claim->id), SQL_TEXT(claim->token, strlen(claim->token))};
    return (int)STORE_MYSQL_RUN(store, SQL_RUNNING, values, e);
}

static int store_mysql_running(struct store *base, int64_t id, const char *token, struct err *e)
{
    struct claim claim = {.id = id, .token = token};
    return store_mysql_try(store_mysql_of(base), running_call, &claim, e);
}

static int put_back_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct claim *claim = argument;
    struct sql_value values[] = {SQL_INT(claim->id), SQL_TEXT(claim->token, strlen(claim->token))};
    int put = (int)STORE_MYSQL_RUN(store, SQL_PUT_BACK, values, e);
    if (put != 0 || !store->again)
        return put;
    struct store_status status = {.id = claim->id}; /* the first try may have done it */
    int found = store_mysql_read_status(store, claim->id, &status, e);
    return found == 1 ? status.result == STORE_REJUDGE && store_writer(status.judger) == STORE_BY_OTHER : found;
}

static int store_mysql_put_back(struct store *base, int64_t id, const char *token, struct err *e)
{
    struct claim claim = {.id = id, .token = token};
    return store_mysql_try(store_mysql_of(base), put_back_call, &claim, e);
}

/* ---- lists */

struct list {
    enum store_mysql_statement statement;
    const struct sql_value *values;
    size_t count;
    struct store_submission *submissions; /* either */
    struct store_status *rows;
    size_t max;
};

static int list_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct list *list = argument;
    size_t taken = 0;
    assert(list->submissions != NULL || list->rows != NULL);
    if (list->max == 0 || mysql_db_run(store->db, list->statement, list->values, list->count, e) < 0)
        return list->max == 0 ? 0 : -1;
    while (taken < list->max) {
        int next = mysql_db_next(store->db, list->statement, e);
        if (next < 0)
            return -1;
        if (next == 0)
            break;
        if (list->submissions != NULL)
            take_row(store, list->statement, &list->submissions[taken++]);
        else
            take_status(store, list->statement, &list->rows[taken++]);
    }
    return (int)taken;
}

static int64_t at_most(size_t max)
{
    return max > STORE_INT_MAX ? STORE_INT_MAX : (int64_t)max;
}

static int free_call(struct store_mysql *store, void *argument, struct err *e)
{
    (void)argument; /* it needs none */
    return (int)mysql_db_run(store->db, SQL_FREE, NULL, 0, e);
}

static int store_mysql_waiting(struct store *base, int64_t after_id, struct store_submission *rows, size_t max,
                               struct err *e)
{
    struct sql_value values[] = {SQL_INT(after_id), SQL_INT(base->rules.total), SQL_INT(base->rules.mod),
                                 SQL_INT(base->rules.languages), SQL_INT(at_most(max))};
    struct list list = {SQL_WAITING, values, sizeof values / sizeof *values, rows, NULL, max};
    int n = store_mysql_try(store_mysql_of(base), list_call, &list, e);
    bool again = false;
    struct err why;
    for (int i = 0; i < n && !again; i++)
        again = rows[i].result == STORE_REJUDGE;
    /* An old-style judge claims without a name of its own: in such a row it would look like a worker of ours. */
    if (again && store_mysql_try(store_mysql_of(base), free_call, NULL, &why) < 0)
        log_warnx("the names of earlier judgings stay in rows that wait: %s", why.text);
    return n;
}

static int store_mysql_held(struct store *base, int64_t after_id, struct store_status *rows, size_t max, struct err *e)
{
    struct sql_value values[] = {SQL_INT(after_id), SQL_INT(base->rules.total), SQL_INT(base->rules.mod),
                                 SQL_INT(at_most(max))};
    struct list list = {SQL_HELD, values, sizeof values / sizeof *values, NULL, rows, max};
    return store_mysql_try(store_mysql_of(base), list_call, &list, e);
}

static int store_mysql_last(struct store *base, struct store_status *rows, size_t max, struct err *e)
{
    struct sql_value values[] = {SQL_INT(at_most(max))};
    struct list list = {SQL_LAST, values, 1, NULL, rows, max};
    return store_mysql_try(store_mysql_of(base), list_call, &list, e);
}

static int recent_call(struct store_mysql *store, void *argument, struct err *e)
{
    struct store_recent *recent = argument;
    const struct sql_value values[] = {SQL_INT(STORE_RECENT_ROWS)};
    if (STORE_MYSQL_RUN(store, SQL_RECENT, values, e) < 0)
        return -1;
    int next;
    while ((next = mysql_db_next(store->db, SQL_RECENT, e)) == 1) {
        int64_t result = store_clamp(mysql_db_int(store->db, SQL_RECENT, 0, 0), 0, STORE_RESULTS - 1);
        recent->minute[result] = mysql_db_int(store->db, SQL_RECENT, 1, 0);
        recent->hour[result] = mysql_db_int(store->db, SQL_RECENT, 2, 0);
    }
    return next;
}

static int store_mysql_recent(struct store *base, struct store_recent *recent, struct err *e)
{
    return store_mysql_try(store_mysql_of(base), recent_call, recent, e);
}

static int store_mysql_select(struct store *base, const struct store_filter *filter, int64_t after_id,
                              struct store_submission *rows, size_t max, struct err *e)
{
    struct sql_value values[] = {SQL_INT(after_id),       SQL_INT(filter->problem_id), SQL_INT(filter->contest_id),
                                 SQL_INT(filter->result), SQL_INT(filter->since_s),    SQL_INT(filter->up_to_id),
                                 SQL_INT(at_most(max))};
    struct list list = {SQL_SELECT, values, sizeof values / sizeof *values, rows, NULL, max};
    return store_mysql_try(store_mysql_of(base), list_call, &list, e);
}

enum { REJUDGE_MANY = 64 }; /* of SQL_REJUDGE_MANY */

struct rejudge {
    const int64_t *ids;
    size_t count; /* 1 or REJUDGE_MANY */
};

static int rejudge_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct rejudge *rejudge = argument;
    struct sql_value values[REJUDGE_MANY];
    for (size_t i = 0; i < rejudge->count; i++)
        values[i] = SQL_INT(rejudge->ids[i]);
    return (int)mysql_db_run(store->db, rejudge->count == 1 ? SQL_REJUDGE : SQL_REJUDGE_MANY, values, rejudge->count,
                             e);
}

static int store_mysql_rejudge(struct store *base, const int64_t *ids, size_t n, struct err *e)
{
    int total = 0;
    for (size_t done = 0; done < n;) {
        struct rejudge rejudge = {.ids = ids + done, .count = n - done >= REJUDGE_MANY ? REJUDGE_MANY : 1};
        int changed = store_mysql_try(store_mysql_of(base), rejudge_call, &rejudge, e);
        if (changed < 0)
            return -1;
        total += changed;
        done += rejudge.count;
    }
    return total;
}

struct status_of {
    int64_t id;
    bool texts;
    struct store_status *status;
};

static int status_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct status_of *wanted = argument;
    struct sql_value values[] = {SQL_INT(wanted->id)};
    store_status_fini(wanted->status);
    int found = store_mysql_read_status(store, wanted->id, wanted->status, e);
    if (found != 1 || !wanted->texts)
        return found;
    found = store_mysql_one(store, SQL_TEXTS, values, 1, e);
    if (found == 1 && (copy_text(store, SQL_TEXTS, 0, &wanted->status->compile_text, NULL, e) != 0 ||
                       copy_text(store, SQL_TEXTS, 1, &wanted->status->run_text, NULL, e) != 0))
        return -1;
    return found;
}

static int store_mysql_status(struct store *base, int64_t id, bool texts, struct store_status *status, struct err *e)
{
    struct status_of wanted = {.id = id, .texts = texts, .status = status};
    return store_mysql_try(store_mysql_of(base), status_call, &wanted, e);
}

/* ---- opening */

static void store_mysql_close(struct store *base)
{
    struct store_mysql *store = store_mysql_of(base);
    mysql_db_close(store->db);
    explicit_bzero(&store->settings, sizeof store->settings); /* a password */
    free(store);
}

static const struct store_backend store_mysql_backend = {
    .close = store_mysql_close,
    .check = store_mysql_check,
    .init = store_mysql_init,
    .read = store_mysql_read,
    .claim = store_mysql_claim,
    .running = store_mysql_running,
    .save = store_mysql_save,
    .save_sim = store_mysql_save_sim,
    .put_back = store_mysql_put_back,
    .waiting = store_mysql_waiting,
    .held = store_mysql_held,
    .submit = store_mysql_submit,
    .status = store_mysql_status,
    .last = store_mysql_last,
    .recent = store_mysql_recent,
    .select = store_mysql_select,
    .rejudge = store_mysql_rejudge,
};

struct store *store_mysql_open(const struct settings *settings, struct err *e)
{
    struct store_mysql *store = calloc(1, sizeof *store);
    if (store == NULL) {
        (void)err_sys(e, ENOMEM, "store");
        return NULL;
    }
    store->store.backend = &store_mysql_backend;
    store->settings = *settings;
    store->user = (struct mysql_db_user){store_mysql_connected, store_mysql_has, store};
    store->db = mysql_db_open(&store->settings, store_mysql_statements, SQL_STATEMENTS, &store->user, e);
    if (store->db == NULL) {
        free(store);
        return NULL;
    }
    return &store->store;
}
