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

/* The protocol of that name, one of those in which an interactor may speak (not a manager's), or -1 with e. */
int interactor_protocol_of_name(const char *name, struct err *e);

#endif
