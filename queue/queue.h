/*
 * queue.h - what waits to be judged: lanes, leases, redelivery, quarantine, behind one interface.
 *
 * Theory of operation. A job is one delivery of a submission. It waits in a lane; take() gives it to a worker with a lease
 * and a fresh token; the box's agent renews the lease while the worker lives; ack() ends it. A lease that runs out, or a
 * worker that is known to be dead, puts the job back with attempt + 1; after max_attempts it is quarantined ("dead") with
 * a reason. Who no longer holds the token can neither ack nor give back. Redis holds no truth about submissions that are
 * rows of a database: after a wipe the agent fills it again from the store.
 *
 * Order: by lane, in the order of enum queue_lane, but each lane that waits has one take in ten, and rejudges no more than their
 * share of the workers while others come; within a lane users take turns, then by arrival. A backend (queue_redis.c,
 * queue_sqlite.c) is one const struct queue_backend.
 * A handle belongs to one thread. No call blocks longer than its time-out and the command time-out of the settings.
 */
#ifndef JUDGE_QUEUE_H
#define JUDGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct queue;
struct settings;

#define QUEUE_ID_SIZE 64       /* a submission's number, or the id of a self-contained job; printable, no blanks */
#define QUEUE_TOKEN_SIZE 17    /* node name (1 to 7 bytes), ':', 8 random base32 characters */
#define QUEUE_PREVIOUS_SIZE 72 /* the last four tokens of earlier deliveries, newest first, with a blank between */
#define QUEUE_USER_SIZE 64
#define QUEUE_REASON_SIZE 200
#define QUEUE_NODE_SIZE 8
#define QUEUE_FORGIVEN 4 /* as many as `previous` holds */
#define QUEUE_OFFER_SIZE 512
#define QUEUE_OFFER_MS 600000 /* a node that has announced nothing for so long has no workers */

enum queue_lane {
    QUEUE_LANE_EXAM,
    QUEUE_LANE_CONTEST,
    QUEUE_LANE_TEST, /* a student's test run: before practice */
    QUEUE_LANE_PRACTICE,
    QUEUE_LANE_REJUDGE,
    QUEUE_LANES
};

/* "exam" "contest" "test" "practice" "rejudge"; the lane of a word or -1. */
const char *queue_lane_name(enum queue_lane lane);
int queue_lane_of(const char *word);

/* What is put in. */
struct queue_entry {
    char id[QUEUE_ID_SIZE];
    enum queue_lane lane;
    int language; /* HUSTOJ's number: only a taker that offers it gets the job */
    int64_t problem;
    char user[QUEUE_USER_SIZE];
    const char *inline_job; /* JSON of a self-contained job, or NULL */
};

/* What is taken out. */
struct queue_job {
    char id[QUEUE_ID_SIZE];
    enum queue_lane lane;
    int language;
    int64_t problem;
    char user[QUEUE_USER_SIZE];
    int attempt; /* 1 for the first delivery */
    char token[QUEUE_TOKEN_SIZE];
    char previous[QUEUE_PREVIOUS_SIZE];
    int64_t enqueued_ms; /* wall clock */
    int source;          /* which queue of a pair it came from: give it back there; 0 but in queue_pair */
    char *inline_job;    /* malloc'd, or NULL; queue_job_fini frees it */
};

struct queue_lease { /* a job that a living worker holds */
    char id[QUEUE_ID_SIZE];
    char token[QUEUE_TOKEN_SIZE];
    int source;
    bool kept; /* set by queue_renew: false where the job has another token by now, or is gone */
};

enum queue_state { QUEUE_UNKNOWN, QUEUE_WAITING, QUEUE_HELD, QUEUE_DEAD };

struct queue_place { /* where one job is */
    enum queue_state state;
    enum queue_lane lane;
    int language;
    int attempt;
    int64_t ahead;                  /* WAITING: jobs that are to be taken before it, whatever their language */
    char token[QUEUE_TOKEN_SIZE];   /* HELD */
    char owner[QUEUE_REASON_SIZE];  /* HELD: "node/slot" */
    int64_t lease_ms;               /* HELD: what is left of the lease */
    int64_t enqueued_ms;            /* wall clock */
    char reason[QUEUE_REASON_SIZE]; /* DEAD */
};

