/*
 * judge_parts.h - what judge.c, compile.c and run_case.c share. Not for their callers.
 */
#ifndef JUDGE_JUDGE_PARTS_H
#define JUDGE_JUDGE_PARTS_H

#include "judge_client/checker_build.h"
#include "judge_client/compile_text.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#define JUDGE_POLICIES 32
#define CHECKER_CELL 1 /* checkers run in it, and are compiled in it */
#define JUDGE_SCRATCH (64 << 10)
#define JUDGE_FILES 64 /* that are put into a run folder: the source or the input, and the problem's own */

struct judge {
    struct sandbox *sandbox;
    const char *const *policy_folders;
    struct policy *policies[JUDGE_POLICIES]; /* those that were needed so far */
    size_t policy_count;
    int output_fd;    /* memfd: the program's standard output, or its output file */
    int error_fd;     /* memfd: its standard error */
    int64_t spent_us; /* processor time of the submission's cases so far, as students see it */
    char scratch[JUDGE_SCRATCH];
    struct built_programs *built;      /* checkers in memory, or NULL */
    struct checker_program interactor; /* beside it */
    char *dialogue;                    /* of the case that ran last, where it is kept, or NULL */
    struct checker_program checker;    /* in the checker's cell, of the submission that is being judged */
    int code_fd;                       /* memfd: its source, for the checker; -1: none */
    int checker_fd[3];                 /* [1], [2]: memfds for what a checker writes; -1: none yet */
    char entry[PROBLEM_NAME_SIZE + 2]; /* of the submission: the file that runs where it is run from sources */
    char source[PROBLEM_NAME_SIZE];    /* and its own */
    struct compile_wrap wrap;          /* and what stands around it */
    struct judge_outputs *outputs;     /* of an output-only problem, or NULL */
    struct checker_passes *passes;     /* of a case in several passes, or NULL */
};

/* Empties a memfd for the next run. 0, or -1 with e. */
int judge_rewind(int fd, struct err *e);

/* compile.c: compiles the submission in cell 0, or checks it where the language has no compiler, and puts what is to be run
 * into the program folder. 0 with judgement->compiled, compile_text and compile_wall_us set; or -1 with e. */
int compile_submission(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                       struct judgement *judgement, struct err *e);

/* run_case.c: runs and compares one case. 0 with *result (without its score), and *difference where the output differs; or -1
 * with e. */
int run_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
             const struct judge_options *options, struct case_judgement *result, bool *has_difference,
             struct compare_difference *difference, struct err *e);

/* run_case.c, for whoever runs the submission otherwise: the limits of a case; the words of the program's command, in one block; its
 * working files; emptying a memfd before a run and cutting it after; time as students see it; what its standard error makes of a
 * verdict. */
struct sandbox_limits judge_case_limits(const struct judge *judge, const struct submission *submission,
                                        const struct problem_case *test, const struct judge_rules *rules);
char **judge_command(const struct judge *judge, const struct submission *submission, struct err *e);
int judge_working_files(const struct judge *judge, const struct submission *submission, const struct problem_case *test,
                        bool copy_data, struct sandbox_file files[JUDGE_FILES], size_t *count, struct err *e);
int judge_begin_output(int fd, struct err *e);
int judge_end_output(int fd, struct err *e);
void judge_compensate(const struct judge *judge, const struct submission *submission, const struct judge_rules *rules,
                      struct sandbox_result *run);
enum verdict judge_verdict_of_error(struct judge *judge, const struct language *language, enum verdict verdict);

/* run_case.c: what an output may have, in bytes; and judges what is in judge->output_fd as an output of the case: 0 with result's
 * verdict, share and note, or -1 with e. */
int64_t run_case_output_limit(const struct problem *problem, const struct problem_case *test);
int run_case_output(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                    const struct judge_options *options, struct case_judgement *result, bool *has_difference,
                    struct compare_difference *difference, struct err *e);

/* judge_outputs.c: takes an output-only submission apart, then judges a case of it. judgement->compiled is false, and the text
 * says why, where it is wrong as a whole. 0, or -1 with e. */
int judge_outputs_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                          struct judgement *judgement, struct err *e);
int judge_outputs_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                       const struct judge_options *options, struct case_judgement *result, bool *has_difference,
                       struct compare_difference *difference, struct err *e);
void judge_outputs_clear(struct judge *judge);

/* judge_raw_text.c: a case of answers to questions; judgement->mark, mark_total and report are added to. 0, or -1 with e. */
int judge_raw_text_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                        const struct judge_options *options, struct judgement *judgement, struct case_judgement *result,
                        struct err *e);

/* The environment of a language's programs, of the compiler's or of those that it runs as step says, ended by NULL, in one block
 * that free() releases; NULL with e. */
const char **judge_environment(const struct language *language, const struct language_step *step, struct err *e);

/* Opens the problem's headers whose names end with `suffix` ("": all of them) as files[*count] and on, and counts them there.
 * 0, or -1 with e; what is counted is the caller's to close. */
int judge_add_headers(const struct problem *problem, const char *suffix, struct sandbox_file files[JUDGE_FILES],
                      size_t *count, struct err *e);
void judge_close_files(const struct sandbox_file *files, size_t count);

/* The extra mounts of a language, for its compiler or the programs that it runs as step says. Returns how many. */
size_t judge_mounts(const struct language *language, const struct language_step *step,
                    struct sandbox_mount mounts[LANGUAGE_LIST]);

#endif
