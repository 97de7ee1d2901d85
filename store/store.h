/*
 * store.h - submissions and their verdicts, behind one interface.
 *
 * Theory of operation. A row's `result` is 0 or 1 while it waits, 2 (compiling) and 3 (running) while a worker holds it, 4 and
 * more when it is final; 14 to 17 are never ours, except those that we wrote. claim() moves a row from waiting to held and
 * writes the delivery's token to `judger`; every later write of that delivery names the token, so that one who lost it can
 * write nothing: the fence. Old tables know no transaction: details are written first, the verdict last.
 * A server that is gone makes a call fail with -1 and e; the next call connects again; where a connection was lost within a
 * statement, the row is read before anything is decided. A backend (store_mysql.c, store_sqlite.c) is one const struct
 * store_backend. HUSTOJ's column names stop there. A handle belongs to one thread.
 */
#ifndef JUDGE_STORE_H
#define JUDGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct settings;
struct store;

#define STORE_TOKEN_SIZE 17
#define STORE_USER_SIZE 64
#define STORE_TEXT_BYTES (16 << 10) /* of a compile or run report; longer ones are cut at a character */

/* HUSTOJ's numbers that are no verdicts; verdicts are 4 to 11. */
enum store_result {
    STORE_WAITING = 0,
    STORE_REJUDGE = 1,
    STORE_COMPILING = 2,
    STORE_RUNNING = 3,
    STORE_TEST_DONE = 13,
    STORE_MANUAL = 14
};

struct store_submission {
    int64_t id;
    int64_t problem_id; /* 0: a test run; below 0: "make the answers of -problem_id" */
    int64_t contest_id; /* 0: none */
    int contest_number; /* the problem's place in the contest, -1 where there is none */
    int language;
    int result;
    char user[STORE_USER_SIZE];
    bool contest_running;
    /* The problem's limits by the rules of the site (over 300 s or below 0: 1 s; over 2048 MiB or below 1: 2048); a test run 5000 and
     * 512. 0: the database does not say (no row of the problem, a time of 0, or the embedded store): the problem's folder does. */
    int64_t time_ms, memory_mib;
    int special;  /* the problem's spj: 0 none, 1 checker, 2 raw text, 3 interactive */
    char *source; /* malloc'd: store_submission_fini; NULL where it was not asked for */
    size_t source_bytes;
    char *input; /* of a test run, else NULL */
    size_t input_bytes;
};
void store_submission_fini(struct store_submission *submission);

struct store_case {
    const char *name;
    const char *verdict; /* "AC" */
    int64_t score;       /* thousandths of 1 to 100 */
    int64_t cpu_us, wall_us, mem_kib;
    const char *note;
};

struct store_outcome { /* a judgement as it is written */
    int64_t id;
    const char *token;
    int result; /* 4 to 11, 13, or system_error_result */
    int64_t time_ms, mem_kib;
    int64_t pass_rate;        /* thousandths: 0 to 1000; -1: leave it as it is */
    const char *compile_text; /* replaces the row of compileinfo; NULL: none */
    const char *run_text;     /* replaces the row of runtimeinfo; NULL: none */
    const struct store_case *cases;
    size_t case_count;
    const char *data_version; /* "" where unknown */
    bool counters;            /* recount the user's, problem's and contest's counters afterwards */
};

struct store_status { /* what a row says now */
    int64_t id;
    int result;
    int64_t time_ms, mem_kib, pass_rate; /* pass_rate -1: old tables that do not have it */
    char judger[STORE_TOKEN_SIZE];
    int64_t age_s; /* since it was last claimed or judged, or else since it came; by the server's clock; -1 unknown */
    char *compile_text; /* malloc'd, NULL where there is none */
    char *run_text;
};
void store_status_fini(struct store_status *status);

/* The store that the settings (which are copied) ask for: MySQL where a database is configured, else OJ_HOME/judge.db, made with
 * its tables when it is missing. Opened without being reached. NULL with e where the settings are wrong or the file cannot be
 * made. */
struct store *store_open(const struct settings *settings, struct err *e);
void store_close(struct store *store);

/* 0 where it answers and has the tables and rights that are needed, or -1 with e and the fix. */
int store_check(struct store *store, struct err *e);

/* Creates what is missing and ours: every table on an empty database (upgrade false), only our own where HUSTOJ's are there.
 * Never alters a table of HUSTOJ. 0 with what was done in note (one line), or -1 with e. */
int store_init(struct store *store, bool upgrade, char *note, size_t note_size, struct err *e);

/* Reads a row without source and limits: 1, 0 where there is none, -1 with e. */
int store_read(struct store *store, int64_t id, struct store_submission *submission, struct err *e);

