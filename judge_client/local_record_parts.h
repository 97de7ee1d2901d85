/*
 * local_record_parts.h - what the files local_record*.c share.
 */
#ifndef JUDGE_LOCAL_RECORD_PARTS_H
#define JUDGE_LOCAL_RECORD_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/local_record_rows.h"
#include "judge_client/local_sources.h"
#include "judge_client/places.h"
#include "judge_client/problem.h"
#include "judge_client/sandbox/record.h"

enum { RECORD_YES = 64, RECORD_POLICIES = 32, RECORD_ARGUMENTS = 256 };

struct record_options {
    const char *language, *policy, *problem, *home, *tier;
    const char *hustoj; /* the name in HUSTOJ's arrays; NULL: they are not printed */
    bool json, apply;
    const char *yes[RECORD_YES + 1];
    size_t yes_count;
    char *const *argv; /* of --argv; NULL: sources are judged */
    int argc;
    char **sources;
    size_t source_count;
};

/* How often it was judged: under the policy as it is, with all allowed, under the policy after --apply. */
enum record_pass { RECORD_BEFORE, RECORD_OPEN, RECORD_AFTER, RECORD_PASSES };

struct record_verdict {
    bool judged; /* else why */
    enum verdict verdict;
    char note[JUDGE_NOTE_SIZE];
    struct err why;
};

struct record_subject {
    const char *name;
    const char *language; /* "" of --argv */
    struct record_verdict passes[RECORD_PASSES];
};

struct local_record {
    const struct record_options *options;
    struct places places;
    struct languages *languages;
    struct problem problem;
    bool has_problem;
    struct local_sources sources;
    struct record_subject *subjects;
    size_t subject_count;
    struct sandbox *sandbox;
    struct judge *judge;
    char program[PATH_MAX]; /* --argv: its path in the cell */
    const char *argv_policy;
    const struct language *argv_language;     /* or NULL */
    struct record counted;                    /* each call */
    struct record quiet;                      /* the same without counting: what it costs */
    struct record *now;                       /* one of them, or NULL */
    struct policy *policies[RECORD_POLICIES]; /* as they were asked */
    size_t policy_count;
    struct record_rows rows;
    char (*written)[PATH_MAX]; /* policy files, RECORD_POLICIES at most */
    size_t written_count;
};

/* local_record_subjects.c: the problem (an empty input where none is named), the sources, and of both what is judged. 0, or -1
 * with e. */
int record_open_problem(struct local_record *local, struct err *e);
int record_read_sources(struct local_record *local, struct err *e);
int record_make_subjects(struct local_record *local, struct err *e);

/* Judges all once; record: NULL, or what counts. pass RECORD_PASSES: nobody asks for the verdicts. */
void record_judge_all(struct local_record *local, struct record *record, enum record_pass pass);

/* local_record_argv.c: --argv's program, with each case's input, or an empty one. 0, or -1 with e. */
int record_argv_prepare(struct local_record *local, struct err *e);
int record_argv_run(struct local_record *local, struct record_verdict *verdict, struct err *e);

/* local_record_print.c */
void record_print_table(const struct local_record *local);
void record_print_json(const struct local_record *local);
/* The rows that are proposed or written; those that are withheld, and why. */
void record_print_rows(const struct local_record *local);
void record_print_hustoj(const struct record *record, const char *name);

/* local_record_apply.c: writes the rows of a policy into OJ_HOME/etc/policy, after printing the difference (where show). path: the
 * file that was written. 0, or -1 with e and nothing changed. */
int record_apply(const struct local_record *local, const char *policy, const char *lines, bool show,
                 char path[PATH_MAX], struct err *e);

/* Tells the pool of home to read its policies again. 1 it was told, 0 none runs, -1 with e. */
int record_reload(const char *home, struct err *e);

/* The policy of that name, as the recorded runs had it; NULL with e. */
const struct policy *record_policy_named(struct local_record *local, const char *name, struct err *e);

#endif
