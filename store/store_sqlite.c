/*
 * store_sqlite.c - submissions in OJ_HOME/judge.db, with no server. Each call that writes is one transaction, so a call that fails or
 * a process that dies has written nothing.
 *
 * Runs in judge_client, judge_node and judgectl, as several processes and users at once. A submission that was taken in survives a
 * loss of power (its own handle syncs); a verdict of the last seconds may be lost by one, and is then judged again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/db_sqlite.h"
#include "common/settings.h"
#include "common/str.h"
#include "store/store_backend.h"
#include "store/store_sqlite_sql.h"

#include "common/banned.h"

enum { USED = 0, SAFE = 1, HANDLES = 2 };

struct store_sqlite {
    struct store store; /* first: a struct store * is one of these */
    char path[PATH_MAX];
    char owner[SETTINGS_TEXT];
    int busy_ms;
    struct db *db[HANDLES]; /* [SAFE] is opened when something is submitted */
};

static struct store_sqlite *store_sqlite_of(struct store *store)
{
    return (struct store_sqlite *)store;
}

/* ---- the file */

static int make_tables(struct db *db, struct err *e)
{
    struct db_statement *look = db_prepare(db, sql_has_tables, e);
    int found = look == NULL ? -1 : db_step(look, e);
    db_end(look);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (db_begin(db, e) != 0)
        return -1;
    if (db_script(db, sql_schema, e) == 0 && db_commit(db, e) == 0)
        return 0;
    db_rollback(db);
    return -1;
}

/* The handle, opened again where the file was replaced. NULL with e. */
static struct db *reach(struct store_sqlite *store, int which, struct err *e)
{
    struct db **db = &store->db[which];
    if (*db != NULL && !db_is_stale(*db))
        return *db;
    const struct db_options options = {.owner = store->owner, .power_safe = which == SAFE, .busy_ms = store->busy_ms};
    db_close(*db);
    *db = db_open(store->path, &options, e);
    if (*db != NULL && make_tables(*db, e) != 0) {
        db_close(*db);
        *db = NULL;
    }
    return *db;
}

/* Runs a call within a transaction. */
typedef int sqlite_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e);

static int within(struct store_sqlite *store, int which, sqlite_call *call, const void *argument, struct err *e)
{
    struct db *db = reach(store, which, e);
    if (db == NULL || db_begin(db, e) != 0)
        return -1;
    int result = call(store, db, argument, e);
    if (result >= 0 && db_commit(db, e) == 0)
        return result;
    db_rollback(db);
    return -1;
}

/* Runs a statement whose parameters are numbers. Rows changed, or -1. */
static int64_t run_ints(struct db *db, const char *sql, const int64_t *values, int count, struct err *e)
{
    struct db_statement *statement = db_prepare(db, sql, e);
    if (statement == NULL)
        return -1;
    for (int i = 0; i < count; i++)
        db_bind_int(statement, i + 1, values[i]);
    return db_run(statement, e);
}

/* A statement of "id, token". */
static int64_t run_fenced(struct db *db, const char *sql, int64_t id, const char *token, struct err *e)
{
    struct db_statement *statement = db_prepare(db, sql, e);
    if (statement == NULL)
        return -1;
    db_bind_int(statement, 1, id);
    db_bind_text(statement, 2, token);
    return db_run(statement, e);
}

/* ---- rows */

static void take_row(struct db_statement *row, struct store_submission *submission)
{
    submission->id = db_int(row, 0);
    submission->problem_id = db_int(row, 1);
    submission->contest_id = db_int(row, 2);
    submission->contest_number = submission->contest_id == 0 ? -1 : (int)store_clamp(db_int(row, 3), -1, STORE_INT_MAX);
    submission->language = (int)store_clamp(db_int(row, 4), 0, STORE_INT_MAX);
    submission->result = (int)store_clamp(db_int(row, 5), 0, STORE_INT_MAX);
    (void)str_copy(submission->user, sizeof submission->user, db_text(row, 6)); /* as it was put in */
    submission->contest_running = db_int(row, 7) != 0;
}

