/*
 * worker_parts.h - what worker.c and worker_job.c share.
 */
#ifndef JUDGE_WORKER_PARTS_H
#define JUDGE_WORKER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/events.h"
#include "common/pool.h"
#include "common/settings.h"
#include "judge_client/places.h"
#include "queue/queue.h"

#define WORKER_LANGUAGES 64

struct worker {
    struct settings settings;
    struct places places;
    struct languages *languages;
    struct sandbox *sandbox;
    struct judge *judge;
    struct queue *queue; /* NULL: worker_hand.c */
    struct store *store;
    int slot, cpu;
    const char *home, *cgroup_parent;
    bool once;
    int signal_fd; /* SIGTERM, SIGINT, SIGHUP */
    int cancel_fd; /* SIGUSR1: the job in hand is cancelled, or another has it by now */
    int64_t announced_us;
    bool ending;  /* no further job */
    bool reload;  /* read the configuration again before the next job */
    bool alone;   /* judged is gone, or was never there */
    bool reports; /* there is a judged at descriptor POOL_REPORT_FD */
    int offered[WORKER_LANGUAGES];
    size_t offered_count;
    struct worker_selftest *tests; /* NULL: [pool] self_test = no */
    char owner[32];                /* "node/slot" */
    struct events_sender events;
    struct pool_report report;
    int64_t reported_us;
};

/* Says state and job to judged now; worker_beat only where it has been quiet for POOL_REPORT_MS. */
void worker_report(struct worker *worker, enum pool_state state);
void worker_beat(void *context);

/* Waits up to ms, or until a signal comes, which it takes. */
void worker_wait(struct worker *worker, int ms);

/* Whether the job in hand was to end since this was last called. */
bool worker_cancelled(struct worker *worker);

/* worker->offered: the ids of the languages that are installed here and that the settings let this box take. 0, or -1 with e:
 * there is none. */
int worker_find_offered(struct worker *worker, struct err *e);

/* Everything from the claim to the ack of one job that was taken. */
void worker_do(struct worker *worker, struct queue_job *job);

/* worker_inline.c: the same of a self-contained job. */
void worker_inline(struct worker *worker, struct queue_job *job);

/* worker_similar.c: after an accepted submission's verdict; whatever fails is logged. */
struct submission;
void worker_similar(struct worker *worker, const struct submission *submission, int64_t id);

/* worker_event.c: what is told of a job to those who watch (docs/events.md), without waiting. */
struct judgement;
struct worker_told {
    const struct queue_job *job;
    int64_t problem, claimed_us; /* CLOCK_MONOTONIC */
    int language;
    int64_t case_us; /* when a case was told last */
};
/* Its row is in this state, HUSTOJ's number; below 4. */
void worker_tell(struct worker *worker, const struct worker_told *told, int state);
/* After compiling, and after each case: not more often than anybody is shown, but always the last. */
void worker_tell_case(struct worker *worker, struct worker_told *told, const struct judgement *so_far, size_t cases);
/* Its row is final by now. judgement: NULL where there is none. */
void worker_tell_final(struct worker *worker, const struct worker_told *told, int result,
                       const struct judgement *judgement, size_t cases, int64_t time_ms);
/* The same of a row that an earlier delivery has judged, whose worker died before it told. */
struct store_status;
void worker_tell_stored(struct worker *worker, const struct worker_told *told, const struct store_status *status);

/* worker_selftest.c: makes worker->offered, which holds what is installed, what is installed and works. again: the configuration was
 * read again, so what did not pass is tested again. 0, or -1 with e (no memory). Needs languages, judge and sandbox. */
int worker_selftest_open(struct worker *worker, bool again, struct err *e);
void worker_selftest_close(struct worker *worker);
/* Before each wait for a job: whether other workers have found something, or a compiler has been replaced. */
void worker_selftest_look(struct worker *worker);
/* Whether there is a language to be tested now; tests one, where no job waits. True where a job has come meanwhile, into job. */
bool worker_selftest_due(const struct worker *worker);
bool worker_selftest_idle(struct worker *worker, struct queue_job *job);
/* Whether a job in the language may be judged; tests it first where that was not done with what is installed now. False with why. */
bool worker_selftest_allows(struct worker *worker, int language, char *why, size_t size);

/* worker_job.c: until when a job may take, by its limits, and no less than the settings say. */
struct language;
struct problem;
struct judge_rules;
int64_t worker_deadline_us(const struct worker *worker, const struct judge_rules *rules,
                           const struct language *language, const struct problem *problem);

/* worker_dialogue.c: keeps what was said in the case that failed, where the problem has it kept. What cannot be written is logged. */
void worker_keep_dialogue(const struct worker *worker, int64_t problem, int64_t submission,
                          const struct judgement *judgement);

#endif
