/*
 * store.c - the store that the settings ask for, and what is the same for all of them.
 *
 * Runs in judge_client, judge_node and judgectl; knows no SQL.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "common/settings.h"
#include "common/str.h"
#include "store/store_backend.h"

#include "common/banned.h"

void store_submission_fini(struct store_submission *submission)
{
    free(submission->source);
    free(submission->input);
    submission->source = NULL;
    submission->input = NULL;
}

void store_status_fini(struct store_status *status)
{
    free(status->compile_text);
    free(status->run_text);
    status->compile_text = NULL;
    status->run_text = NULL;
}

struct store *store_open(const struct settings *settings, struct err *e)
{
    struct store_rules rules = {.total = settings->total < 1 ? 1 : settings->total,
                                .mod = settings->mod,
                                .languages = settings->languages,
                                .turbo = settings->turbo};
    if (rules.mod < 0 || rules.mod >= rules.total) {
        (void)err_set(e, "[intake] mod = %lld: not below total = %lld", (long long)rules.mod, (long long)rules.total);
        return NULL;
    }
    /* Of a delivery's form, and the same at each try: one that was interrupted goes on. */
    (void)str_format(rules.give_up_token, sizeof rules.give_up_token, "%.7s:" STORE_GIVE_UP, settings->node);
    (void)str_format(rules.cancel_token, sizeof rules.cancel_token, "%.7s:" STORE_CANCEL, settings->node);
    struct store *store =
        settings_has_database(settings) ? store_mysql_open(settings, e) : store_sqlite_open(settings, e);
    if (store != NULL)
        store->rules = rules;
    return store;
}

void store_close(struct store *store)
{
    if (store != NULL)
        store->backend->close(store);
}

int store_check(struct store *store, struct err *e)
{
    return store->backend->check(store, e);
}

int store_init(struct store *store, bool upgrade, char *note, size_t note_size, struct err *e)
{
    return store->backend->init(store, upgrade, note, note_size, e);
}

int store_read(struct store *store, int64_t id, struct store_submission *submission, struct err *e)
{
    *submission = (struct store_submission){.id = id};
    return store->backend->read(store, id, submission, e);
}

int store_claim(struct store *store, int64_t id, const char *token, const char *previous,
                struct store_submission *submission, struct err *e)
{
    *submission = (struct store_submission){.id = id};
    int claimed = store->backend->claim(store, id, token, previous, submission, e);
    if (claimed != 1)
        store_submission_fini(submission);
    return claimed;
}

int store_running(struct store *store, int64_t id, const char *token, struct err *e)
{
    return store->backend->running(store, id, token, e);
}

int store_save(struct store *store, const struct store_outcome *outcome, struct err *e)
{
    return store->backend->save(store, outcome, e);
}

int store_save_sim(struct store *store, int64_t id, int64_t similar_id, int percent, struct err *e)
{
    return store->backend->save_sim(store, id, similar_id, percent, e);
}

int store_put_back(struct store *store, int64_t id, const char *token, struct err *e)
{
    return store->backend->put_back(store, id, token, e);
}

/* A claim of its own and then a verdict, so that it is fenced like every other. Where it is interrupted between the two, the next
 * try has the same token and goes on. */
static int end_unjudged(struct store *store, int64_t id, const char *token, const char *previous, int result,
                        const char *text, struct err *e)
{
    struct store_submission submission;
    int claimed = store_claim(store, id, token, previous, &submission, e);
    if (claimed != 1)
        return claimed;
    store_submission_fini(&submission);
    struct store_outcome outcome = {.id = id,
                                    .token = token,
                                    .result = result,
                                    .pass_rate = -1,
                                    .run_text = text,
                                    .data_version = "",
                                    .counters = !store->rules.turbo};
    return store_save(store, &outcome, e);
}

int store_give_up(struct store *store, int64_t id, const char *previous, int result, const char *text, struct err *e)
{
    return end_unjudged(store, id, store->rules.give_up_token, previous, result, text, e);
}

enum store_writer store_writer(const char *judger)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t name = strspn(judger, "-abcdefghijklmnopqrstuvwxyz0123456789");
    if (name == 0 || judger[name] != ':' || strlen(judger + name + 1) != 8 || strspn(judger + name + 1, letters) != 8)
        return STORE_BY_OTHER;
    if (strcmp(judger + name + 1, STORE_GIVE_UP) == 0)
        return STORE_BY_GIVE_UP;
    return strcmp(judger + name + 1, STORE_CANCEL) == 0 ? STORE_BY_CANCEL : STORE_BY_DELIVERY;
}

/* The holder's token is taken over as that of an earlier delivery would be; it may change while we look. */
int store_cancel(struct store *store, int64_t id, int result, const char *text, struct err *e)
{
    enum { CANCEL_TRIES = 5 };
    for (int i = 0; i < CANCEL_TRIES; i++) {
        struct store_status status;
        int found = store_status(store, id, false, &status, e);
        if (found != 1)
            return found;
        bool held = status.result == STORE_COMPILING || status.result == STORE_RUNNING;
        store_status_fini(&status);
        if (status.result > STORE_RUNNING || (held && store_writer(status.judger) == STORE_BY_OTHER))
            return 0;
        int ended = end_unjudged(store, id, store->rules.cancel_token, held ? status.judger : "", result, text, e);
        if (ended != 0)
            return ended;
    }
    return 0;
}

int store_select(struct store *store, const struct store_filter *filter, int64_t after_id,
                 struct store_submission *rows, size_t max, struct err *e)
{
    memset(rows, 0, max * sizeof *rows);
    return store->backend->select(store, filter, after_id, rows, max, e);
}

int store_rejudge(struct store *store, const int64_t *ids, size_t n, struct err *e)
{
    return n == 0 ? 0 : store->backend->rejudge(store, ids, n, e);
}

int store_waiting(struct store *store, int64_t after_id, struct store_submission *rows, size_t max, struct err *e)
{
    memset(rows, 0, max * sizeof *rows);
    return store->backend->waiting(store, after_id, rows, max, e);
}

int store_held(struct store *store, int64_t after_id, struct store_status *rows, size_t max, struct err *e)
{
    memset(rows, 0, max * sizeof *rows);
    return store->backend->held(store, after_id, rows, max, e);
}

int64_t store_submit(struct store *store, const struct store_submission *submission, struct err *e)
{
    if (submission->source == NULL || submission->user[0] == '\0' || submission->problem_id < 0 ||
        submission->language < 0)
        return err_set(e, "a submission has a source, a user, a problem and a language");
    return store->backend->submit(store, submission, e);
}

int store_status(struct store *store, int64_t id, bool texts, struct store_status *status, struct err *e)
{
    *status = (struct store_status){.id = id};
    int found = store->backend->status(store, id, texts, status, e);
    if (found != 1)
        store_status_fini(status);
    return found;
}

int store_last(struct store *store, struct store_status *rows, size_t max, struct err *e)
{
    memset(rows, 0, max * sizeof *rows);
    return store->backend->last(store, rows, max, e);
}

int store_recent(struct store *store, struct store_recent *recent, struct err *e)
{
    memset(recent, 0, sizeof *recent);
    return store->backend->recent(store, recent, e);
}
