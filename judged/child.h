/*
 * child.h - executing one of judged's programs.
 */
#ifndef JUDGED_CHILD_H
#define JUDGED_CHILD_H

#include <sys/types.h>

#include "common/err.h"

/* Executes argv[0] (a path) with argv: descriptor 0 is /dev/null, 1 and 2 are ours, POOL_REPORT_FD is the write end of a pipe
 * and nothing else is inherited; no signal is blocked or ignored; it leads a process group of its own, so that a terminal's
 * signals reach judged alone. *report_fd is the pipe's read end (non-blocking, close-on-exec). Returns its pid, or -1 with e.
 * A program that cannot be executed says so on standard error and exits with 127. */
pid_t child_start(char *const *argv, int *report_fd, struct err *e);

/* Fills path with the program `name` of folder; folder NULL: beside our own binary, else where `make install` puts it.
 * 0, or -1 with e where it is not there or cannot be executed. */
int child_find(char *path, size_t size, const char *folder, const char *name, struct err *e);

#endif
