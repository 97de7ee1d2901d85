/*
 * store_backend.h - what a backend of the store is, and what the backends share: clean texts, numbers in range, limits.
 */
#ifndef JUDGE_STORE_BACKEND_H
#define JUDGE_STORE_BACKEND_H

#include "store/store.h"

/* store.h says what each does. A backend's own struct begins with a struct store. */
struct store_backend {
    void (*close)(struct store *store);
    int (*check)(struct store *store, struct err *e);
    int (*init)(struct store *store, bool upgrade, char *note, size_t note_size, struct err *e);
    int (*read)(struct store *store, int64_t id, struct store_submission *submission, struct err *e);
    int (*claim)(struct store *store, int64_t id, const char *token, const char *previous,
                 struct store_submission *submission, struct err *e);
    int (*running)(struct store *store, int64_t id, const char *token, struct err *e);
    int (*save)(struct store *store, const struct store_outcome *outcome, struct err *e);
    int (*save_sim)(struct store *store, int64_t id, int64_t similar_id, int percent, struct err *e);
    int (*put_back)(struct store *store, int64_t id, const char *token, struct err *e);
    int (*waiting)(struct store *store, int64_t after_id, struct store_submission *rows, size_t max, struct err *e);
    int (*held)(struct store *store, int64_t after_id, struct store_status *rows, size_t max, struct err *e);
    int64_t (*submit)(struct store *store, const struct store_submission *submission, struct err *e);
    int (*status)(struct store *store, int64_t id, bool texts, struct store_status *status, struct err *e);
    int (*last)(struct store *store, struct store_status *rows, size_t max, struct err *e);
    int (*recent)(struct store *store, struct store_recent *recent, struct err *e);
    int (*select)(struct store *store, const struct store_filter *filter, int64_t after_id,
                  struct store_submission *rows, size_t max, struct err *e);
    int (*rejudge)(struct store *store, const int64_t *ids, size_t n, struct err *e);
};

struct store_rules { /* what the store itself needs of the settings */
    int64_t total, mod;
    int64_t languages; /* a mask, -1: all */
    bool turbo;
    char give_up_token[STORE_TOKEN_SIZE];
    char cancel_token[STORE_TOKEN_SIZE];
};

struct store {
    const struct store_backend *backend;
    struct store_rules rules;
};

/* The backends. store->rules is set by the caller. NULL with e. */
struct store *store_mysql_open(const struct settings *settings, struct err *e);
struct store *store_sqlite_open(const struct settings *settings, struct err *e);

#define STORE_PREVIOUS 4 /* tokens of earlier deliveries that a claim takes over */

/* The tokens of `previous`, of which `token` is the first: count of them, at most 1 + STORE_PREVIOUS. */
size_t store_tokens(const char *token, const char *previous, char (*tokens)[STORE_TOKEN_SIZE]);
/* True where judger is one of the blank-separated tokens. */
bool store_token_among(const char *previous, const char *judger);

/* A copy of text for a column: valid UTF-8 (what is not becomes '?', and, where the column is not wide, what needs four bytes),
 * at most max bytes, cut at a character. NULL: no memory. */
char *store_text(const char *text, size_t max, bool wide, size_t *bytes);

int64_t store_clamp(int64_t value, int64_t low, int64_t high);

/* The site's rules on a problem's limits: a time over 300 s or below 0 is 1 s, memory over 2048 MiB or below 1 is 2048. known:
 * there is a row of the problem; else both are 0, "nobody said". A test run (problem 0) has 5 s and 512 MiB. */
void store_limits(struct store_submission *submission, bool known, int64_t time_ms, int64_t memory_mib);

#define STORE_INT_MAX 2147483647 /* of HUSTOJ's columns time and memory */
#define STORE_CASE_NAME 64       /* of solution_case's columns */
#define STORE_CASE_NOTE 255
#define STORE_GIVE_UP "givenup2" /* after the node's name: judger of a row that was given up, or cancelled */
#define STORE_CANCEL "canceled"

#endif
