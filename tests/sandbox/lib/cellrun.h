/*
 * cellrun.h - one run for the tests of the sandbox's own calls: a program, its arguments, and what it wrote.
 */
#ifndef JUDGE_TEST_CELLRUN_H
#define JUDGE_TEST_CELLRUN_H

#include "tests/sandbox/lib/drive.h"

#define CELLRUN_ARGV 4

struct cells {
    struct drive drive;
    struct sandbox *sandbox;
    int sink;        /* of standard output */
    char text[8192]; /* what cellrun_go found there */
};

/* A test of a driver: 0, -1 with e, or 1 with e: it cannot run here, and why. */
struct cells_test {
    const char *name;
    int (*run)(struct cells *cells, struct err *e);
};

/* Opens the sandbox and runs the tests, each by its own name. Returns the driver's exit code. */
int cells_main(const char *name, const struct cells_test *tests, size_t count, int argc, char **argv);

/* Puts the program into cell k and points argv (CELLRUN_ARGV entries) at its path and up to two arguments,
 * which end at the first NULL. path holds 128 bytes. 0, or -1 with e: also where the program is not built. */
int cellrun_put(struct cells *cells, size_t k, const char *program, char *path, const char **argv, const char *first,
                const char *second, struct err *e);

/* Runs spec in cell 0 with standard output in cells->sink, then in cells->text. 0, or -1 with e. */
int cellrun_go(struct cells *cells, struct sandbox_spec *spec, struct sandbox_result *result,
               const struct sandbox_hooks *hooks, struct err *e);

/* cellrun_put and cellrun_go with policy, and exit code want: else -1 with e. spec may be NULL. */
int cellrun_expect(struct cells *cells, struct sandbox_spec *spec, const char *policy, const char *program,
                   const char *first, const char *second, int want, struct err *e);

/* -1 with e: what a result says that was not expected. */
int cellrun_wrong(const char *what, const struct sandbox_result *result, struct err *e);

/* A memfd with this content, or -1. */
int cellrun_file(const char *content);

#endif