static void take_status(struct db_statement *row, struct store_status *status)
{
    status->id = db_int(row, 0);
    status->result = (int)store_clamp(db_int(row, 1), 0, STORE_INT_MAX);
    status->time_ms = db_int(row, 2);
    status->mem_kib = db_int(row, 3);
    status->pass_rate = db_int(row, 4);
    (void)str_copy(status->judger, sizeof status->judger, db_text(row, 5)); /* as it was put in */
    status->age_s = store_clamp(db_int(row, 6), 0, INT64_MAX);
}

/* The bytes of a column, terminated, or NULL where there are none. */
static int take_bytes(struct db_statement *row, int column, char **bytes, size_t *size, struct err *e)
{
    size_t length = 0;
    if (db_is_null(row, column))
        return 0;
    const void *found = db_blob(row, column, &length);
    *bytes = malloc(length + 1);
    if (*bytes == NULL)
        return err_sys(e, ENOMEM, "text of a submission");
    if (length > 0)
        memcpy(*bytes, found, length);
    (*bytes)[length] = '\0';
    if (size != NULL)
        *size = length;
    return 0;
}

static int take_whole(struct db_statement *row, struct store_submission *submission, struct err *e)
{
    take_row(row, submission);
    store_limits(submission, !db_is_null(row, 8), db_int(row, 9), 1);
    int64_t time_ms = submission->time_ms;
    store_limits(submission, !db_is_null(row, 10), 0, db_int(row, 10));
    submission->time_ms = time_ms;
    submission->special = (int)store_clamp(db_int(row, 11), 0, 3);
    if (take_bytes(row, 12, &submission->source, &submission->source_bytes, e) != 0)
        return -1;
    return submission->problem_id == 0 ? take_bytes(row, 13, &submission->input, &submission->input_bytes, e) : 0;
}

static int read_row(struct db *db, int64_t id, bool whole, struct store_submission *submission, struct err *e)
{
    struct db_statement *row = db_prepare(db, sql_read, e);
    if (row == NULL)
        return -1;
    db_bind_int(row, 1, id);
    int found = db_step(row, e);
    if (found == 1 && whole && take_whole(row, submission, e) != 0)
        found = -1;
    else if (found == 1 && !whole)
        take_row(row, submission);
    db_end(row);
    return found;
}

static int store_sqlite_read(struct store *base, int64_t id, struct store_submission *submission, struct err *e)
{
    struct db *db = reach(store_sqlite_of(base), USED, e);
    return db == NULL ? -1 : read_row(db, id, false, submission, e);
}

/* ---- the calls */

struct claim {
    int64_t id;
    const char *token;
    const char *previous;
    struct store_submission *submission;
};

static int claim_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct claim *claim = argument;
    char tokens[1 + STORE_PREVIOUS][STORE_TOKEN_SIZE];
    size_t count = store_tokens(claim->token, claim->previous, tokens);
    struct db_statement *hold = db_prepare(db, sql_hold, e);
    (void)store;
    if (hold == NULL)
        return -1;
    db_bind_int(hold, 1, claim->id);
    for (size_t i = 0; i <= STORE_PREVIOUS; i++)
        db_bind_text(hold, (int)i + 2, tokens[i < count ? i : 0]);
    int64_t held = db_run(hold, e);
    return held <= 0 ? (int)held : read_row(db, claim->id, true, claim->submission, e);
}

static int store_sqlite_claim(struct store *base, int64_t id, const char *token, const char *previous,
                              struct store_submission *submission, struct err *e)
{
    const struct claim claim = {.id = id, .token = token, .previous = previous, .submission = submission};
    return within(store_sqlite_of(base), USED, claim_call, &claim, e);
}

static int running_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct claim *claim = argument;
    (void)store;
    return (int)run_fenced(db, sql_running, claim->id, claim->token, e);
}

static int store_sqlite_running(struct store *base, int64_t id, const char *token, struct err *e)
{
    const struct claim claim = {.id = id, .token = token};
    return within(store_sqlite_of(base), USED, running_call, &claim, e);
}

