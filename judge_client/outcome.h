/*
 * outcome.h - a judgement as the site's pages show it: the report that becomes `runtimeinfo`, and HUSTOJ's figures.
 *
 * Knows no store: the worker hands what is made here to one.
 */
#ifndef JUDGE_OUTCOME_H
#define JUDGE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge_client/verdict.h"

struct judgement;

#define OUTCOME_TEXT_BYTES (16 << 10)

/* Writes the report of a judged run into text (size bytes, terminated), as Markdown: what happened in the first failing case,
 * judgement->shown or, of an RE, the end of standard error where difference says so, and a table `filename|size|result|memory|time`, a row a case ("-" for one that was skipped),
 * and before it one of the subtasks that its problem.ini has; rows that do not
 * fit are left out with a line that says so. */
void outcome_report(char *text, size_t size, const struct judgement *judgement, bool difference, enum ui_language ui);

/* What the page of a test run shows: the program's output, and nothing else where it ended well and wrote no errors; before it, why it
 * ended; and what it wrote to standard error. An output that does not fit ends with a line "...". */
void outcome_test_run(char *text, size_t size, const struct judgement *judgement, enum ui_language ui);

/* Milliseconds of processor time: of the case that used most, or of all cases together. */
int64_t outcome_time_ms(const struct judgement *judgement, bool most);

/* The score as the site's pass_rate: thousandths, rounded as a column of three digits rounds; a whole is whole. */
int64_t outcome_pass_rate(const struct judgement *judgement);

#endif
