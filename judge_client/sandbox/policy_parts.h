/*
 * policy_parts.h - what policy.c (files, includes) and policy_lines.c (lines) share. No other file includes it.
 */
#ifndef JUDGE_POLICY_PARTS_H
#define JUDGE_POLICY_PARTS_H

#include <stdbool.h>

#include "judge_client/sandbox/policy.h"

#define POLICY_DEPTH 16     /* includes within includes */
#define POLICY_INCLUDES 256 /* in all: a file may be read more than once */

struct parser {
    struct policy *policy;
    const char *const *folders;
    struct err *e;
    const struct syscall_arch *only; /* not NULL: the line begins with `on` and holds for this one */
    bool arches_only; /* the first of two passes: which architectures, since a rule holds for all of them */
    bool placed;      /* e names its file and line already */
    int includes;
    int depth;
    char open[POLICY_DEPTH][POLICY_NAME_SIZE]; /* the policies that include each other down to this one */
};

/* Reads one line, which it cuts into words. 0, or -1 with e. */
int policy_line(struct parser *p, char *line);

/* Reads the policy name at this place. 0, or -1 with e. */
int policy_include(struct parser *p, const char *name);

#endif
