/*
 * local_package.h - a package's own submissions for `judgectl judge`, and the time limit that follows from them.
 */
#ifndef JUDGE_LOCAL_PACKAGE_H
#define JUDGE_LOCAL_PACKAGE_H

#include "common/err.h"
#include "judge_client/judge.h"
#include "judge_client/local_sources.h"

struct problem;

/* Fills sources with those of the package: submissions/ of Kattis, and what problem.xml of Polygon's lists; each with what is
 * expected of it. language: NULL, or only those with a suffix of its. 0, or -1 with e: no memory, none there. */
int local_package_sources(struct local_sources *sources, const struct problem *problem, const char *language,
                          const struct languages *languages, struct err *e);

/* The same of sources that a person named: what is expected of those in submissions/. */
void local_package_named(struct local_sources *sources, const struct problem *problem);

/* Where the package has no time limit: runs its accepted submissions and sets the limit as its format says. text: a sentence about
 * it, "" where there was nothing to do. 0, or -1 with e. */
int local_package_time(struct judge *worker, struct problem *problem, const struct local_sources *sources,
                       const struct judge_options *options, char *text, size_t size, struct err *e);

#endif
