/*
 * raw_text.h - problems that are answered in text: a question a line, no program. HUSTOJ's spj = 2.
 *
 * Pure. The case's input holds the number of questions; its answer a line each, `N [score] answer`; the submission lines
 * `N answer`. Capitals do not matter, `*` accepts any answer, and of two answers to one question the first counts.
 */
#ifndef JUDGE_RAW_TEXT_H
#define JUDGE_RAW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/verdict.h"

#define RAW_TEXT_QUESTIONS 10000

struct raw_text { /* bytes, not terminated */
    const char *bytes;
    size_t size;
};

struct raw_text_mark {
    int64_t mark, total; /* thousandths of a point */
};

/* Marks the submission. report (size bytes, terminated): a line a wrong answer, with the right one where `answers` says so, else
 * nothing; what does not fit is left out. 0, or -1 with e: input or answer are not as they should be. */
int raw_text_judge(const struct raw_text *input, const struct raw_text *answer, const struct raw_text *own,
                   bool answers, char *report, size_t size, enum ui_language ui, struct raw_text_mark *mark,
                   struct err *e);

/* Thousandths as a decimal number: "2.5", "100". */
void raw_text_number(char *out, size_t size, int64_t thousandths);

#endif
