/*
 * store_mysql_save.c - a judgement into HUSTOJ's tables, and a new submission. Runs in judge_client, judge_node and judgectl.
 *
 * Details, each in one fenced step; then the verdict; then the counters. Where the fence no longer holds nothing is written, and
 * what a lost claim had written before is replaced or taken away by the next holder's save, which always sets all of it. No
 * transaction, on InnoDB either: it would hold rows while a trigger of the site waits for a MyISAM table, and a deadlock between
 * two engines is seen by neither (tried: it ends by time-outs).
 */
#include "store/store_mysql_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

enum {
    FEW_CASES = 8, /* rows of SQL_PUT_CASES and SQL_PUT_MANY_CASES */
    MANY_CASES = 40,
    CASE_FIRST = 3, /* of the values before the first case's */
    CASE_WIDTH = 8,
};

/* ---- details */

/* Whether there may be something of an earlier judging: not where the claim's reading found nothing. Whoever wrote before the claim
 * is behind the fence since. */
static bool left(const struct store_mysql *store, const struct store_outcome *outcome, bool seen)
{
    return store->known.id != outcome->id || strcmp(store->known.token, outcome->token) != 0 || seen;
}

/* Sets or takes away the text of one table. Rows found, or -1. */
static int64_t put_text(struct store_mysql *store, const struct store_outcome *outcome, const char *text, bool wide,
                        bool *seen, enum store_mysql_statement put, enum store_mysql_statement drop, struct err *e)
{
    struct sql_value values[3] = {SQL_INT(outcome->id), SQL_TEXT(outcome->token, strlen(outcome->token))};
    if (text == NULL)
        return left(store, outcome, *seen) ? mysql_db_run(store->db, drop, values, 2, e) : 0;
    *seen = true; /* by now, whatever becomes of this call */
    size_t bytes;
    char *clean = store_text(text, STORE_TEXT_BYTES, wide, &bytes);
    if (clean == NULL)
        return err_sys(e, ENOMEM, "text of a judgement");
    values[2] = SQL_TEXT(clean, bytes);
    int64_t put_rows = mysql_db_run(store->db, put, values, 3, e);
    free(clean);
    return put_rows;
}

static void fill_case(struct sql_value *values, const struct store_case *from, int64_t number)
{
    values[0] = SQL_INT(number);
    values[1] = SQL_TEXT(from->name, strlen(from->name));
    values[2] = SQL_TEXT(from->verdict, strlen(from->verdict));
    values[3] = SQL_INT(store_clamp(from->score, 0, STORE_INT_MAX));
    values[4] = SQL_INT(from->cpu_us);
    values[5] = SQL_INT(from->wall_us);
    values[6] = SQL_INT(from->mem_kib);
    values[7] = SQL_TEXT(from->note, from->note == NULL ? 0 : strlen(from->note));
}

/* A case's texts as the columns hold them; the copies are to be freed. */
static int clean_case(const struct store_case *from, struct store_case *to, char **name, char **note, struct err *e)
{
    size_t bytes;
    *to = *from;
    *name = store_text(from->name == NULL ? "" : from->name, STORE_CASE_NAME, true, &bytes);
    *note = store_text(from->note == NULL ? "" : from->note, STORE_CASE_NOTE, true, &bytes);
    to->name = *name;
    to->note = *note;
    if (to->verdict == NULL)
        to->verdict = "";
    return *name == NULL || *note == NULL ? err_sys(e, ENOMEM, "cases of a judgement") : 0;
}

/* count cases from `first`: 40, 8 or 1 of them. */
static int64_t put_some_cases(struct store_mysql *store, const struct store_outcome *outcome, size_t first,
                              size_t count, struct err *e)
{
    struct sql_value values[CASE_FIRST + MANY_CASES * CASE_WIDTH];
    char *names[MANY_CASES] = {NULL};
    char *notes[MANY_CASES] = {NULL};
    const char *version = outcome->data_version == NULL ? "" : outcome->data_version;
    int64_t put = 0;
    values[0] = SQL_INT(outcome->id);
    values[1] = SQL_TEXT(outcome->token, strlen(outcome->token));
    values[2] = SQL_TEXT(version, strnlen(version, STORE_CASE_NAME));
    for (size_t i = 0; i < count && put == 0; i++) {
        struct store_case clean;
        put = clean_case(&outcome->cases[first + i], &clean, &names[i], &notes[i], e);
        if (put == 0)
            fill_case(values + CASE_FIRST + i * CASE_WIDTH, &clean, (int64_t)(first + i + 1));
    }
    if (put == 0)
        put = mysql_db_run(store->db,
                           count == 1 ? SQL_PUT_CASE : (count == FEW_CASES ? SQL_PUT_CASES : SQL_PUT_MANY_CASES),
                           values, CASE_FIRST + count * CASE_WIDTH, e);
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
        free(notes[i]);
    }
    return put;
}

