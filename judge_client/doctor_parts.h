/*
 * doctor_parts.h - what the doctor's files share: a check is a row, its answer a result. The unit test includes it too.
 */
#ifndef JUDGE_DOCTOR_PARTS_H
#define JUDGE_DOCTOR_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "judge_client/doctor.h"
#include "judge_client/places.h"
#include "judge_client/sandbox/cgroup.h"

#define DOCTOR_RESULTS 128
#define DOCTOR_PROBE_S 30 /* a probe that hangs is killed after so many seconds */

enum doctor_status { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor_result {
    const char *name;
    enum doctor_status status;
    char text[400];
    char fix[300]; /* what to type; empty where status is DOCTOR_OK */
};

struct doctor;

struct doctor_row {
    const char *name;
    void (*check)(struct doctor *doctor);
    bool needed;      /* what is missing fails; otherwise it is only warned of */
    bool live;        /* tries something out: only as root, and not on a fake tree */
    int number;       /* the check's own: a capability, a namespace's flag */
    const char *word; /* the check's own: the name of number, a file */
    const char *lost; /* the check's own: what is lost where it is missing */
};

struct doctor {
    const struct doctor_options *options;
    const char *root;
    struct places places;
    const char *const *policies;
    int first_uid;
    bool live;                    /* root on the real box */
    bool container;               /* this is inside one: other things have to be typed */
    uint64_t effective, bounding; /* capabilities */
    struct cgroup_layout groups;
    struct err groups_why; /* why there is nothing better */
    const struct doctor_row *row;
    size_t count;
    struct doctor_result results[DOCTOR_RESULTS];
};

extern const struct doctor_row doctor_rows[];
extern const size_t doctor_row_count;

/* Does all checks: doctor->results and doctor->count. */
void doctor_check(struct doctor *doctor, const struct doctor_options *options);

/* A result of the row under way: fine; not as it should be; missing (which fails where the row is needed). What to
 * type follows by doctor_type. */
void doctor_ok(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doctor_warn(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doctor_lacks(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doctor_type(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What to type where the right to do something is missing. */
void doctor_type_privilege(struct doctor *doctor, const char *capability);

/* Reads the file path (absolute) below doctor->root: its length, or -1. What is longer than size - 1 is cut. */
ssize_t doctor_read(const struct doctor *doctor, const char *path, char *text, size_t size);

/* The decimal digits at *at as *number; *at stands behind them then. 0, or -1 where there are none, or too many. */
int doctor_number(const char **at, int64_t *number);

/* path with doctor->root before it. */
void doctor_path(const struct doctor *doctor, const char *path, char full[PATH_MAX]);

/* Calls probe in a process of its own, which may change whatever it likes of itself. probe returns 0, or -1 after
 * err_set or err_sys, having left in errno why. Returns the same with e and errno; ETIMEDOUT where it hung. A probe
 * that succeeds may leave a text in e as well. */
int doctor_probe(int (*probe)(const struct doctor *doctor, struct err *e), const struct doctor *doctor, struct err *e);

/* The checks. */
#define DOCTOR_CHECK(name) void doctor_##name(struct doctor *doctor)
DOCTOR_CHECK(kernel);
DOCTOR_CHECK(root_user);
DOCTOR_CHECK(capability);
DOCTOR_CHECK(resource_capability);
DOCTOR_CHECK(hard_limits);
DOCTOR_CHECK(namespace);
DOCTOR_CHECK(seccomp);
DOCTOR_CHECK(tracing);
DOCTOR_CHECK(yama);
DOCTOR_CHECK(system_call);
DOCTOR_CHECK(mounts);
DOCTOR_CHECK(proc);
DOCTOR_CHECK(core_pattern);
DOCTOR_CHECK(tier);
DOCTOR_CHECK(group_memory);
DOCTOR_CHECK(group_cpu);
DOCTOR_CHECK(group_pids);
DOCTOR_CHECK(group_run);
DOCTOR_CHECK(swap);
DOCTOR_CHECK(processors);
DOCTOR_CHECK(governor);
DOCTOR_CHECK(smt);
DOCTOR_CHECK(uids);
DOCTOR_CHECK(cell);
DOCTOR_CHECK(policies);
DOCTOR_CHECK(home);
DOCTOR_CHECK(folder);
DOCTOR_CHECK(secret);
DOCTOR_CHECK(settings);
DOCTOR_CHECK(node_user);
DOCTOR_CHECK(store);
DOCTOR_CHECK(queue);
DOCTOR_CHECK(self_test);
DOCTOR_CHECK(run_folder);
DOCTOR_CHECK(space);
DOCTOR_CHECK(run_sandboxed);

#endif
