/*
 * problem_package.h - a package of Kattis' or ICPC's (problem.yaml) or of Polygon's (problem.xml), judged as it is.
 *
 * problem_open fills the problem from it: cases, limits, subtasks, checker. Here is what only those ask who judge a teacher's
 * own solutions or check the package. problem_kattis*.c and problem_polygon*.c read the two formats.
 */
#ifndef JUDGE_PROBLEM_PACKAGE_H
#define JUDGE_PROBLEM_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "judge_client/problem.h"

#define PACKAGE_VALIDATORS 16
#define PACKAGE_NOTES 16
#define PACKAGE_SOLUTIONS 1000

enum package_format { PACKAGE_KATTIS, PACKAGE_POLYGON };

struct package_program {
    char source[CHECKER_PATH_SIZE]; /* below the folder */
};

struct package_solution { /* of Polygon's: Kattis' lie in folders named for what they get */
    char path[PROBLEM_PATH_SIZE];
    char tag[48];
    unsigned expected; /* bits 1 << VERDICT_*; 0: whatever it gets */
    bool skipped;      /* "do-not-run" */
};

struct problem_package {
    enum package_format format;
    bool scoring;
    /* Where it has no time limit: that is at least `factor` times what the slowest accepted submission takes, in steps. */
    double time_factor, time_step_s;
    struct package_program validators[PACKAGE_VALIDATORS]; /* of inputs */
    size_t validator_count;
    struct package_solution *solutions;
    size_t solution_count;
    char base_flags[CHECKER_ARGS_SIZE]; /* of the validator of outputs, before those of a group */
    struct problem_flags **flags;       /* of groups of cases */
    size_t flags_count;
    char notes[PACKAGE_NOTES][200]; /* what a teacher should know, a sentence each */
    size_t note_count;
};

/* "a Kattis package (problem.yaml)". */
const char *package_help(const struct problem_package *package);

#endif
