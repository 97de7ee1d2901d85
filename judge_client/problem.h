/*
 * problem.h - a problem as data: a HUSTOJ folder as it is, or a package, with an optional problem.ini that wins.
 *
 * Reads names and sizes only; contents are opened by run_case when a case is judged. A folder is what teachers upload:
 * links that lead out of it, folders, fifos and unreadable files where a file is expected are errors with one clear line.
 */
#ifndef JUDGE_PROBLEM_H
#define JUDGE_PROBLEM_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "judge_client/checker.h"
#include "judge_client/compare.h"

#define PROBLEM_NAME_SIZE 128
#define PROBLEM_PATH_SIZE 256 /* of a file below the folder */
#define PROBLEM_LANGUAGES 32
#define PROBLEM_SUBTASKS 100 /* of a problem.ini */

/* ALL: judging goes on, and part of the cases gives points. */
enum problem_scoring { PROBLEM_FIRST_FAILURE, PROBLEM_ALL };

/* How the outputs of some cases are judged otherwise than those of the others: of a group of a package. */
struct problem_flags {
    char args[CHECKER_ARGS_SIZE];
    char input_args[CHECKER_ARGS_SIZE]; /* of the validators of inputs */
    struct compare_options compare;
};

struct problem_case {
    char name[PROBLEM_NAME_SIZE];   /* "3" of 3.in, with the score's brackets: "a[30]"; a package's: "secret/3" */
    char input[PROBLEM_PATH_SIZE];  /* files in the folder */
    char answer[PROBLEM_PATH_SIZE]; /* .out, else .ans; "": none, of an interactive problem */
    int64_t score;                  /* from the name, else 10 */
    bool has_score;
    double full;                       /* what a checker's absolute points are out of; 0: the score */
    const struct problem_flags *flags; /* NULL: the problem's */
    bool sample, pretest;              /* named by [cases] samples, pretests */
    size_t subtask;                    /* index of the first that it is in, where there are any */
    bool shared;                       /* it is in others, too */
    int64_t input_bytes, answer_bytes;
};

/* What a subtask gives of its score: the least share of its cases, their sum, the largest; or all of it, where each of its cases
 * was accepted (the least share where it is one case), and nothing else. */
enum problem_points { PROBLEM_MIN, PROBLEM_SUM, PROBLEM_MAX, PROBLEM_WHOLE };

struct problem_subtask {
    int number; /* of [subtask.N]; -1: HUSTOJ's, from the names of cases */
    int64_t score;
    enum problem_points type;
    size_t *cases; /* indices, ascending */
    size_t case_count;
    int64_t weight;    /* its cases' scores together; 0: each counts the same */
    uint64_t after[2]; /* bits: it gives nothing unless these, all of them before it, are solved */
};

struct problem_limits {
    int64_t time_ms, wall_ms, memory_mib, output_mib, stack_mib; /* 0: not set (output: twice the answer and 1 KiB) */
    int processes;
    bool has_time, has_memory; /* a person wrote them: they win over the database's */
};

struct problem_factor { /* [limits.NAME] factor */
    char language[32];
    double factor;
    int line; /* of problem.ini */
};

/* What is submitted: a program; or what a program would have written, a zip or a text; or answers to questions, in one text. */
enum problem_type { PROBLEM_PROGRAM, PROBLEM_OUTPUT_ONLY, PROBLEM_RAW_TEXT };

/* Is prepend.EXT and append.EXT put around the source: where no web has done it already, always, never. */
enum problem_wrap { PROBLEM_WRAP_AUTO, PROBLEM_WRAP_YES, PROBLEM_WRAP_NO };

struct problem_sources {          /* [sources], [sources.NAME] */
    char language[32];            /* "": every language */
    char **with;                  /* files below the folder, NULL-terminated; NULL: the key is not there */
    uint64_t source_bits;         /* which of them are sources of some language; set by judge_check_problem */
    char name[PROBLEM_NAME_SIZE]; /* of the student's source; "": the language's */
    int line;                     /* of problem.ini */
};

