/*
 * local_problem.h - `judgectl problem show`: what the judge makes of a problem's folder.
 */
#ifndef JUDGE_LOCAL_PROBLEM_H
#define JUDGE_LOCAL_PROBLEM_H

/* argv[0] is "problem". Returns the exit code: 0, 1 where the folder cannot be judged, 2 for a wrong command. */
int local_problem(int argc, char **argv);

#endif