static int put_cases(struct store_mysql *store, const struct store_outcome *outcome, struct err *e)
{
    struct sql_value values[] = {SQL_INT(outcome->id), SQL_TEXT(outcome->token, strlen(outcome->token))};
    if (left(store, outcome, store->known.cases) && STORE_MYSQL_RUN(store, SQL_DROP_CASES, values, e) < 0)
        return -1;
    store->known.cases = true; /* by now, whatever becomes of this call */
    for (size_t done = 0; done < outcome->case_count;) {
        size_t left = outcome->case_count - done;
        size_t count = 1;
        if (left >= MANY_CASES)
            count = MANY_CASES;
        else if (left >= FEW_CASES)
            count = FEW_CASES;
        int64_t put = put_some_cases(store, outcome, done, count, e);
        if (put <= 0)
            return (int)put; /* 0: the fence; the verdict's step will say so too */
        done += count;
    }
    return 0;
}

/* ---- counters */

static int known_row(struct store_mysql *store, int64_t id, struct err *e)
{
    struct store_submission row = {.id = id};
    if (store->known.id == id)
        return 1;
    int found = store_mysql_read_row(store, id, &row, e);
    if (found == 1) {
        store->known.id = id;
        store->known.token[0] = '\0';
        store->known.problem_id = row.problem_id;
        store->known.contest_id = row.contest_id;
        (void)str_copy(store->known.user, sizeof store->known.user, row.user); /* as large */
    }
    return found;
}

/* Whether a failure can pass: then the call is tried again, and counts again. */
static bool passes(enum mysql_fault fault)
{
    return fault != MYSQL_FAULT_DENIED && fault != MYSQL_FAULT_TABLE && fault != MYSQL_FAULT_CRASHED &&
           fault != MYSQL_FAULT_OTHER;
}

int store_mysql_count(struct store_mysql *store, int64_t id, struct err *e)
{
    int found = known_row(store, id, e);
    if (found != 1)
        return found;
    struct sql_value user[] = {SQL_TEXT(store->known.user, strlen(store->known.user))};
    struct sql_value problem[] = {SQL_INT(store->known.problem_id), SQL_INT(store->known.contest_id)};
    const struct {
        enum store_mysql_statement statement;
        bool wanted;
        const struct sql_value *values;
        size_t count;
    } counts[] = {
        {SQL_COUNT_USER, store->known.user[0] != '\0', user, 1},
        {SQL_COUNT_PROBLEM, true, problem, 1},
        {SQL_COUNT_CONTEST, store->known.contest_id != 0 && store->has[HAS_counters], problem, 2},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts && store->known.problem_id > 0; i++) {
        if (!counts[i].wanted ||
            mysql_db_run(store->db, counts[i].statement, counts[i].values, counts[i].count, e) >= 0)
            continue;
        if (passes(mysql_db_fault(store->db)))
            return err_add(e, "verdict written, counters not yet");
        log_warnx("counters submission=%lld: %s", (long long)id, e == NULL ? "" : e->text);
    }
    return 0;
}

/* ---- the verdict */

/* The fence did not hold. 1 where this token's verdict is there already, else 0. */
static int saved_before(struct store_mysql *store, const struct store_outcome *outcome, struct err *e)
{
    struct store_status status = {.id = outcome->id};
    int found = store_mysql_read_status(store, outcome->id, &status, e);
    if (found != 1)
        return found;
    return status.result > STORE_RUNNING && strcmp(status.judger, outcome->token) == 0;
}

static int64_t write_verdict(struct store_mysql *store, const struct store_outcome *outcome, struct err *e)
{
    struct sql_value values[] = {
        SQL_INT(outcome->id),
        SQL_TEXT(outcome->token, strlen(outcome->token)),
        SQL_INT(outcome->result),
        SQL_INT(store_clamp(outcome->time_ms, 0, STORE_INT_MAX)),
        SQL_INT(store_clamp(outcome->mem_kib, 0, STORE_INT_MAX)),
        SQL_INT(store_clamp(outcome->pass_rate, -1, 1000)),
    };
    return STORE_MYSQL_RUN(store, SQL_FINAL, values, e);
}

