/*
 * local_report.h - what `judgectl judge` prints: progress, a table, JSON lines.
 */
#ifndef JUDGE_LOCAL_REPORT_H
#define JUDGE_LOCAL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "judge_client/judge.h"
#include "judge_client/local_sources.h"

/* How the judging of one source ended. */
struct local_outcome {
    bool judged;  /* judgement is filled; else why is */
    bool skipped; /* found below solutions/, in a language that is not installed here */
    bool differs; /* from what was expected */
    bool meant;   /* it could not be judged, and that was expected: the problem shows a broken checker */
    struct judgement judgement;
    struct err why;
};

/* One object on a line of its own. */
void local_report_json(const struct local_source *source, const struct local_outcome *outcome);

/* The table of all sources, and below it for each that failed a case: which, its sentence, the difference. */
void local_report_table(const struct local_sources *sources, const struct local_outcome *outcomes, enum ui_language ui);

/* One line on a terminal that the next one overwrites; an empty text removes it. */
void local_report_progress(const char *text);

#endif
