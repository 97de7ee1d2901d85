/*
 * language.h - the languages as data: etc/languages.d/NAME.ini, one file a language, no C.
 *
 * Which of them this box offers is found by looking for the programs of `version`, `compile` and `run`. Knows no
 * sandbox: compile.c and run_case.c turn a language into specs.
 */
#ifndef JUDGE_LANGUAGE_H
#define JUDGE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define LANGUAGE_NAME_SIZE 32
#define LANGUAGE_LIST 16 /* aliases, suffixes, mounts, ... at most */

/* A command: words in which {source} {sources} {binary} {main} {mem_mib} are replaced. NULL: none. */
struct language_step {
    char **argv;
    char **env; /* NAME=VALUE, before the language's own and the usual ones */
    const char *policy;
    char **mounts; /* of the compiler: paths of the box that it reads where they are there */
    int64_t cpu_ms, wall_ms, mem_mib, out_mib; /* of the compiler; 0 in `run`: the problem's count */
    int64_t stack_mib;                         /* 0: as much as memory. A problem's own wins in `run` */
    int processes;
    int open_files;
    bool proc;
    bool stderr_is_error;
};

struct language_pattern { /* stderr of a run that has this text gets that verdict: MemoryError -> MLE */
    const char *text;
    int verdict; /* enum verdict */
};

struct language {
    int id;           /* HUSTOJ's */
    const char *file; /* the .ini that it was read from */
    char name[LANGUAGE_NAME_SIZE];
    const char *title;
    const char *aliases[LANGUAGE_LIST + 1];  /* NULL-terminated, as the lists below */
    const char *suffixes[LANGUAGE_LIST + 1]; /* without the dot; the first is HUSTOJ's */
    const char *source;                      /* the file's name in the run folder: "Main.java" */
    const char *binary;     /* what compiling leaves, "" for nothing: then the source itself is what runs */
    const char *keep;       /* "" or a glob of further files that compiling leaves: "*.class" */
    const char *package;    /* Debian's, to install it: "g++" */
    const char *similarity; /* the tester of similar sources in /usr/bin: "sim_c"; "none" */
    struct language_step compile, run;
    char **object;      /* argv that compiles a file of the problem's own apart from the student's, or NULL */
    char **version;     /* argv that prints the version */
    double time_factor; /* limit * factor + bonus */
    int64_t time_bonus_ms, memory_bonus_mib;
    int good_exit;
    const char *mounts[LANGUAGE_LIST + 1]; /* paths of the box that it reads, besides the system */
    const char *watch[LANGUAGE_LIST + 1];  /* patterns of files whose change has the language tested again */
    char **env;                            /* NAME=VALUE, added to the usual ones */
    struct language_pattern patterns[LANGUAGE_LIST];
    size_t pattern_count;
    bool installed;
    char missing[128]; /* where it is not: the program or the mount that was not found */
};

/* Of what is no program: outputs, or answers to questions. Nothing compiles or runs it; no file describes it. */
extern const struct language language_outputs;

struct languages;

/* Reads every *.ini of the NULL-terminated folders (a name in an earlier folder hides that of a later one), checks ids, names,
 * aliases and suffixes for clashes, and looks what is installed. Returns them, or NULL with e (`file:line: ...`). */
struct languages *languages_open(const char *const *folders, struct err *e);
void languages_close(struct languages *languages);

/* In the order of their ids; NULL after the last. */
const struct language *languages_at(const struct languages *languages, size_t i);

/* By name or alias ("c++", case ignored), by HUSTOJ's id, or by a file's suffix (several: the lowest id). NULL: none. */
const struct language *languages_by_name(const struct languages *languages, const char *name);
const struct language *languages_by_id(const struct languages *languages, int id);
const struct language *languages_by_file(const struct languages *languages, const char *file_name);

/* The name nearest to word, or NULL: for "unknown language 'pyton' (did you mean python?)". */
const char *languages_nearest(const struct languages *languages, const char *word);

/* What the placeholders of a command stand for. {main} is the source's name without folder and suffix; the word {sources} becomes
 * a word a source, or the source where there is no list. */
struct language_words {
    const char *source, *binary;
    const char *const *sources; /* NULL-terminated, or NULL */
    int64_t mem_mib;
};

/* A copy of argv with its placeholders replaced, in one block that free() releases. NULL where there is no memory. */
char **language_command(char *const *argv, const struct language_words *words);

/* Is name a file of this language, by its suffix? */
bool language_has_suffix(const struct language *language, const char *file_name);

/* Is it the language's name or an alias, in any capitals? */
bool language_is_called(const struct language *language, const char *name);

#endif