/* 1, or -1: try again. A count that does not end within the time-out, on a table without its indexes, must not hold a worker for
 * ever: it is left to the next verdict. Each try has found the server answering, and the verdict there. */
static int count_or_leave(struct store_mysql *store, int64_t id, struct err *e)
{
    enum { COUNT_TIMES = 3 };
    store->late_times = store->late_id == id ? store->late_times : 0;
    store->late_id = id;
    if (store_mysql_count(store, id, e) == 0) {
        store->late_id = 0;
        return 1;
    }
    enum mysql_fault fault = mysql_db_fault(store->db);
    if ((fault != MYSQL_FAULT_GONE && fault != MYSQL_FAULT_AGAIN) || ++store->late_times < COUNT_TIMES)
        return -1;
    log_warnx("counters submission=%lld left to the next verdict: %s", (long long)id, e == NULL ? "" : e->text);
    store->late_id = 0;
    return 1;
}

static int save_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct store_outcome *outcome = argument;
    int64_t written =
        put_text(store, outcome, outcome->run_text, store->wide_run, &store->known.run, SQL_PUT_RUN, SQL_DROP_RUN, e);
    if (written < 0)
        return -1;
    /* A text that could not be put: the fence. The rest is for nothing then. */
    if (written > 0 || outcome->run_text == NULL) {
        if (put_text(store, outcome, outcome->compile_text, store->wide_compile, &store->known.compile, SQL_PUT_COMPILE,
                     SQL_DROP_COMPILE, e) < 0 ||
            (store->has[HAS_cases] && put_cases(store, outcome, e) != 0))
            return -1;
        written = write_verdict(store, outcome, e);
        if (written < 0)
            return -1;
    }
    int saved = written > 0 ? 1 : saved_before(store, outcome, e);
    return saved == 1 && outcome->counters ? count_or_leave(store, outcome->id, e) : saved;
}

int store_mysql_save(struct store *base, const struct store_outcome *outcome, struct err *e)
{
    struct store_outcome copy = *outcome;
    return store_mysql_try(store_mysql_of(base), save_call, &copy, e);
}

/* ---- what is alike */

struct alike {
    int64_t id, similar_id;
    int percent;
};

static int sim_call(struct store_mysql *store, void *argument, struct err *e)
{
    const struct alike *alike = argument;
    struct sql_value values[] = {SQL_INT(alike->id), SQL_INT(alike->similar_id), SQL_INT(alike->percent)};
    struct store_status status = {.id = alike->id};
    int found =
        store_mysql_read_status(store, alike->id, &status, e); /* what tables there are is known once it was reached */
    if (found != 1 || !store->has[HAS_sim])
        return found < 0 ? -1 : 0;
    int64_t written = STORE_MYSQL_RUN(store, SQL_SIM, values, e);
    return written < 0 ? -1 : written > 0;
}

int store_mysql_save_sim(struct store *base, int64_t id, int64_t similar_id, int percent, struct err *e)
{
    struct alike alike = {id, similar_id, percent};
    return store_mysql_try(store_mysql_of(base), sim_call, &alike, e);
}

/* ---- a new submission */

struct submit {
    const struct store_submission *submission;
    int64_t id; /* 0 until there is a row */
    int64_t number;
    char nick[STORE_USER_SIZE];
};

static int submit_find(struct store_mysql *store, void *argument, struct err *e)
{
    struct submit *submit = argument;
    const struct store_submission *submission = submit->submission;
    struct sql_value values[] = {SQL_TEXT(submission->user, strlen(submission->user)), SQL_INT(submission->contest_id),
                                 SQL_INT(submission->problem_id)};
    int found = store_mysql_one(store, SQL_SUBMIT_FIND, values, sizeof values / sizeof *values, e);
    if (found != 1)
        return found;
    const char *nick = mysql_db_text(store->db, SQL_SUBMIT_FIND, 0, NULL);
    (void)str_copy(submit->nick, sizeof submit->nick, nick == NULL ? "" : nick); /* a short column; cut is fine */
    submit->number = mysql_db_int(store->db, SQL_SUBMIT_FIND, 1, -1);
    return 1;
}