struct queue_stats {
    int64_t waiting[QUEUE_LANES];
    int64_t held, dead, inbox;
    int64_t oldest_ms; /* age of the oldest waiting one; 0 where none waits */
};

/* Which queue the settings ask for: Redis, paired with the box's own file for the time that Redis is gone; the box's own
 * file OJ_HOME/run/queue.db where only a database is configured; else OJ_HOME/judge.db. It is opened without being reached:
 * calls on a server that is gone fail with -1 and e, and connect again by themselves when called again. node: this box's
 * name. NULL with e where the settings are wrong or a file cannot be made. */
struct queue *queue_open(const struct settings *settings, const char *node, struct err *e);
void queue_close(struct queue *queue);

/* 0 where the queue answers, or -1 with e (and what to do: a wrong password, a server that is loading, an eviction policy that
 * loses jobs). For doctor and status. */
int queue_check(struct queue *queue, struct err *e);

/* 1 added and a waiting taker woken; 0 it is waiting or held already (its lane is raised where the entry's is before it);
 * a quarantined job is 0 too. -1 with e. */
int queue_add(struct queue *queue, const struct queue_entry *entry, struct err *e);

/* Takes the first job of an offered language, waiting up to timeout_ms for one, without using the processor, for as
 * long as stop_fd (or -1) is not readable. owner: "node/slot". 1 with *job; 0 none; -1 with e. */
int queue_take(struct queue *queue, const char *owner, const int *languages, size_t language_count, int timeout_ms,
               int stop_fd, struct queue_job *job, struct err *e);
void queue_job_fini(struct queue_job *job);

/* Ends the job. 1; 0 where the token is not the holder's; -1 with e. Safe to call again. */
int queue_ack(struct queue *queue, const struct queue_job *job, struct err *e);

/* Puts it back at its old place. counts: attempt + 1 (and dead with `reason` past max_attempts), else as if never taken (its
 * token joins `previous` all the same). 1, 0 or -1 as ack. */
int queue_give_back(struct queue *queue, const struct queue_job *job, bool counts, const char *reason, struct err *e);

/* Renews n leases in one call and sets `kept` of each; re-creates one that a wipe removed. 0 or -1 with e. */
int queue_renew(struct queue *queue, struct queue_lease *leases, size_t n, struct err *e);

/* A worker is known to be dead: its job goes back, counted. 1 waiting again, 2 quarantined, 0 not held with that token. */
int queue_recover_job(struct queue *queue, const struct queue_lease *lease, const char *reason, struct err *e);

/* All leases past their deadline. Returns how many went back or died, or -1 with e. The caller waits a full lease after any
 * gap in its contact with the queue before it calls this. */
int queue_recover_expired(struct queue *queue, struct err *e);

/* While true, recover_expired does not count against a job that it was this node whose lease ran out (its agent was away, and may have
 * missed that somebody killed a worker); from the delivery after QUEUE_FORGIVEN others on it does. */
void queue_forgive(struct queue *queue, bool own);

/* The states of n ids (decimal submission numbers) at once, for the sweep of the store. 0 or -1 with e. */
int queue_states(struct queue *queue, const int64_t *ids, size_t n, enum queue_state *states, struct err *e);
/* Everything about one. 0 with *place (UNKNOWN is an answer), or -1 with e. */
int queue_find(struct queue *queue, const char *id, struct queue_place *place, struct err *e);

/* Takes a waiting or quarantined job out. 1; 0 where it is held or unknown; -1 with e. */
int queue_remove(struct queue *queue, const char *id, struct err *e);
/* The same of a held one too: its holder can neither ack nor give back, and its next renewal says that the lease is lost. */
int queue_cancel(struct queue *queue, const char *id, struct err *e);

/* The quarantined ids, newest first, up to max; untold: only those not marked by queue_dead_told yet (the store does not know
 * them). Returns how many, or -1 with e. */
struct queue_dead {
    char id[QUEUE_ID_SIZE];
    char previous[QUEUE_PREVIOUS_SIZE]; /* tokens of its deliveries */
    char reason[QUEUE_REASON_SIZE];
    int attempt;
};
int queue_dead_list(struct queue *queue, bool untold, struct queue_dead *dead, size_t max, struct err *e);
int queue_dead_told(struct queue *queue, const char *id, struct err *e);
/* Quarantined to waiting, with attempts from the start. 1, 0, -1. */
int queue_dead_retry(struct queue *queue, const char *id, struct err *e);

