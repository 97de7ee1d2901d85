/*
 * program.h - one hostile program, as its source says it is to be run: what `hostile` and `killed` share.
 */
#ifndef JUDGE_TEST_PROGRAM_H
#define JUDGE_TEST_PROGRAM_H

#include "tests/sandbox/lib/drive.h"
#include "tests/sandbox/lib/header.h"

#define PROGRAMS_MOST 512
#define PROGRAM_NAME_SIZE 64

struct program_list {
    size_t count;
    char names[PROGRAMS_MOST][PROGRAM_NAME_SIZE];
};

/* The names of the sources in drive->sources that contain drive->only, sorted. 0, or -1 with e. */
int program_list(const struct drive *drive, struct program_list *list, struct err *e);

/* Reads and parses the header of name's source; times are longer on a slow machine. 0, or -1 with e. */
int program_header(const struct drive *drive, const char *name, struct header *header, struct err *e);

/* What a run needs besides its spec, and what belongs to its spec. */
struct program_run {
    char path[PATH_MAX]; /* in the cell */
    char number[24];     /* argument, from `each` */
    const char *argv[HEADER_ARGS + 3];
    struct sandbox_spec spec;
};

/* Fills in run for the program name as its header says, under policy; number: of `each`, or -1. Standard input is opened
 * (input_fd: the file of `stdin: file`); outputs are -1. 0, or -1 with e. */
int program_fill(struct program_run *run, const char *name, const struct header *header, const struct policy *policy,
                 int64_t number, int input_fd, struct err *e);

/* A file of 64 KiB that root owns, without a name; and whether it is still as it was, and free of locks. */
int program_make_input(struct err *e);
int program_check_input(int fd, struct err *e);

#endif