/* The only step that must not run twice: a row that nobody asked for would stay in 14. */
static int submit_row(struct store_mysql *store, struct submit *submit, struct err *e)
{
    const struct store_submission *submission = submit->submission;
    struct sql_value values[] = {
        SQL_INT(submission->problem_id),
        SQL_TEXT(submission->user, strlen(submission->user)),
        SQL_TEXT(submit->nick, strlen(submit->nick)),
        SQL_INT(submission->language),
        SQL_INT(store_clamp((int64_t)submission->source_bytes, 0, STORE_INT_MAX)),
        SQL_INT(submission->contest_id),
        SQL_INT(submit->number),
    };
    if (STORE_MYSQL_RUN(store, SQL_SUBMIT, values, e) < 0)
        return -1;
    submit->id = mysql_db_new_id(store->db);
    return 0;
}

static int submit_parts(struct store_mysql *store, void *argument, struct err *e)
{
    const struct submit *submit = argument;
    const struct store_submission *submission = submit->submission;
    struct sql_value source[] = {SQL_INT(submit->id), SQL_TEXT(submission->source, submission->source_bytes)};
    struct sql_value input[] = {SQL_INT(submit->id), SQL_TEXT(submission->input, submission->input_bytes)};
    bool test_run = submission->input != NULL;
    if ((store->has[HAS_typed] && STORE_MYSQL_RUN(store, SQL_SUBMIT_TYPED, source, e) < 0) ||
        STORE_MYSQL_RUN(store, SQL_SUBMIT_SOURCE, source, e) < 0 ||
        (test_run && STORE_MYSQL_RUN(store, SQL_SUBMIT_INPUT, input, e) < 0))
        return -1;
    return 0;
}

static int submit_counters(struct store_mysql *store, const struct store_submission *submission, struct err *e)
{
    struct sql_value values[] = {SQL_INT(submission->problem_id), SQL_INT(submission->contest_id)};
    if (submission->input != NULL)
        return 0;
    if (mysql_db_run(store->db, SQL_SUBMIT_PROBLEM, values, 1, e) < 0)
        return -1;
    if (submission->contest_id != 0 && store->has[HAS_counters] &&
        mysql_db_run(store->db, SQL_SUBMIT_CONTEST, values, 2, e) < 0)
        return -1;
    return 0;
}

static int submit_ready(struct store_mysql *store, void *argument, struct err *e)
{
    const struct submit *submit = argument;
    struct sql_value values[] = {SQL_INT(submit->id)};
    return STORE_MYSQL_RUN(store, SQL_SUBMIT_READY, values, e) < 0 ? -1 : 0;
}

/* What a submission needs is more than what judging does, which is all that judgectl db check looks for. */
static int submit_fault(const struct store_mysql *store, struct err *e)
{
    const char *name = store->settings.database_name;
    if (mysql_db_fault(store->db) != MYSQL_FAULT_DENIED)
        return -1;
    return err_set(
        e,
        "database: the user %s may judge, but not put submissions into %s: GRANT INSERT ON %s.solution, GRANT INSERT, "
        "UPDATE "
        "ON %s.source_code and %s.custominput, GRANT SELECT, INSERT, UPDATE ON %s.source_code_user TO the user",
        store->settings.database_user, name, name, name, name, name);
}

/* An old site's TEXT has 64 KiB, and the server would cut what is longer without a word. */
static int submit_fits(const struct store_mysql *store, const struct store_submission *submission, struct err *e)
{
    if (store->source_bytes == 0 || submission->source_bytes <= (uint64_t)store->source_bytes)
        return 0;
    return err_set(e,
                   "the source has %zu bytes, and the site's column source_code.source holds %lld: ALTER TABLE "
                   "source_code MODIFY source MEDIUMTEXT NOT NULL (source_code_user the same)",
                   submission->source_bytes, (long long)store->source_bytes);
}

int64_t store_mysql_submit(struct store *base, const struct store_submission *submission, struct err *e)
{
    struct store_mysql *store = store_mysql_of(base);
    struct submit submit = {.submission = submission, .number = -1};
    if (store_mysql_try(store, submit_find, &submit, e) < 0 || submit_fits(store, submission, e) != 0 ||
        submit_row(store, &submit, e) != 0 || store_mysql_try(store, submit_parts, &submit, e) < 0)
        return submit_fault(store, e);
    /* The counters are recounted with the verdict: one that is missed now is only late. */
    struct err ignored;
    if (submit_counters(store, submission, &ignored) != 0)
        log_warnx("counters submission=%lld: %s", (long long)submit.id, ignored.text);
    return store_mysql_try(store, submit_ready, &submit, e) < 0 ? -1 : submit.id;
}
