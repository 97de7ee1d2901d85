/*
 * header.h - the first lines of a hostile program's source: how it is to be run, and what must come of it.
 *
 * tests/sandbox/programs/README.md defines the form. Parsed strictly: what is not understood is an error, for a test
 * that checks nothing must not look like one that passes.
 */
#ifndef JUDGE_TEST_HEADER_H
#define JUDGE_TEST_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/sandbox/sandbox.h"

#define HEADER_EXPECTS 6
#define HEADER_ENDINGS 6
#define HEADER_CONDITIONS 6
#define HEADER_NAMES 8
#define HEADER_RANGES 16
#define HEADER_ARGS 6
#define HEADER_WORD 48

enum ending_kind { ENDING_EXIT, ENDING_SIGNAL, ENDING_LIMIT, ENDING_REFUSED, ENDING_STOPPED, ENDING_ERROR };

struct ending {
    enum ending_kind kind;
    bool number_is_n; /* `exit N`: the number of `each` */
    int64_t number;   /* exit code or signal */
    enum sandbox_limit limit;
    size_t name_count; /* refused: one of these; 0: any (with a signal: it was not refused) */
    char names[HEADER_NAMES][HEADER_WORD];
};

enum condition_compare { COMPARE_LESS, COMPARE_AT_MOST, COMPARE_MORE, COMPARE_AT_LEAST, COMPARE_EQUAL };

struct condition {
    char key[16]; /* "cpu_ms", ..., "stdout", "left" */
    enum condition_compare compare;
    int64_t number;
    char word[HEADER_WORD];
};

struct expect {
    char text[256]; /* as it stands in the source */
    char policy[HEADER_WORD];
    size_t ending_count;
    struct ending endings[HEADER_ENDINGS];
    size_t condition_count;
    struct condition conditions[HEADER_CONDITIONS];
};

enum header_stdin { STDIN_NULL, STDIN_FILE, STDIN_ZERO };

struct header {
    size_t expect_count;
    struct expect expects[HEADER_EXPECTS];
    struct sandbox_limits limits;
    size_t arg_count;
    char args[HEADER_ARGS][HEADER_WORD];
    size_t range_count; /* of `each` */
    struct {
        int64_t first, last;
    } ranges[HEADER_RANGES];
    int64_t repeat;
    bool proc;
    bool needs_groups;               /* nothing to expect where no cgroup counts and limits */
    char architectures[HEADER_WORD]; /* "arm|aarch64": it is a program of these only; "": of all */
    enum header_stdin input;
    char beside[HEADER_WORD];
};

/* What a run came to, for header_check. */
struct outcome {
    const struct sandbox_result *result; /* NULL: it could not be run */
    const char *output;                  /* what it wrote to standard output, terminated */
    const char *left;                    /* "missing", "opened" or "refused" */
    int64_t n;                           /* the number of `each` */
    bool slow;                           /* on an emulated machine: no time is checked */
};

/* Reads the header at the beginning of text. 0, or -1 with e: the line and what is wrong with it. */
int header_parse(struct header *header, const char *text, struct err *e);

/* True where it is a program for the architecture of this process: /proc would not do, the instructions are the compiler's. */
bool header_fits(const struct header *header);

/* 0 where the outcome is one that expect allows, or -1 with e: what came instead. */
int header_check(const struct expect *expect, const struct outcome *outcome, struct err *e);

#endif
