/*
 * local_judge.h - `judgectl judge`: a teacher's sources against a problem's folder, with no server.
 */
#ifndef JUDGE_LOCAL_JUDGE_H
#define JUDGE_LOCAL_JUDGE_H

/* argv[0] is "judge". Returns the exit code: 0 all judged and as expected; 1 a verdict differs from what was expected;
 * 2 something could not be judged, after a line about it on standard error. Needs root. */
int local_judge(int argc, char **argv);

#endif
