/*
 * score.h - points of cases, of subtasks and of a submission, and which cases need not be run. Pure functions.
 */
#ifndef JUDGE_SCORE_H
#define JUDGE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct case_judgement;
struct judgement;
struct problem;

/* Where subtasks or the names of cases have scores, these are out of 100, or out of their sum where that is larger or the
 * problem has a total; else each case counts the same. */
struct score_scale {
    const struct problem *problem;
    bool named;
    int64_t out_of;
};

struct score_scale score_scale(const struct problem *problem);

/* Begins: fills judgement->subtasks, one for each of the problem's, none of whose cases is judged. */
void score_begin(const struct score_scale *scale, struct judgement *judgement);

/* Can the case with this index still change the score? Cases are asked for and taken in the problem's order. */
bool score_needs(const struct score_scale *scale, const struct judgement *judgement, size_t i);

/* Counts the judged or skipped case with this index in its subtasks. */
void score_take(const struct score_scale *scale, struct judgement *judgement, size_t i);

/* Does what happened in the judged case count for the verdict, so far? Not where its subtasks are all solved. */
bool score_counts(const struct score_scale *scale, const struct judgement *judgement, size_t i);

/* Sets result->score in thousandths of a point out of 100: the part of the case, for what it got. What its subtask makes of it
 * is the subtask's score. */
void score_case(const struct score_scale *scale, struct case_judgement *result);

/* Sets judgement->score, those of its subtasks, ->failed and ->verdict: of the cases that count the first failing one, where
 * the problem skips, else the gravest (RE over OLE over MLE over TLE over WA over PE over AC). */
void score_all(const struct score_scale *scale, struct judgement *judgement);

#endif
