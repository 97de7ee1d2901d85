/*
 * selftest.h - what is known of each language's self-test on this box: a small file a language in OJ_HOME/run/self-test.
 *
 * Workers write them, after they have judged a language's own small programs (docs/self-test.md); status, why and doctor read
 * them. A file is trusted only where root alone can have written it and its last line is the hash of all before.
 */
#ifndef JUDGE_SELFTEST_H
#define JUDGE_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/sha256.h"

#define SELFTEST_FOLDER "run/self-test" /* below OJ_HOME */
#define SELFTEST_MOST 64
#define SELFTEST_TEXT 2048 /* of selftest_say and selftest_fix */

enum selftest_state {
    SELFTEST_WAITING, /* not tested yet, as it is installed now */
    SELFTEST_PASSED,
    SELFTEST_REFUSED, /* its policy refused a call that it needs */
    SELFTEST_OPEN,    /* its policy allowed what it must refuse */
    SELFTEST_BROKEN,  /* it could not be tested: whatever else went wrong; tried again */
    SELFTEST_NONE,    /* there is no program to test it with */
    SELFTEST_STATES
};

struct selftest_record {
    enum selftest_state state;
    int64_t language; /* its number */
    char name[32];
    char key[SHA256_TEXT]; /* of all that it was tested with: another one, and it is to be tested again */
    int64_t tested_s;      /* since 1970 */
    int64_t tries;         /* in a row that did not pass */
    int64_t took_ms;
    char version[128]; /* the first line that the compiler or interpreter says of itself */
    char step[16];     /* "compile", "run": where it failed */
    char policy[32];   /* of that step */
    char call[48];     /* REFUSED: the call's name */
    char source[512];  /* the program that failed */
    char problem[512]; /* the folder of its input */
    char text[300];    /* what else is to be said */
};

/* "passed", ... */
const char *selftest_state_name(enum selftest_state state);

/* Whether submissions in it may be judged. */
bool selftest_may_judge(enum selftest_state state);

/* When one that did not pass is tried again, in seconds since 1970; 0: when something of it changes only. */
int64_t selftest_next_s(const struct selftest_record *record);

/* Opens the folder of home; make: as root, making what is missing. A descriptor, or -1 with e; -1 with e->text empty where it is
 * not there and make is false. */
int selftest_open(const char *home, bool make, struct err *e);

/* The record of the language of that name. 1; 0 there is none; -1 with e: it is not whole, or not ours. */
int selftest_read(int folder_fd, const char *name, struct selftest_record *record, struct err *e);

/* Replaces it as a whole. 0 or -1 with e. */
int selftest_write(int folder_fd, const struct selftest_record *record, struct err *e);

/* All records of home, by the languages' numbers; those that are not whole are left out. Returns how many, 0 where there is no
 * folder. */
int selftest_list(const char *home, struct selftest_record *records, int most);

/* Removes the records of all languages but those named. */
void selftest_keep(int folder_fd, const char *const *names, size_t count);

/* One line for an administrator about a language that did not pass, and what to type: `the system call getrandom was refused when
 * ac.py ran, by the policy python`. */
void selftest_say(const struct selftest_record *record, char text[SELFTEST_TEXT]);
void selftest_fix(const struct selftest_record *record, const char *home, char text[SELFTEST_TEXT]);

#endif