static int put_back_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct claim *claim = argument;
    (void)store;
    return (int)run_fenced(db, sql_put_back, claim->id, claim->token, e);
}

static int store_sqlite_put_back(struct store *base, int64_t id, const char *token, struct err *e)
{
    const struct claim claim = {.id = id, .token = token};
    return within(store_sqlite_of(base), USED, put_back_call, &claim, e);
}

/* ---- a judgement */

static int put_text(struct db *db, int64_t id, const char *text, const char *put, const char *drop, struct err *e)
{
    size_t bytes;
    struct db_statement *statement = db_prepare(db, text == NULL ? drop : put, e);
    char *clean = text == NULL ? NULL : store_text(text, STORE_TEXT_BYTES, true, &bytes);
    if (statement == NULL || (text != NULL && clean == NULL)) {
        free(clean);
        return statement == NULL ? -1 : err_sys(e, ENOMEM, "text of a judgement");
    }
    db_bind_int(statement, 1, id);
    if (clean != NULL)
        db_bind_text(statement, 2, clean);
    int64_t changed = db_run(statement, e);
    free(clean);
    return changed < 0 ? -1 : 0;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static int put_case(struct db *db, const struct store_outcome *outcome, size_t i, struct err *e)
{
    const struct store_case *from = &outcome->cases[i];
    struct db_statement *put = db_prepare(db, sql_put_case, e);
    size_t bytes;
    char *name = store_text(or_empty(from->name), STORE_CASE_NAME, true, &bytes);
    char *note = store_text(or_empty(from->note), STORE_CASE_NOTE, true, &bytes);
    int64_t changed = -1;
    if (name == NULL || note == NULL) {
        (void)err_sys(e, ENOMEM, "cases of a judgement");
    } else if (put != NULL) {
        db_bind_int(put, 1, outcome->id);
        db_bind_int(put, 2, (int64_t)i + 1);
        db_bind_text(put, 3, name);
        db_bind_text(put, 4, or_empty(from->verdict));
        db_bind_int(put, 5, store_clamp(from->score, 0, STORE_INT_MAX));
        db_bind_int(put, 6, from->cpu_us);
        db_bind_int(put, 7, from->wall_us);
        db_bind_int(put, 8, from->mem_kib);
        db_bind_text(put, 9, or_empty(outcome->data_version));
        db_bind_text(put, 10, note);
        changed = db_run(put, e);
    }
    free(name);
    free(note);
    return changed < 0 ? -1 : 0;
}

static int put_details(struct db *db, const struct store_outcome *outcome, struct err *e)
{
    if (put_text(db, outcome->id, outcome->compile_text, sql_put_compile, sql_drop_compile, e) != 0 ||
        put_text(db, outcome->id, outcome->run_text, sql_put_run, sql_drop_run, e) != 0 ||
        run_ints(db, sql_drop_cases, &outcome->id, 1, e) < 0)
        return -1;
    for (size_t i = 0; i < outcome->case_count; i++) {
        if (put_case(db, outcome, i, e) != 0)
            return -1;
    }
    return 0;
}

static int64_t put_verdict(struct db *db, const struct store_outcome *outcome, struct err *e)
{
    struct db_statement *final = db_prepare(db, sql_final, e);
    if (final == NULL)
        return -1;
    db_bind_int(final, 1, outcome->id);
    db_bind_text(final, 2, outcome->token);
    db_bind_int(final, 3, outcome->result);
    db_bind_int(final, 4, store_clamp(outcome->time_ms, 0, STORE_INT_MAX));
    db_bind_int(final, 5, store_clamp(outcome->mem_kib, 0, STORE_INT_MAX));
    db_bind_int(final, 6, store_clamp(outcome->pass_rate, -1, 1000));
    return db_run(final, e);
}

static int count(struct db *db, int64_t id, struct err *e)
{
    struct store_submission row = {.id = id};
    int found = read_row(db, id, false, &row, e);
    if (found != 1 || row.problem_id <= 0)
        return found < 0 ? -1 : 0;
    const int64_t problem[] = {row.problem_id, row.contest_id};
    struct db_statement *user = db_prepare(db, sql_count_user, e);
    if (user == NULL)
        return -1;
    db_bind_text(user, 1, row.user);
    if (db_run(user, e) < 0 || run_ints(db, sql_count_problem, problem, 1, e) < 0)
        return -1;
    return row.contest_id != 0 && run_ints(db, sql_count_contest, problem, 2, e) < 0 ? -1 : 0;
}

static int read_status(struct db *db, int64_t id, struct store_status *status, struct err *e)
{
    struct db_statement *row = db_prepare(db, sql_status, e);
    if (row == NULL)
        return -1;
    db_bind_int(row, 1, id);
    int found = db_step(row, e);
    if (found == 1)
        take_status(row, status);
    db_end(row);
    return found;
}

static int save_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct store_outcome *outcome = argument;
    (void)store;
    int64_t written = put_verdict(db, outcome, e);
    if (written > 0)
        return put_details(db, outcome, e) != 0 || (outcome->counters && count(db, outcome->id, e) != 0) ? -1 : 1;
    if (written < 0)
        return -1;
    struct store_status status = {.id = outcome->id};
    int found = read_status(db, outcome->id, &status, e);
    return found == 1 ? status.result > STORE_RUNNING && strcmp(status.judger, outcome->token) == 0 : found;
}

