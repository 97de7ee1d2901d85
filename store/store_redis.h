/*
 * store_redis.h - self-contained jobs: a submission, its limits and its cases as JSON, and its verdict as JSON. No SQL, no row.
 *
 * The texts travel in Redis, through queue.h; this is what they mean (docs/jobs.md). Needs no connection and no privileges.
 */
#ifndef JUDGE_STORE_REDIS_H
#define JUDGE_STORE_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define STORE_JOB_BYTES (32 << 20)       /* the longest text of a job */
#define STORE_JOB_SOURCE_BYTES (1 << 20) /* the longest source */
#define STORE_JOB_ID_SIZE 62             /* printable, without blanks; a queue's id has two more */
#define STORE_JOB_TESTS 1000

struct store_job_test {
    const char *input, *answer;
    size_t input_bytes, answer_bytes;
};

struct store_job {
    void *json;                 /* what the texts below belong to */
    char id[STORE_JOB_ID_SIZE]; /* also where the rest is wrong; "" where it is the id that is */
    char language[32];          /* a name, an alias or a number, as it was written */
    char user[64];
    const char *source;
    size_t source_bytes;
    double priority;
    int64_t time_ms, memory_mib; /* 0: not said */
    int64_t problem_id;          /* 0: none. With it, the cases are those of the data folder */
    const char *input;           /* of a test run; "" where nothing is said */
    size_t input_bytes;
    struct store_job_test *tests;
    size_t test_count;
};

/* Reads a job: the object itself, or {"job": it, "priority": N}. 0, or -1 with e, which says what is wrong in words for its sender.
 * store_job_fini in both cases. */
int store_job_read(struct store_job *job, const char *text, size_t bytes, struct err *e);
void store_job_fini(struct store_job *job);

/* The object itself as text without NUL: malloc'd, or NULL. */
char *store_job_text(const struct store_job *job);

struct store_job_case {
    const char *name, *status, *note;
    int64_t cpu_us, mem_kib;
};

struct store_job_result {
    const char *id, *status; /* "Accepted", ... */
    const char *output, *error, *compile_output, *judger;
    int64_t cpu_us, wall_us, mem_kib;
    int64_t score; /* thousandths of 1 to 100 */
    int attempt;
    const struct store_job_case *cases;
    size_t case_count;
};

/* The result as JSON. Texts may be NULL and may hold anything: bytes that are no UTF-8 become '?'. malloc'd, or NULL. */
char *store_job_result(const struct store_job_result *result);
/* The result of what was not judged: a System Error with these words. malloc'd, or NULL. */
char *store_job_failure(const char *id, const char *error);

#endif
