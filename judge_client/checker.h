/*
 * checker.h - how a problem's outputs are judged where comparing with the answer is not enough: a checker (special judge)
 * as data, and what it said as a verdict.
 *
 * checker.def is the table of protocols. Here is what is pure: names, arguments, verdicts. checker_build compiles a
 * checker, checker_run runs it in the sandbox, checker_builtin judges what needs no program.
 */
#ifndef JUDGE_CHECKER_H
#define JUDGE_CHECKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/verdict.h"

#define CHECKER_PATH_SIZE 256
#define CHECKER_ARGS_SIZE 512
#define CHECKER_TEXT_SIZE 4096   /* of each thing that a checker wrote */
#define CHECKER_MESSAGE_SIZE 200 /* of the note that it makes */
#define CHECKER_WHOLE 1000000    /* a share of a case's points is in millionths */

enum checker_kind { CHECKER_NONE, CHECKER_PROGRAM, CHECKER_BUILTIN };

enum checker_protocol {
#define CHECKER(name, word, arguments, input, result, message, points, read, help) CHECKER_##name,
#include "judge_client/checker.def"
#undef CHECKER
    CHECKER_PROTOCOL_COUNT
};

/* What points are, in the order of the choices of [checker] points. */
enum checker_points { CHECKER_FRACTION, CHECKER_PERCENT, CHECKER_ABSOLUTE };

/* Those that compare.h does not have. */
enum checker_builtin {
    CHECKER_LINES_UNORDERED, /* the same lines in any order */
    CHECKER_PERMUTATION,     /* the same words in any order */
    CHECKER_YES_NO,          /* the same words, each yes or no in any capitals */
    CHECKER_NUMBERS,         /* the same words; numbers by value, exactly: 007 is 7, 1.50 is 1.5 */
    CHECKER_BUILTIN_COUNT
};

struct checker {
    enum checker_kind kind;
    enum checker_protocol protocol;
    enum checker_builtin builtin;
    /* Below the problem's folder: "spj.cc", "output_validators/check/check.py". "": none, there is only the binary. */
    char source[CHECKER_PATH_SIZE];
    char binary[CHECKER_PATH_SIZE]; /* that was uploaded */
    char args[CHECKER_ARGS_SIZE];   /* further words, as conf_words splits them */
    bool own_argv;                  /* problem.ini says which order: */
    bool hustoj_argv;               /* TPJ: input, answer, output, and no report */
    bool by_problem;                /* problem.ini has a section for it; else names in the folder said it */
    bool no_points;                 /* what it leaves as points does not count: its problem has none */
    bool more_output;               /* the output limit is the usual one of checkers, as nobody wrote one */
    enum checker_points points;
    int64_t time_ms, memory_mib; /* processor time and memory of one run */
    int passes;                  /* of a case, at most: more than 1, and it may leave nextpass.in for one more */
    char why[160];               /* why it is this checker and this protocol, for a person */
};

/* What a checker left behind. Texts are terminated, and cut at CHECKER_TEXT_SIZE - 1 bytes. */
struct checker_left {
    int exit_code;
    bool has_result, has_message; /* the files of its protocol */
    bool is_share;                /* the result is a share of the points, whatever points are otherwise */
    char out[CHECKER_TEXT_SIZE], error[CHECKER_TEXT_SIZE];
    char result[CHECKER_TEXT_SIZE], message[CHECKER_TEXT_SIZE];
};

struct checker_verdict {
    enum verdict verdict; /* AC, PE, WA, or another that its protocol knows */
    int64_t share;        /* of the case's points, in millionths; for AC all of them */
    const char *message;  /* for the student, within *left; "" for none. Raw bytes */
};

/* "testlib"; "input user_out answer report -appes"; is the output its standard input; the names of the files that it may
 * leave ("" for none); a line for a person; what its points usually are. */
const char *checker_name(enum checker_protocol protocol);
const char *checker_arguments(const struct checker *checker);
bool checker_reads_output(enum checker_protocol protocol);
const char *checker_result_file(enum checker_protocol protocol);
const char *checker_message_file(enum checker_protocol protocol);
const char *checker_help(enum checker_protocol protocol);
enum checker_points checker_usual_points(enum checker_protocol protocol);
const char *checker_builtin_name(enum checker_builtin builtin);

/* The protocol of that name ("hustoj" is spj), or -1 with e that names the nearest. */
int checker_protocol_of_name(const char *name, struct err *e);

/* What it said. case_score: the points of the case, for points = absolute. 0 with *verdict, or -1 with e where it is no word of
 * its protocol: an unknown exit code, a FAIL, points out of range. That is the checker's fault, never the student's. */
int checker_read(const struct checker *checker, double case_score, const struct checker_left *left,
                 struct checker_verdict *verdict, struct err *e);

#endif
