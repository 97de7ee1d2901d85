/*
 * rules.h - the site's rules of judging, as its settings and a problem's own judge.conf have them (docs/hustoj.md).
 *
 * Data that judge() and its parts read: how many cases run, what the time limit is for, what is added to it, what a compiler is
 * told. A problem.ini wins over a problem's judge.conf, which wins over the site's settings. Knows no queue and no store.
 */
#ifndef JUDGE_RULES_H
#define JUDGE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/verdict.h"

struct language;
struct problem;
struct settings;

#define RULES_WORD 64

struct judge_rules {
    bool oi_mode;             /* all cases run, whatever fails */
    bool use_max_time;        /* a submission's time is its slowest case's, not the sum */
    bool time_limit_to_total; /* the time limit is for all cases together; who passes it is not run on */
    bool ignore_esol;         /* blanks at the end of a line do not matter */
    bool internal_mark;       /* a wrong case has the part of its points that its output begins right */
    bool sim_enable;          /* accepted sources are compared with earlier ones */
    bool copy_data;           /* the input is also there as data.in */
    bool raw_text_diff;       /* who answers questions is told the right answers beside his wrong ones */
    bool first_failure_rate;  /* a run that stops at its first failure writes a score, too: HUSTOJ's does not */
    int full_diff;            /* 0 to 3: how much of a difference a student sees */
    int auto_result;          /* HUSTOJ's number that an accepted one gets */
    int64_t time_bonus_ms, memory_bonus_mib; /* of the languages that have one at HUSTOJ's; -1: what their files say */
    double cpu_compensation;                 /* times what was measured */
    char cc_std[RULES_WORD], cpp_std[RULES_WORD], cc_opt[RULES_WORD]; /* a compiler's word; "": what their files say */
};

/* What holds without any judge.conf. */
extern const struct judge_rules rules_usual;

/* The site's. */
void rules_of_site(struct judge_rules *rules, const struct settings *settings);

/* The site's with those of the problem's judge.conf, as far as its problem.ini says nothing; and the problem's way to compare is
 * set by them. A problem of a test run has no folder, and the site's. settings->quiet tells whether what is wrong in the
 * file is warned about. 0, or -1 with e: a file that cannot be read, or is no such file. */
int rules_of_problem(struct judge_rules *rules, const struct settings *settings, struct problem *problem,
                     struct err *e);

/* A case's limits with the language's factor and bonus: processor time as students see it, after compensation; memory. */
int64_t rules_cpu_us(const struct judge_rules *rules, const struct problem *problem, const struct language *language);
int64_t rules_memory_mib(const struct judge_rules *rules, const struct problem *problem,
                         const struct language *language);

/* The words argv of the language's compiler, with -std= and -O as the rules have them: in one block that free() releases, the words
 * themselves are the language's and the rules'. NULL: no memory. */
char **rules_compiler(const struct judge_rules *rules, const struct language *language, char *const *argv);

/* Where the compiler's messages say that it does not know a word of the rules, which is nobody's fault who submits: that word. NULL:
 * they do not. */
const char *rules_blamed(const struct judge_rules *rules, const struct language *language, const char *messages);

/* HUSTOJ's number of a verdict of a submission whose most memory was mem_kib. */
int rules_result(const struct judge_rules *rules, enum verdict verdict, int64_t mem_kib);

#endif
