/*
 * problem_kattis_parts.h - what problem_kattis_data.c and problem_kattis_score.c share: the groups of test data.
 */
#ifndef JUDGE_PROBLEM_KATTIS_PARTS_H
#define JUDGE_PROBLEM_KATTIS_PARTS_H

#include "judge_client/problem_package_parts.h"

enum { KATTIS_GROUPS = 1000 };

/* When a group is accepted: all of it is, any of it is, in any case. */
enum kattis_verdict { KATTIS_ALL, KATTIS_ANY, KATTIS_ALWAYS };
enum kattis_score { KATTIS_SUM, KATTIS_AVG, KATTIS_MIN, KATTIS_MAX, KATTIS_PASS_FAIL };

/* Of testdata.yaml (legacy) or test_group.yaml. */
struct kattis_settings {
    enum kattis_verdict verdict;
    enum kattis_score score;
    bool has_score; /* it was said */
    bool go_on;     /* on_reject: continue */
    bool ignore_sample;
    double accept_score;
    double most;       /* the end of its range, or max_score; below 0: not said */
    bool own_most;     /* it is this group's own, not of one that it is in */
    char require[512]; /* names of groups, a blank after each */
    const struct problem_flags *flags;
};

/* A folder of data/, in the order in which they are judged: each before those in it. */
struct kattis_group {
    char path[PROBLEM_PATH_SIZE]; /* "data/secret/group1" */
    size_t parent;                /* its own index for the first */
    struct kattis_settings settings;
    size_t first, own, end; /* its cases: from first on `own` ones of its own, up to end with those of groups in it */
    size_t next;            /* the group behind it and all that are in it */
    size_t subtask, subtask_count; /* what it became */
};

struct kattis_data {
    struct problem *problem;
    bool dated;       /* the format is not legacy */
    bool legacy_keys; /* some settings have keys of the legacy format */
    struct kattis_group *groups;
    size_t count;
    double points[PROBLEM_SUBTASKS];
};

/* problem_kattis_score.c: subtasks from the groups. 0, or -1 with e. */
int kattis_subtasks(struct kattis_data *data, struct err *e);

#endif
