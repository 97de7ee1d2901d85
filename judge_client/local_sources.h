/*
 * local_sources.h - the sources that `judgectl judge` is given or finds, and what is expected of them.
 */
#ifndef JUDGE_LOCAL_SOURCES_H
#define JUDGE_LOCAL_SOURCES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "judge_client/language.h"

struct judgement;

struct local_source {
    char path[PATH_MAX];
    const struct language *language; /* NULL with why */
    bool any;                        /* it is no program's text, and may hold any bytes */
    bool found;                      /* below solutions/, not named by the user */
    unsigned expected;               /* bits 1 << VERDICT_*; 0: nothing is expected */
    bool partial;                    /* it is to get part of the points */
    bool skipped;                    /* it is not to be judged; why says why */
    char unknown[64];                /* the folder that it is in, where that should be a verdict and is none */
    char *bytes;
    size_t size;
    struct err why; /* it cannot be judged: one line; else empty */
};

struct local_sources {
    struct local_source *rows;
    size_t count;
    bool any; /* each of them is */
};

/* Reads the named sources, or, with none, those of folder/solutions/ (and one folder below it) in natural order of their
 * names. language: NULL, or that of all named ones; of those that are found, only those with a suffix of its. A source that cannot be judged is a row with why. 0, or -1 with e: no memory, no
 * solutions, an unknown language. */
int local_sources_read(struct local_sources *sources, const char *folder, char *const *names, size_t name_count,
                       const char *language, const struct languages *languages, struct err *e);
/* The same of what is no program, but outputs or answers: any file, of any bytes, up to JUDGE_OUTPUTS_BYTES. */
int local_sources_read_any(struct local_sources *sources, const char *folder, char *const *names, size_t name_count,
                           const char *language, const struct languages *languages, struct err *e);
/* One more, found below the problem's folder: what fd, which is taken, holds; fd -1: it cannot be judged, as *why says. Or one that
 * is left out: its why is the caller's to set. NULL with e. */
struct local_source *local_sources_add(struct local_sources *sources, const char *path, int fd, const struct err *why,
                                       const struct language *language, const struct languages *languages,
                                       struct err *e);
struct local_source *local_sources_skip(struct local_sources *sources, const char *path, struct err *e);
/* The language of that name (NULL: *language becomes NULL). 0, or -1 with e: unknown, not installed. */
int local_sources_language(const char *name, const struct languages *languages, const struct language **language,
                           struct err *e);
void local_sources_fini(struct local_sources *sources);

/* Does it differ from what is expected? */
bool local_sources_differs(const struct local_source *source, const struct judgement *judgement);

/* The verdicts that a text names after "@EXPECTED_RESULTS@:", as bits; 0 where there is none, -1 with e for a wrong word. */
int local_sources_expectation(const char *text, size_t size, struct err *e);

#endif
