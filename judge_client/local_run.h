/*
 * local_run.h - `judgectl run`: one program in the sandbox, from a command line.
 */
#ifndef JUDGE_LOCAL_RUN_H
#define JUDGE_LOCAL_RUN_H

/* argv[0] is "run". Returns the exit code: 0 when the program ran, whatever it did; 2 when it could not be run, after one
 * line on standard error. Needs root. */
int local_run(int argc, char **argv);

#endif