struct problem {
    char folder[PATH_MAX];
    int folder_fd; /* O_PATH, of the folder: cases are opened below it */
    struct problem_case *cases;
    size_t case_count;
    struct problem_limits limits; /* defaults filled in: 1000 ms, 128 MiB */
    struct problem_factor factors[PROBLEM_LANGUAGES];
    size_t factor_count;
    struct compare_options compare;
    bool has_line_ends;     /* a person wrote [compare] strict_line_ends */
    struct checker checker; /* CHECKER_NONE: outputs are compared */
    struct checker
        interactor; /* CHECKER_NONE: none. Protocols: interact.h. Else the program talks to it; with processes, to a manager */
    int processes; /* of the program, each in a cell of its own, which a manager (the interactor) talks to; 0: no manager */
    bool keep_dialogue;                                                 /* of cases that fail, for teachers */
    char input_file[PROBLEM_NAME_SIZE], output_file[PROBLEM_NAME_SIZE]; /* "" for standard input and output */
    enum problem_scoring scoring;
    bool has_scoring;     /* a person wrote it */
    bool skip;            /* mode = subtasks: cases that cannot change the score are not run */
    bool has_total;       /* a person wrote it: scores are scaled to it */
    size_t subtask_count; /* 0: each case counts for itself */
    /* Each behind those that it comes after; the cases are in the order of them. */
    struct problem_subtask *subtasks;
    int64_t total; /* the full score that the cases' scores are scaled to: 100 unless [scoring] total says else */
    bool making;   /* its answers are to be made: cases may have none */
    char (*headers)[PROBLEM_NAME_SIZE]; /* *.h and *.dic beside the source */
    size_t header_count;
    enum problem_type type;
    bool has_type; /* a person wrote it */
    enum problem_wrap wrap;
    struct problem_sources *sources;
    size_t source_count;
    struct problem_package *package; /* problem_package.h; NULL: a folder of HUSTOJ's */
};

/* Opens the problem in folder. 0, or -1 with e: `data/1000/3.in has no 3.out (nor 3.ans)`, `data/1000: no test data (no *.in)`,
 * `data/1000/problem.ini:4: unknown key 'tim_ms' in [limits] (did you mean time_ms?)`. Needs read permission only, and
 * Linux 5.6 (openat2). After -1 there is nothing to close. */
int problem_open(struct problem *problem, const char *folder, struct err *e);
void problem_close(struct problem *problem);

/* The same of a folder whose answers are to be made: cases need none, and where one has none, its name is that of the .out. */
int problem_open_making(struct problem *problem, const char *folder, struct err *e);

/* A problem without a folder, for a test run: one case, these limits. To be closed as any other. 0, or -1 with e. */
int problem_test_run(struct problem *problem, int64_t time_ms, int64_t memory_mib, struct err *e);

/* Opens a file of the folder for reading: regular, not reached through a link that leads out of the folder. fd or -1 with e. */
int problem_open_file(const struct problem *problem, const char *name, struct err *e);

/* The mode of what is at path below the folder, links followed within it; 0 where nothing is, or what leads out. */
mode_t problem_kind(const struct problem *problem, const char *path);

/* What a folder below the problem's holds, but for names that begin with a dot, in the order of strcmp. Returns how
 * many, and *entries for free() as are they; or -1 with e. */
int problem_list(const struct problem *problem, const char *path, struct dirent ***entries, struct err *e);

/* What a HUSTOJ site says of a problem, where its problem.ini says nothing: special: the database calls for a special judge, else
 * one that lies in the folder is not used; tpj_hustoj: the order of a tpj's arguments is HUSTOJ's. */
void problem_apply_site(struct problem *problem, bool special, bool tpj_hustoj);

/* Is name the case's, with or without its score? */
bool problem_case_is(const struct problem_case *one, const char *name);

/* What a checker's absolute points of the case are out of; the further words of its checker or interactor. */
double problem_case_full(const struct problem_case *one);
const char *problem_case_args(const struct problem_case *one, const struct checker *checker);

/* Must the subtask with this index be solved first? */
bool problem_is_after(const struct problem_subtask *subtask, size_t other);

/* The time factor of a language by its name; 1 where none is set. */
double problem_factor(const struct problem *problem, const char *language);

#endif
