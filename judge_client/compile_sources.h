/*
 * compile_sources.h - the problem's own files that are compiled with a submission: graders, stubs, headers.
 */
#ifndef JUDGE_COMPILE_SOURCES_H
#define JUDGE_COMPILE_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"

struct compile_file {
    char path[2 * PROBLEM_NAME_SIZE]; /* below the problem's folder */
    char name[PROBLEM_NAME_SIZE + 2]; /* beside the student's source */
    int fd;
    bool source;   /* a source of the language: a grader */
    bool object;   /* it is compiled already; name ends with ".o" */
    bool includes; /* it names the student's file in an #include, which is then no source of its own */
    bool header;   /* one that every submission gets */
};

struct compile_sources {
    char name[PROBLEM_NAME_SIZE]; /* the student's source */
    struct compile_file files[JUDGE_FILES];
    size_t count, source_count;
    bool included;    /* by a grader: the student's source is not handed to the compiler */
    bool offered;     /* false: the problem has graders, and none for this language */
    char others[128]; /* some of them */
};

/* Finds and opens them. 0, or -1 with e: a file is missing, or two would be one. To be closed in both cases. */
int compile_sources_find(struct compile_sources *sources, const struct submission *submission, struct err *e);
void compile_sources_close(struct compile_sources *sources);

/* The file that is run, or handed to a compiler that takes one: the grader, or else the student's. */
const char *compile_sources_entry(const struct compile_sources *sources);

/* What a compiler that takes several gets, as names[0] to names[count - 1], and NULL. Room for JUDGE_FILES + 1. */
void compile_sources_units(const struct compile_sources *sources, const char **names);

#endif