static int store_sqlite_save(struct store *base, const struct store_outcome *outcome, struct err *e)
{
    return within(store_sqlite_of(base), USED, save_call, outcome, e);
}

/* ---- lists */

static int sim_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    (void)store;
    int64_t written = run_ints(db, sql_sim, argument, 3, e);
    return written < 0 ? -1 : written > 0;
}

static int store_sqlite_save_sim(struct store *base, int64_t id, int64_t similar_id, int percent, struct err *e)
{
    const int64_t values[] = {id, similar_id, percent};
    return within(store_sqlite_of(base), USED, sim_call, values, e);
}

static int store_sqlite_waiting(struct store *base, int64_t after_id, struct store_submission *rows, size_t max,
                                struct err *e)
{
    const int64_t values[] = {after_id, base->rules.total, base->rules.mod, base->rules.languages,
                              store_clamp((int64_t)max, 0, STORE_INT_MAX)};
    struct db *db = reach(store_sqlite_of(base), USED, e);
    struct db_statement *list = db == NULL ? NULL : db_prepare(db, sql_waiting, e);
    int taken = 0;
    int next = 0;
    if (list == NULL)
        return -1;
    for (int i = 0; i < 5; i++)
        db_bind_int(list, i + 1, values[i]);
    while ((size_t)taken < max && (next = db_step(list, e)) == 1)
        take_row(list, &rows[taken++]);
    db_end(list);
    return next < 0 ? -1 : taken;
}

static int store_sqlite_select(struct store *base, const struct store_filter *filter, int64_t after_id,
                               struct store_submission *rows, size_t max, struct err *e)
{
    const int64_t values[] = {after_id,
                              filter->problem_id,
                              filter->contest_id,
                              filter->result,
                              filter->since_s,
                              filter->up_to_id,
                              store_clamp((int64_t)max, 0, STORE_INT_MAX)};
    struct db *db = reach(store_sqlite_of(base), USED, e);
    struct db_statement *list = db == NULL ? NULL : db_prepare(db, sql_select, e);
    int taken = 0;
    int next = 0;
    if (list == NULL)
        return -1;
    for (int i = 0; i < 7; i++)
        db_bind_int(list, i + 1, values[i]);
    while ((size_t)taken < max && (next = db_step(list, e)) == 1)
        take_row(list, &rows[taken++]);
    db_end(list);
    return next < 0 ? -1 : taken;
}

struct rejudge {
    const int64_t *ids;
    size_t count;
};

static int rejudge_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct rejudge *rejudge = argument;
    int64_t total = 0;
    (void)store;
    for (size_t i = 0; i < rejudge->count; i++) {
        int64_t changed = run_ints(db, sql_rejudge, &rejudge->ids[i], 1, e);
        if (changed < 0)
            return -1;
        total += changed;
    }
    return (int)total;
}