int queue_stats(struct queue *queue, struct queue_stats *stats, struct err *e);

/* Says which languages this node's workers offer. Call it at the start, at each change and every 30 s or so. 0 or -1. */
int queue_announce(struct queue *queue, const int *languages, size_t count, struct err *e);
/* What nodes have said within a day, and how long ago each did last. Returns how many, or -1 with e. */
struct queue_offer {
    char node[QUEUE_NODE_SIZE];
    int64_t age_ms;
    char languages[QUEUE_OFFER_SIZE]; /* ",0,1,6," */
};
int queue_offers(struct queue *queue, struct queue_offer *offers, size_t max, struct err *e);
bool queue_offer_has(const struct queue_offer *offer, int language);
/* Whether the text was pushed and not taken in yet: 1 in the site's list, 2 in a node's inbox, 0 in neither (of very long ones the
 * ends are looked at), -1 with e. */
int queue_listed(struct queue *queue, const char *text, struct err *e);

/* ---- Redis' channels; a queue without them returns 0 */

/* Publishes text on the channel (the prefix of our keys is put before its name), for those who listen now. 1, or -1 with e: not
 * published or, where a connection broke meanwhile, perhaps published. */
int queue_publish(struct queue *queue, const char *channel, const char *text, struct err *e);

/* ---- the site's list in Redis; a queue without one returns 0 from all of these */

/* Moves ids from the site's list (settings: redis queue name, default "hustoj") to this node's inbox, waiting up to timeout_ms
 * for the first while wake_fd (or -1) is not readable; what an earlier crash left in the inbox comes first. texts: as they were
 * pushed, cut at QUEUE_ID_SIZE. Returns how many, or -1 with e. */
int queue_inbox_take(struct queue *queue, int timeout_ms, int wake_fd, char (*texts)[QUEUE_ID_SIZE], size_t max,
                     struct err *e);
/* Adds the entry to its lane and takes `text` out of the inbox, in one step; entry NULL: only takes it out (a text that is no
 * number, a row that is not ours). As queue_add. */
int queue_inbox_add(struct queue *queue, const char *text, const struct queue_entry *entry, struct err *e);
/* Says that this node lives (for 30 s), and takes over the inboxes of nodes that do not. Call it every 10 s. 0 or -1. */
int queue_inbox_adopt(struct queue *queue, struct err *e);

/* ---- self-contained jobs (docs/jobs.md): in Redis, under names that are other programs' too. Without Redis: 0 from look and tell, -1
 * from the others. The id of such a job is QUEUE_JOB_PREFIX and its own, so that it is no submission's number. */

#define QUEUE_JOB_PREFIX "j:"

struct queue_text {
    char *bytes; /* malloc'd */
    size_t size;
};

/* The first of the list, smallest score first, which stay in it. Returns how many, or -1 with e. */
int queue_jobs_look(struct queue *queue, struct queue_text *texts, size_t max, struct err *e);
/* The text leaves the list and its entry is added to its lane, in one step. 1; 0 where a job of this id waits or is held
 * already; 2 where another node was quicker; -1 with e. */
int queue_jobs_add(struct queue *queue, const struct queue_text *text, const struct queue_entry *entry, struct err *e);
/* The text leaves the list with a result in its place. id: its own, without the prefix, or "" where it has none. 1, 0 where
 * another node was quicker, -1 with e. */
int queue_jobs_refuse(struct queue *queue, const struct queue_text *text, const char *id, const char *result,
                      struct err *e);
/* Writes the result (JSON) and acks, in one step. 1, also again; 0 where the token is not the holder's; -1 with e. */
int queue_jobs_end(struct queue *queue, const struct queue_job *job, const char *result, struct err *e);
/* Writes the result of a quarantined one and marks it as told. 1, 0 where it is not quarantined, -1 with e. */
int queue_jobs_tell(struct queue *queue, const char *id, const char *result, struct err *e);
/* Ends one with this result wherever it is; its holder can neither end nor give it back. 1 it waited, 2 it was held, 3 it was
 * quarantined, 0 it is unknown, -1 with e. */
int queue_jobs_cancel(struct queue *queue, const char *id, const char *result, struct err *e);

#endif
