/*
 * supervisor_parts.h - what the files supervisor_*.c share.
 */
#ifndef JUDGED_SUPERVISOR_PARTS_H
#define JUDGED_SUPERVISOR_PARTS_H

#include <stdint.h>

#include "judged/control.h"
#include "judged/supervisor.h"

enum { SUPERVISOR_CPUS = 1024 };

struct supervisor {
    struct supervisor_config config;
    struct settings settings;
    struct control control;
    int signal_fd;
    int cpus[SUPERVISOR_CPUS]; /* the processors that we may use */
    int cpu_count;
    struct slot node;
    bool node_died; /* the last one, or the judged before us, was killed: the next is told */
    struct slot slots[SUPERVISOR_SLOTS];
    int target;     /* slots 0 to target - 1 are to run */
    bool draining;  /* told to have no worker */
    bool stopping;  /* told to end */
    bool killing;   /* no longer asked to */
    bool failed;    /* `once`: a worker could not work */
    int64_t end_us; /* when stopping: of patience */
    int64_t ping_us;
    int64_t started_s; /* since 1970 */
    int64_t orphans;
    struct {
        int slot; /* -1: none is under way */
        bool told;
        int restarts; /* of that slot before it was told */
    } roll;           /* a restart of each slot in turn */
};

/* supervisor_slot.c: an event of a slot, and what follows from it. */
void supervisor_event(struct supervisor *supervisor, struct slot *slot, enum slot_event event, int64_t now_us);
void supervisor_read(struct supervisor *supervisor, struct slot *slot, int64_t now_us);
void supervisor_reap(struct supervisor *supervisor, int64_t now_us);
void supervisor_kill(struct supervisor *supervisor, struct slot *slot, const char *why);
bool supervisor_wants(const struct supervisor *supervisor, const struct slot *slot);
/* Tells the slot that holds the job with this id or token to end it. The slot's number, or -1: none does. */
int supervisor_cancel(struct supervisor *supervisor, const char *job);

/* supervisor_pool.c: what concerns all slots, and the requests. */
/* The names in OJ_HOME/run by which we are found: made again where somebody removed them. */
void supervisor_mend_names(struct supervisor *supervisor);
int supervisor_shown(const struct supervisor *supervisor);
int supervisor_workers(const struct supervisor *supervisor, const struct settings *settings);
void supervisor_reload(struct supervisor *supervisor, int64_t now_us);
void supervisor_scale(struct supervisor *supervisor, int target, int64_t now_us);
void supervisor_roll(struct supervisor *supervisor, int64_t now_us);
void supervisor_answer(void *context, struct control_client *client, const struct pool_request *request);

#endif
