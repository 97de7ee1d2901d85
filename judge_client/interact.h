/*
 * interact.h - problems in which the program talks to another one: an interactor, or the manager of several processes.
 *
 * interact.def is the table of protocols. Here is what is pure: names, arguments, and whose fault it is that a dialogue ended
 * (docs/interactive.md has the table). interact_run runs the programs in the sandbox.
 */
#ifndef JUDGE_INTERACT_H
#define JUDGE_INTERACT_H

#include <stdbool.h>

#include "common/err.h"
#include "judge_client/checker.h"

#define INTERACT_PROCESSES 15 /* of a program with a manager: the manager has a cell, too */

/* Of a protocol that interactors have: "testlib"; its arguments; a line for a person; may it leave a file for a checker; does an
 * interactor that ends with this code accept? interactor_speaks: is it such a protocol at all? */
bool interactor_speaks(enum checker_protocol protocol);
const char *interactor_name(enum checker_protocol protocol);
const char *interactor_arguments(enum checker_protocol protocol);
const char *interactor_help(enum checker_protocol protocol);
bool interactor_leaves_output(enum checker_protocol protocol);
bool interactor_accepts(enum checker_protocol protocol, int exit_code);

/* How a program and its interactor ended. */
enum interact_program {
    PROGRAM_WELL,      /* exit code 0, or another that its language calls good */
    PROGRAM_EXIT,      /* another exit code */
    PROGRAM_PIPE,      /* SIGPIPE: it wrote to an interactor that reads no more */
    PROGRAM_CRASH,     /* another signal, a refused call, it stopped itself */
    PROGRAM_LIMIT,     /* a limit but that of real time */
    PROGRAM_WAITED,    /* the limit of real time, or all waited for each other */
    PROGRAM_DISMISSED, /* ended by us, as the verdict was known */
    PROGRAM_COUNT
};

enum interact_interactor {
    INTERACTOR_ACCEPTS,
    INTERACTOR_REJECTS, /* a verdict that is not AC, points among them */
    INTERACTOR_PIPE,    /* it wrote to a program that reads no more, and ended of it */
    INTERACTOR_LIMIT,   /* a limit */
    INTERACTOR_BROKEN,  /* a signal, a refused call, FAIL, no word of its protocol */
    INTERACTOR_DISMISSED,
    INTERACTOR_COUNT
};

struct interact_ends {
    enum interact_program program; /* of several the one that failed first, else the worst */
    enum interact_interactor interactor;
    bool program_first; /* it ended before the interactor did */
    bool flooded;       /* it wrote more than it may */
    bool asleep;        /* PROGRAM_WAITED: it waited for the interactor, which slept */
};

/* Whose word counts. */
enum interact_word {
    WORD_PROGRAM,    /* what the program's end means */
    WORD_INTERACTOR, /* the interactor's verdict */
    WORD_FLOOD,      /* OLE */
    WORD_LEFT,       /* WA: it left the dialogue, which was not at its end */
    WORD_SYSTEM,     /* a system error, for the teacher */
};

/* The table of docs/interactive.md. */
enum interact_word interact_judge(const struct interact_ends *ends);

/* The protocol of that name, one of those in which an interactor may speak (not a manager's), or -1 with e. */
int interactor_protocol_of_name(const char *name, struct err *e);

#endif
