/*
 * command.h - `judgectl run ...` as a child of a driver: its exit code and what it printed.
 */
#ifndef JUDGE_TEST_COMMAND_H
#define JUDGE_TEST_COMMAND_H

#include "tests/sandbox/lib/drive.h"
#include "tests/sandbox/lib/residue.h"

#define COMMAND_ARGS 24

struct command {
    struct drive *drive;
    char judgectl[PATH_MAX];
    char home[PATH_MAX]; /* a folder of its own: its etc/policy is the drive's, etc/own is empty */
    struct residue residue;
    int out_fd, error_fd;
    int exit_code; /* -1: ended by a signal, or not ended in time */
    char out[4096], error[4096];
};

/* Makes the home. 0, or -1 with e. */
int command_init(struct command *command, struct drive *drive, struct err *e);
void command_fini(struct command *command);

/* Runs judgectl with these arguments, up to a NULL, as uid (0: root), after before(context) in the child if that is not
 * NULL (it returns 0, or ends the attempt with exit code 126). 0, or -1 with e. */
int command_run(struct command *command, const char *const *args, unsigned uid, int (*before)(void *), void *context,
                struct err *e);

/* As `run --home HOME` and then these arguments. */
int command_run_home(struct command *command, const char *const *args, struct err *e);

/* 0 where it ended with 2, printed nothing, and said one line that holds word; and left nothing. Else -1 with e. */
int command_is_refusal(struct command *command, const char *word, struct err *e);

#endif
