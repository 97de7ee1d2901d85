/*
 * worker_similar.c - after an accepted submission's verdict: is its source like an earlier one? Runs in a worker, as root.
 *
 * The verdict is stored by then, and nothing here changes it: what goes wrong is a line in the log.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "judge_client/similar.h"
#include "judge_client/worker_parts.h"
#include "store/store.h"

#include "common/banned.h"

enum {
    TRIES = 20, /* of a store that does not answer */
    AGAIN_MS = 500,
    MOST_S = 300, /* for all of it */
};

static void tick(void *context)
{
    worker_beat(context);
}

static void write_row(struct worker *worker, int64_t id, const struct similar *found)
{
    struct err e;
    int written = -1;
    for (int i = 0; i < TRIES && written < 0; i++) {
        if (i > 0)
            worker_wait(worker, AGAIN_MS);
        written = store_save_sim(worker->store, id, found->id, found->percent, &e);
    }
    if (written < 0)
        log_warnx("similarity not written submission=%lld similar=%lld percent=%d: %s", (long long)id,
                  (long long)found->id, found->percent, e.text);
    else if (written == 0)
        log_warnx("similarity not written submission=%lld similar=%lld percent=%d: no table sim, or no right on it",
                  (long long)id, (long long)found->id, found->percent);
    else
        log_info("similar submission=%lld similar=%lld percent=%d", (long long)id, (long long)found->id,
                 found->percent);
}

void worker_similar(struct worker *worker, const struct submission *submission, int64_t id)
{
    const struct judge_options options = {.stop_fd = worker->cancel_fd, .tick = tick, .context = worker};
    struct similar found;
    struct err e;
    worker->report.deadline_us = clock_now_us() + (int64_t)MOST_S * 1000000;
    worker->report.quiet_ms = 0;
    (void)str_copy(worker->report.note, sizeof worker->report.note, "looks for similar sources"); /* it fits */
    worker_report(worker, POOL_JUDGING);
    if (similar_find(worker->judge, submission, id, &options, &found, &e) != 0) {
        log_warnx("similarity not known submission=%lld: %s", (long long)id, e.text);
        return;
    }
    if (found.percent > SIMILAR_OVER)
        write_row(worker, id, &found);
    else if (similar_keep(submission, id, worker->settings.data_owner, &e) != 0)
        log_warnx("source not kept for similarity submission=%lld: %s", (long long)id, e.text);
}
