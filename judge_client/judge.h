/*
 * judge.h - judges one submission: compile, run each case, compare, score.
 *
 * Theory of operation. A struct judge holds a sandbox and the policies; it lives as long as its worker. judge() is given a
 * submission, its language and its problem, and knows neither queue nor store. Compiling is a run in cell 0, its binary goes
 * into the cell's read-only program folder; each case is a run in the same cell, its output lands in a memfd of ours and is
 * compared there. Three outcomes never mix: what the student's program did is a verdict; what we could not do is -1
 * and an err, and there is no judgement.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/compare.h"
#include "judge_client/verdict.h"

struct language;
struct languages;
struct problem;
struct problem_case;
struct problem_subtask;
struct policy;
struct sandbox;
struct judge;
struct judge_rules;

#define JUDGE_SOURCE_BYTES (1 << 20)        /* the largest source */
#define JUDGE_OUTPUTS_BYTES (24 << 20)      /* the largest zip or text of outputs, in base64 or not */
#define JUDGE_COMPILE_TEXT_BYTES (16 << 10) /* of the compiler's messages */
#define JUDGE_NOTE_SIZE 256
#define JUDGE_CALL_SIZE 40                              /* of a system call's name */
#define JUDGE_STDERR_BYTES 1024                         /* of what the failing case wrote to standard error: its end */
#define JUDGE_STDERR_SIZE (4 * JUDGE_STDERR_BYTES + 16) /* of the text of it, in which a byte may be \xNN */

struct submission {
    const struct language *language;
    const struct problem *problem;
    const char *source; /* bytes, not terminated */
    size_t source_bytes;
    bool wrapped; /* a site's web has put the problem's prepend and append around it already */
    /* A test run: the one case of problem_test_run, with this as its input and nothing to compare. NULL: a usual one. */
    const char *input;
    size_t input_bytes;
};

struct case_judgement {
    const struct problem_case *test;
    enum verdict verdict;
    int64_t score; /* thousandths of the problem's total */
    int64_t share; /* of the case's points that a checker gave although it is not AC, in millionths */
    int64_t cpu_us, wall_us, mem_kib;
    char note[JUDGE_NOTE_SIZE];    /* one sentence for the student */
    char refused[JUDGE_CALL_SIZE]; /* the system call that ended it; "": none */
};

/* Shares are in millionths. */
struct subtask_judgement {
    const struct problem_subtask *subtask;
    bool solved;         /* it gives all its points, and so do those that it comes after */
    int64_t score, full; /* thousandths, as the submission's: what it gives, and could have given */
    /* score.c's, while cases are judged */
    bool blocked;        /* one that it comes after is lost */
    size_t seen;         /* cases that are judged or skipped */
    int64_t least, most; /* share of these */
    int64_t sum;
};

struct judgement {
    enum verdict verdict;
    int64_t score;                    /* thousandths of 1 to 100: 0 to 100000 */
    int64_t cpu_us, wall_us, mem_kib; /* of the case that used most */
    bool compiled;
    int64_t compile_wall_us;
    char *compile_text; /* the compiler's messages, valid UTF-8, without escape sequences; never NULL */
    char compile_refused[JUDGE_CALL_SIZE]; /* the system call that ended the compiler; "": none */
    char *output; /* what the program of a test run wrote, however it ended, as compile_text; NULL: none */
    struct case_judgement *cases;
    size_t case_count; /* judged and skipped ones, in the problem's order */
    size_t failed;     /* index of the first case that failed and counts (see score_all), or case_count */
    struct subtask_judgement *subtasks;
    size_t subtask_count; /* 0: none, or no case was judged */
    bool has_difference;
    struct compare_difference difference; /* of that case, where its output differs */
    char *shown;              /* the same as the site's page shows it (difference_show), NULL: it does not */
    char *report;             /* of answers to questions, what was wrong, or NULL; text */
    int64_t mark, mark_total; /* of these, in thousandths of a point */
    char *failed_stderr;      /* the end of what that case wrote to standard error, as text_show makes it; never NULL */
    char *failed_dialogue;    /* who said what in that case, where that is kept, for teachers; NULL: nothing */
};

struct judge_options {
    const struct judge_rules *rules; /* NULL: rules_usual, and oi_mode as the problem's scoring says */
    bool all;                        /* run all cases, whatever the problem's scoring says */
    bool teacher;  /* an error may quote what a checker wrote; else that is logged, as a student may read the error */
    bool dialogue; /* keep that of an interactive problem's failing case, whatever its problem.ini says */
    enum ui_language ui;
    int stop_fd; /* readable: the judging ends (judge() then fails with "cancelled"); -1: none */
    /* Called at each change: after compiling with case_count 0, and after each case. May be NULL; must not block. */
    void (*progress)(void *context, const struct judgement *so_far, size_t cases);
    /* Called at least each second while a program runs. May be NULL; must not block. */
    void (*tick)(void *context);
    void *context;
    /* Not NULL: answers are made (answers.h), of a problem of problem_open_making. Called for each case that ended well, instead of
     * comparing, with the descriptor of what the program wrote; it may change verdict and note. */
    int (*answer)(void *answers, struct case_judgement *result, int fd, struct err *e);
    void *answers;
};

/* Calls tick, where there is one: for what runs programs on a judging's behalf. */
static inline void judge_tick(const struct judge_options *options)
{
    if (options->tick != NULL)
        options->tick(options->context);
}

/* The policies are looked for in the NULL-terminated folders, which must outlive it as must the sandbox. NULL with e. */
struct judge *judge_open(struct sandbox *sandbox, const char *const *policy_folders, struct err *e);
void judge_close(struct judge *judge);

/* The policy of that name, read when it is first needed and kept until judge_close. NULL with e. */
const struct policy *judge_policy(struct judge *judge, const char *name, struct err *e);

/* Reads and checks the policies of all languages that are installed, and of checkers: from then on none of them is read again, whatever
 * becomes of their files. 0, or -1 with e: `language python: /home/judge/etc/policy/python.policy:3: ...`. */
int judge_load_policies(struct judge *judge, const struct languages *languages, struct err *e);

/* Whether that could be done with the policies of these folders: needs no judge. 0, or -1 with e as above. */
int judge_check_policies(const char *const *policy_folders, const struct languages *languages, struct err *e);

/* Looks up the languages that the problem names, and puts their own names in place of aliases. 0, or -1 with e:
 * `data/1000/problem.ini:4: [limits.pyton]: unknown language (did you mean python?)`. */
int judge_check_problem(struct problem *problem, const struct languages *languages, struct err *e);

/* Judges. 0 with *judgement to be released by judgement_fini, or -1 with e, and nothing to release. */
int judge(struct judge *judge, const struct submission *submission, const struct judge_options *options,
          struct judgement *judgement, struct err *e);
void judgement_fini(struct judgement *judgement);

#endif
