/*
 * local_record_rows.h - from what a record counted to the lines that a policy lacks.
 *
 * Pure: it reads no file and asks nobody.
 */
#ifndef JUDGE_LOCAL_RECORD_ROWS_H
#define JUDGE_LOCAL_RECORD_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "judge_client/sandbox/danger.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/record.h"

/* A line of a policy: `allow fork`, or with a tail `allow prctl arg0 & 0xffffffff = PR_SET_NAME`. */
struct record_row {
    char policy[POLICY_NAME_SIZE];
    char head[80]; /* "allow", "errno ENOSYS", "on i386 allow" */
    char name[40];
    char tail[1024];
    struct danger danger;
    bool agreed; /* dangerous, and it was said that it may be written */
};

struct record_rows {
    struct record_row *rows;
    size_t count;
};

/* Does the policy lack the call? */
bool record_lacks(const struct record_call *call);

/* How dangerous that call, with that argument, is. */
struct danger record_danger(const struct record_call *call);

/* "clone" with its argument as words: "arg0 & 0x7e83a080 = CLONE_THREAD"; "" where none counts. */
void record_argument(const struct record_call *call, char *text, size_t size);

/* The policy of a name, as it was asked when the calls were recorded; NULL: none. */
typedef const struct policy *record_policy_of(void *context, const char *name);

/* The rows that the calls of record propose. Where the name of a dangerous one is in yes (NULL-terminated) it is agreed. A
 * call that no row can allow (another architecture's, a number without a name) has none. 0, or -1 with e. */
int record_rows_make(struct record_rows *rows, const struct record *record, record_policy_of *policy_of, void *context,
                     const char *const *yes, struct err *e);
void record_rows_fini(struct record_rows *rows);

/* True where the row is to be written: it is not dangerous, or agreed. */
bool record_row_counts(const struct record_row *row);

/* The rows of a policy that are to be written, as lines: plain names of one head together. malloc'd; "" where there are none;
 * NULL with e. */
char *record_rows_text(const struct record_rows *rows, const char *policy, struct err *e);

#endif