static int store_sqlite_rejudge(struct store *base, const int64_t *ids, size_t n, struct err *e)
{
    const struct rejudge rejudge = {.ids = ids, .count = n};
    return within(store_sqlite_of(base), USED, rejudge_call, &rejudge, e);
}

static int list_status(struct store *base, const char *sql, const int64_t *values, int count_values,
                       struct store_status *rows, size_t max, struct err *e)
{
    struct db *db = reach(store_sqlite_of(base), USED, e);
    struct db_statement *list = db == NULL ? NULL : db_prepare(db, sql, e);
    int taken = 0;
    int next = 0;
    if (list == NULL)
        return -1;
    for (int i = 0; i < count_values; i++)
        db_bind_int(list, i + 1, values[i]);
    while ((size_t)taken < max && (next = db_step(list, e)) == 1)
        take_status(list, &rows[taken++]);
    db_end(list);
    return next < 0 ? -1 : taken;
}

static int store_sqlite_held(struct store *base, int64_t after_id, struct store_status *rows, size_t max, struct err *e)
{
    const int64_t values[] = {after_id, base->rules.total, base->rules.mod,
                              store_clamp((int64_t)max, 0, STORE_INT_MAX)};
    return list_status(base, sql_held, values, 4, rows, max, e);
}

static int store_sqlite_last(struct store *base, struct store_status *rows, size_t max, struct err *e)
{
    const int64_t values[] = {store_clamp((int64_t)max, 0, STORE_INT_MAX)};
    return list_status(base, sql_last, values, 1, rows, max, e);
}

static int store_sqlite_recent(struct store *base, struct store_recent *recent, struct err *e)
{
    struct db *db = reach(store_sqlite_of(base), USED, e);
    struct db_statement *row = db == NULL ? NULL : db_prepare(db, sql_recent, e);
    int next;
    if (row == NULL)
        return -1;
    db_bind_int(row, 1, STORE_RECENT_ROWS);
    while ((next = db_step(row, e)) == 1) {
        int64_t result = store_clamp(db_int(row, 0), 0, STORE_RESULTS - 1);
        recent->minute[result] = db_int(row, 1);
        recent->hour[result] = db_int(row, 2);
    }
    return next;
}

static int read_text(struct db *db, const char *sql, int64_t id, char **text, struct err *e)
{
    struct db_statement *row = db_prepare(db, sql, e);
    if (row == NULL)
        return -1;
    db_bind_int(row, 1, id);
    int found = db_step(row, e);
    if (found == 1 && take_bytes(row, 0, text, NULL, e) != 0)
        found = -1;
    db_end(row);
    return found < 0 ? -1 : 0;
}

static int store_sqlite_status(struct store *base, int64_t id, bool texts, struct store_status *status, struct err *e)
{
    struct db *db = reach(store_sqlite_of(base), USED, e);
    int found = db == NULL ? -1 : read_status(db, id, status, e);
    if (found == 1 && texts &&
        (read_text(db, sql_compile_text, id, &status->compile_text, e) != 0 ||
         read_text(db, sql_run_text, id, &status->run_text, e) != 0))
        return -1;
    return found;
}

/* ---- a new submission: all of it at once, so that nobody sees a part of it */

struct submit {
    const struct store_submission *submission;
    int64_t *id;
};

static int submit_text(struct db *db, const char *sql, int64_t id, const char *text, size_t bytes, struct err *e)
{
    struct db_statement *statement = db_prepare(db, sql, e);
    if (statement == NULL)
        return -1;
    db_bind_int(statement, 1, id);
    db_bind_blob(statement, 2, text, bytes);
    return db_run(statement, e) < 0 ? -1 : 0;
}

