/*
 * drive.h - what the drivers share: where programs, sources and policies lie, a sandbox of their own, and the lines they
 * print.
 *
 * A driver runs as root and prints `ok NAME`, `not ok NAME - why` or `skip NAME - why`. Options: --programs DIR,
 * --sources DIR, --policies DIR, --cell PATH, --only WORD (names that contain it), --tier v2|v1|none. With
 * JUDGE_TEST_SLOW in the environment the machine is emulated: limits of time are larger, and no time is checked.
 */
#ifndef JUDGE_TEST_DRIVE_H
#define JUDGE_TEST_DRIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/sandbox/sandbox.h"

struct policy;

#define DRIVE_HOME "/home/judge-test" /* gives the groups a name of their own; need not exist */
#define DRIVE_POLICIES 10

struct drive {
    const char *name; /* of the driver, before each test's */
    char programs[PATH_MAX], sources[PATH_MAX], policies[PATH_MAX], own_policies[PATH_MAX], cell[PATH_MAX];
    const char *only;
    int tier; /* -1: the best */
    bool slow;
    int passed, failed, skipped;
    struct policy *loaded[DRIVE_POLICIES];
    char loaded_names[DRIVE_POLICIES][32];
};

/* Reads the options. 0, or 2 after a line on standard error. */
int drive_init(struct drive *drive, const char *name, int argc, char **argv);
/* Frees the policies and returns the driver's exit code. */
int drive_fini(struct drive *drive);

/* True where the sandbox can be opened at all; else prints the driver's one `skip` line. */
bool drive_ready(struct drive *drive);

void drive_ok(struct drive *drive, const char *test);
void drive_not_ok(struct drive *drive, const char *test, const char *format, ...) __attribute__((format(printf, 3, 4)));
void drive_skip(struct drive *drive, const char *test, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* `ok` where result is 0, else `not ok` with e's text. */
void drive_say(struct drive *drive, const char *test, int result, const struct err *e);

/* A sandbox on a free slot (slot -1), or on that slot; NULL with e. */
struct sandbox *drive_open(const struct drive *drive, int slot, struct err *e);

/* The policy name, loaded once; NULL with e. */
const struct policy *drive_policy(struct drive *drive, const char *name, struct err *e);

/* Puts the program name into cell k as /program/name. 0, 1 where it was not built, -1 with e. */
int drive_put(const struct drive *drive, struct sandbox *sandbox, size_t k, const char *name, struct err *e);

/* Limits that are generous for a test that is not about them. */
struct sandbox_limits drive_limits(const struct drive *drive);

/* A new memfd, or -1. */
int drive_memory(const char *name);

/* The content of fd from offset 0, at most size - 1 bytes, terminated. Returns its length, or -1. */
int64_t drive_read(int fd, char *text, size_t size);

/* Runs one program in cell 0: spec as given but for what is missing in it (limits, environment). 0, or -1 with e. */
int drive_run(struct drive *drive, struct sandbox *sandbox, struct sandbox_spec *spec, struct sandbox_result *result,
              const struct sandbox_hooks *hooks, struct err *e);

/* The environment of every hostile program: hostile.h asks for it. */
extern const char *const drive_env[];

#endif