/* Claims the row for token; previous: earlier tokens of this job, with blanks between, whose claim is taken over; "" none. 1 with
 * *submission whole (source and limits); 0 where the row is not there, final or somebody else's; -1 with e. A row of ours
 * whose source is missing is 1 with source NULL. Where one of previous has judged the row and died before it counted, this counts
 * (unless [judging] turbo). */
int store_claim(struct store *store, int64_t id, const char *token, const char *previous,
                struct store_submission *submission, struct err *e);

/* Compiling to running. 1, 0 where the claim is lost, -1 with e. */
int store_running(struct store *store, int64_t id, const char *token, struct err *e);

/* Details, then the verdict, then counters. 1 written (also when an earlier try of the same token had written it); 0 where the
 * claim was lost, and then nothing of it shows; -1 with e: try again. "verdict written, counters not yet" is -1 too: the next try
 * counts. Counters that cannot be written (a missing right; three times over the time-out) are logged and cost no verdict.
 * compile_text, run_text and cases are replaced also by nothing. Texts may be anything: they are cut and made valid here. */
int store_save(struct store *store, const struct store_outcome *outcome, struct err *e);

/* A submission is alike by percent to an earlier one: into the site's table sim. What is one user's own is no copy: its row has the
 * number 0, as HUSTOJ's trigger makes it. 1; 0 where there is no such table that we may write, or no such submission; -1 with e. */
int store_save_sim(struct store *store, int64_t id, int64_t similar_id, int percent, struct err *e);

/* Back to waiting (1), only where it is held with that token. 1, 0, -1. */
int store_put_back(struct store *store, int64_t id, const char *token, struct err *e);

/* A job that was quarantined: result and a text for the student, where the row still waits or is held by one of the tokens in
 * previous. 1, 0, -1: try again, it goes on where it was interrupted. The row's judger is then "NODE:givenup2". */
int store_give_up(struct store *store, int64_t id, const char *previous, int result, const char *text, struct err *e);

/* Rows in 0 or 1, by id from after_id, up to max, without source and limits; settings' TOTAL and MOD are applied by the store.
 * Returns how many, or -1 with e. */
int store_waiting(struct store *store, int64_t after_id, struct store_submission *rows, size_t max, struct err *e);
/* Rows in 2 or 3, the same way: id, result, judger, age. */
int store_held(struct store *store, int64_t after_id, struct store_status *rows, size_t max, struct err *e);

/* Puts a submission in as the site's web does (14, then its parts, then 0). Returns its id, or -1 with e. Fields used: problem_id,
 * contest_id, language, user, source, input. */
int64_t store_submit(struct store *store, const struct store_submission *submission, struct err *e);

/* 1 with *status, 0 where there is no such row, -1 with e. texts: compile_text and run_text too. */
int store_status(struct store *store, int64_t id, bool texts, struct store_status *status, struct err *e);
/* The newest rows, newest first. Returns how many, or -1 with e. */
int store_last(struct store *store, struct store_status *rows, size_t max, struct err *e);

/* Verdicts by result, of the last minute and the last hour by the server's clock, among the newest STORE_RECENT_ROWS rows: a count
 * that costs the same on every site. 0, or -1 with e. */
#define STORE_RESULTS 18
#define STORE_RECENT_ROWS 20000
struct store_recent {
    int64_t minute[STORE_RESULTS], hour[STORE_RESULTS];
};
int store_recent(struct store *store, struct store_recent *recent, struct err *e);

/* What a rejudge is for: every part that is given must fit. */
struct store_filter {
    int64_t problem_id, contest_id; /* 0: any */
    int result;                     /* -1: any */
    int64_t since_s;                /* seconds since 1970 of when the row came; 0: any */
    int64_t up_to_id;               /* 0: any */
};
/* Rows that may be judged again, by id from after_id, up to max, without source and limits: final ones in 4 to 13, and those in
 * 14 that we wrote. Returns how many, or -1 with e. */
int store_select(struct store *store, const struct store_filter *filter, int64_t after_id,
                 struct store_submission *rows, size_t max, struct err *e);
/* Those of the n ids that may be judged again wait again (result 1, pass_rate 0). Their texts and counters stay until the new verdict
 * replaces them. Returns how many, or -1 with e: some of them may wait then, and it may be called again. */
int store_rejudge(struct store *store, const int64_t *ids, size_t n, struct err *e);

/* A submission that is not to be judged: result and a text for the student, where the row waits or a judge of ours holds it, who
 * can write nothing from then on. The row's judger is then "NODE:canceled". 1, 0 (final, not there, another judge's), -1: try again. */
int store_cancel(struct store *store, int64_t id, int result, const char *text, struct err *e);
/* What the judger of a row says: made by a delivery of ours, by store_give_up, by store_cancel; or by somebody else. */
enum store_writer { STORE_BY_OTHER, STORE_BY_DELIVERY, STORE_BY_GIVE_UP, STORE_BY_CANCEL };
enum store_writer store_writer(const char *judger);

#endif
