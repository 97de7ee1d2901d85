/*
 * doctor.h - `judgectl doctor`: is all there that judging needs on this box, and what is lost where something is not.
 */
#ifndef JUDGE_DOCTOR_H
#define JUDGE_DOCTOR_H

#include <stdbool.h>

struct doctor_options {
    const char *root; /* "", or the folder of a fake tree in tests: files are read below it, and nothing is tried out */
    const char *home; /* OJ_HOME; NULL: the one that was set when this program was built */
    const char *cell_path;       /* judge_cell; NULL: beside this program, else where it was installed */
    const char *const *policies; /* NULL-terminated folders; NULL: the usual ones */
    int first_uid;               /* 0: 40000 */
    bool json;
};

/* Checks the box and prints a line for each check on standard output: `ok NAME text`, `warn ...` or `fail ...`, the latter
 * two ended by `-> ` and what to type; or one JSON object. Returns the exit code: 0, or 1 where something that is needed
 * fails or the lines cannot be printed. Changes nothing on the box; what must be tried out is tried in a process of its own.
 * Without root what needs it is left out, and that fails. */
int doctor_run(const struct doctor_options *options);

/* The command: argv[0] is "doctor". Returns the exit code, 2 for a wrong argument. */
int doctor_main(int argc, char **argv);

#endif
