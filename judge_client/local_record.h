/*
 * local_record.h - `judgectl record`: what system calls programs make that their policies lack, and the lines that allow them.
 */
#ifndef JUDGE_LOCAL_RECORD_H
#define JUDGE_LOCAL_RECORD_H

/* argv[0] is "record". Returns the exit code: 0 recorded (with --apply: and the programs run as if all were allowed); 1 after
 * --apply something is still refused; 2 it could not be done, after a line on standard error. Needs root. */
int local_record(int argc, char **argv);

#endif
