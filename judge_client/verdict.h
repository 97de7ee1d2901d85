/*
 * verdict.h - the verdicts, and the sentences that students and teachers read.
 */
#ifndef JUDGE_VERDICT_H
#define JUDGE_VERDICT_H

#include <stddef.h>

struct sandbox_result;

/* In the order of HUSTOJ's OI rule, where the gravest of the cases decides: SE over CE over RE over ... over AC. */
enum verdict {
    VERDICT_AC,
    VERDICT_PE,
    VERDICT_WA,
    VERDICT_TLE,
    VERDICT_MLE,
    VERDICT_OLE,
    VERDICT_RE,
    VERDICT_CE,
    VERDICT_SE,      /* the judge failed: never the student's fault, never shown as a verdict of another kind */
    VERDICT_SKIPPED, /* of a case that was not run, never of a submission; no word means it */
    VERDICT_COUNT
};

enum ui_language { UI_EN, UI_ZH, UI_COUNT };

/* "AC"; "Accepted" or its Chinese; HUSTOJ's code (4 for AC; SE has none: -1). */
const char *verdict_code(enum verdict verdict);
const char *verdict_name(enum verdict verdict, enum ui_language ui);
int verdict_hustoj(enum verdict verdict);

/* The verdict whose code, name, or a usual word for it ("accepted", "wrong_answer", "WRONG-ANSWER", "time_limit_exceeded",
 * "run_time_error", "CORRECT", ...) is word, without regard to case, '-', '_' and ' '; -1 where there is none. */
int verdict_of_word(const char *word);

/* What the run's result means, without looking at the output: AC where it ended with an accepted exit code, else TLE, MLE,
 * OLE or RE; SE where it was cancelled. good_exit: an exit code that the language calls good besides 0. */
enum verdict verdict_of_run(const struct sandbox_result *result, int good_exit);

/* One sentence in plain words about why, for the student: "segmentation fault (signal 11)", "a system call that is not
 * allowed: socket", "the time limit was reached (1004 ms of processor time used)", ... What a verdict means, where result
 * is NULL or does not tell more. Cut at size, never within a character. */
void verdict_explain(char *text, size_t size, enum verdict verdict, const struct sandbox_result *result,
                     enum ui_language ui);

#endif
