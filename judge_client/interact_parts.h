/*
 * interact_parts.h - what interact_run.c and interact_specs.c share. Not for their callers.
 */
#ifndef JUDGE_INTERACT_PARTS_H
#define JUDGE_INTERACT_PARTS_H

#include "judge_client/checker_parts.h"
#include "judge_client/interact.h"
#include "judge_client/interact_relay.h"
#include "judge_client/judge_parts.h"

#define INTERACT_SPEC 1 /* the interactor's; its cell, too */
#define INTERACT_WORD 32

/* One case while it runs. */
struct dialogue {
    struct judge *judge;
    const struct submission *submission;
    const struct problem_case *test;
    const struct judge_options *options;
    const struct checker *interactor;
    struct sandbox_spec specs[SANDBOX_CELLS];
    struct sandbox_result results[SANDBOX_CELLS];
    size_t spec_count;
    bool running;                   /* the specs' descriptors are no more ours */
    bool interactor_ended;          /* before any program failed */
    bool program_failed;            /* before the interactor ended: */
    size_t failed_spec;             /* which */
    struct checker_left left;       /* by the interactor */
    struct checker_verdict verdict; /* that it says */
    int held
        [INTERACT_PROCESSES]; /* the programs' standard inputs, so that an interactor that writes once more can still read
                                   * the end, and say what it thinks of it; -1: closed */
    size_t programs_ended;
    struct relay *relay;              /* where the dialogue is kept, or NULL */
    int more[2 * INTERACT_PROCESSES]; /* a manager's further descriptors */
    /* What the specs point to. */
    char **command;                        /* of the program, in one block */
    const char **env;                      /* of the program */
    const char **argv[INTERACT_PROCESSES]; /* the command with the process's number */
    char numbers[INTERACT_PROCESSES][INTERACT_WORD];
    struct sandbox_mount mounts[LANGUAGE_LIST];
    struct sandbox_file files[JUDGE_FILES]; /* of the program */
    size_t file_count;
    struct sandbox_file own_files[3]; /* of the interactor */
    const char *own_argv[CHECKER_WORDS + 1];
    char **own_blocks[2];
    const char *own_env[CHECKER_VARIABLES + 1];
    char own_texts[CHECKER_VARIABLES][CHECKER_VARIABLE_SIZE];
    char own_path[sizeof SANDBOX_PROGRAM_FOLDER + 16];
};

/* The spec, and the cell, of the program's process number i from 0. */
size_t interact_spec_of(int i);

/* "interactor" or "manager". */
const char *interact_word_of(const struct problem *problem);

/* Makes the specs but for limits of the interactor and what joins the programs' time. input_fd stays
 * the caller's. 0, or -1 with e; interact_free_specs in either case. */
int interact_make_specs(struct dialogue *dialogue, int input_fd, const struct case_judgement *program, struct err *e);
void interact_free_specs(struct dialogue *dialogue);

/* Closes what is held. */
void interact_release(struct dialogue *dialogue);

#endif
