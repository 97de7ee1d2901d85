/*
 * score.h - points of cases and of a submission, by HUSTOJ's rules. Pure functions.
 */
#ifndef JUDGE_SCORE_H
#define JUDGE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

struct case_judgement;
struct judgement;
struct problem;

/* Where the name of a case has a score, the scores are out of 100, or out of their sum where that is larger; else each case
 * counts the same. */
struct score_scale {
    bool named;
    int64_t out_of;
};

struct score_scale score_scale(const struct problem *problem);

/* Sets result->score in thousandths of a point out of 100: the share of the case, where it was accepted. */
void score_case(const struct score_scale *scale, struct case_judgement *result);

/* Sets judgement->score and ->verdict: the gravest of the cases (RE over OLE over MLE over TLE over WA over PE over AC). */
void score_all(const struct score_scale *scale, struct judgement *judgement);

#endif
