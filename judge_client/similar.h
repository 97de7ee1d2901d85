/*
 * similar.h - is an accepted source like an earlier one of its problem? OJ_SIM_ENABLE, with Debian's package similarity-tester.
 *
 * The accepted sources of a problem lie in its folder `ac`, as NUMBER.SUFFIX, NUMBER being the submission's. Those of the last 90
 * days are compared, by the program that the language's file names, in the sandbox as every program. A source that is like none of
 * them is put there.
 */
#ifndef JUDGE_SIMILAR_H
#define JUDGE_SIMILAR_H

#include <stdint.h>

#include "common/err.h"

struct judge;
struct judge_options;
struct language;
struct problem;
struct submission;

#define SIMILAR_OVER 80 /* percent: more is written */

struct similar {
    int64_t id; /* of the one that it is most like, of several the first; 0: there is none */
    int percent;
};

/* Compares submission number id with those before it. 0 with *found, or -1 with e: the tester is not installed, or failed. */
int similar_find(struct judge *judge, const struct submission *submission, int64_t id,
                 const struct judge_options *options, struct similar *found, struct err *e);

/* Puts the source into the folder `ac`, which is made where it is missing; both belong to owner ([data] owner), or with -1 to whom the
 * problem's folder does. At once, or not at all. 0, or -1 with e. */
int similar_keep(const struct submission *submission, int64_t id, int64_t owner, struct err *e);

/* What the tester wrote, `Main.c consists for 97 % of 1001.c material` a line: more than *found makes that the new one. */
void similar_read(const char *text, struct similar *found);

#endif