static int submit_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    const struct submit *submit = argument;
    const struct store_submission *submission = submit->submission;
    const int64_t problem[] = {submission->problem_id, submission->contest_id};
    struct db_statement *user = db_prepare(db, sql_add_user, e);
    (void)store;
    if (user == NULL)
        return -1;
    db_bind_text(user, 1, submission->user);
    if (db_run(user, e) < 0 || (submission->problem_id > 0 && run_ints(db, sql_add_problem, problem, 1, e) < 0))
        return -1;
    struct db_statement *row = db_prepare(db, sql_submit, e);
    if (row == NULL)
        return -1;
    db_bind_int(row, 1, submission->problem_id);
    db_bind_text(row, 2, submission->user);
    db_bind_int(row, 3, submission->contest_id);
    db_bind_int(row, 4, submission->language);
    db_bind_int(row, 5, (int64_t)submission->source_bytes);
    if (db_run(row, e) < 0)
        return -1;
    *submit->id = db_last_id(db);
    if (submit_text(db, sql_submit_source, *submit->id, submission->source, submission->source_bytes, e) != 0)
        return -1;
    if (submission->input != NULL)
        return submit_text(db, sql_submit_input, *submit->id, submission->input, submission->input_bytes, e);
    return run_ints(db, sql_submit_problem, problem, 1, e) < 0 || run_ints(db, sql_submit_contest, problem, 2, e) < 0
               ? -1
               : 0;
}

static int64_t store_sqlite_submit(struct store *base, const struct store_submission *submission, struct err *e)
{
    int64_t id = 0;
    const struct submit submit = {.submission = submission, .id = &id};
    return within(store_sqlite_of(base), SAFE, submit_call, &submit, e) < 0 ? -1 : id;
}

/* ---- opening */

static int nothing_call(struct store_sqlite *store, struct db *db, const void *argument, struct err *e)
{
    (void)store;
    (void)argument;
    return db_prepare(db, sql_status, e) == NULL ? -1 : 0;
}

/* That it can be written too: a transaction is begun. */
static int store_sqlite_check(struct store *base, struct err *e)
{
    return within(store_sqlite_of(base), USED, nothing_call, NULL, e);
}

static int store_sqlite_init(struct store *base, bool upgrade, char *note, size_t note_size, struct err *e)
{
    (void)upgrade; /* its tables are made whenever it is opened */
    (void)str_format(note, note_size, "%s: ready", store_sqlite_of(base)->path); /* cut is fine */
    return store_sqlite_check(base, e);
}

static void store_sqlite_close(struct store *base)
{
    struct store_sqlite *store = store_sqlite_of(base);
    for (int i = 0; i < HANDLES; i++)
        db_close(store->db[i]);
    free(store);
}

static const struct store_backend store_sqlite_backend = {
    .close = store_sqlite_close,
    .check = store_sqlite_check,
    .init = store_sqlite_init,
    .read = store_sqlite_read,
    .claim = store_sqlite_claim,
    .running = store_sqlite_running,
    .save = store_sqlite_save,
    .save_sim = store_sqlite_save_sim,
    .put_back = store_sqlite_put_back,
    .waiting = store_sqlite_waiting,
    .held = store_sqlite_held,
    .submit = store_sqlite_submit,
    .status = store_sqlite_status,
    .last = store_sqlite_last,
    .recent = store_sqlite_recent,
    .select = store_sqlite_select,
    .rejudge = store_sqlite_rejudge,
};

struct store *store_sqlite_open(const struct settings *settings, struct err *e)
{
    struct store_sqlite *store = calloc(1, sizeof *store);
    if (store == NULL) {
        (void)err_sys(e, ENOMEM, "store");
        return NULL;
    }
    store->store.backend = &store_sqlite_backend;
    store->busy_ms = (int)store_clamp(settings->database_timeout_ms, 0, STORE_INT_MAX);
    (void)str_copy(store->owner, sizeof store->owner, settings->node_user); /* as large */
    if (str_format(store->path, sizeof store->path, "%s/judge.db", settings->home) != 0) {
        (void)err_set(e, "%s/judge.db: the name is too long", settings->home);
        free(store);
        return NULL;
    }
    if (reach(store, USED, e) == NULL) {
        store_sqlite_close(&store->store);
        return NULL;
    }
    return &store->store;
}
