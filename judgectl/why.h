/*
 * why.h - what `judgectl why` has found out about one submission, and the words it makes of that.
 */
#ifndef JUDGECTL_WHY_H
#define JUDGECTL_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/pool.h"
#include "common/selftest.h"
#include "common/settings.h"
#include "queue/queue.h"
#include "store/store.h"

enum { WHY_OFFERS = 64, WHY_NOTES = 8, WHY_TEXT = 512, WHY_LANGUAGE = 64 };

/* How each of the four that are asked has answered. */
struct why_facts {
    const struct settings *settings;
    char id[QUEUE_ID_SIZE];
    int64_t number; /* 0: no submission's number, so there is no row */

    int row; /* 1, 0 there is none, -1 with store_why */
    struct store_status status;
    struct store_submission submission;
    struct err store_why;

    int known; /* 0, or -1 with queue_why */
    struct queue_place place;
    struct queue_offer offers[WHY_OFFERS];
    int offer_count; /* -1: the queue did not say */
    int listed;      /* queue_listed */
    bool without;    /* Redis does not answer (redis_why): the box's own file was asked */
    struct err queue_why, redis_why;

    int slot_count; /* -1 with pool_why */
    struct pool_status pool;
    const struct pool_slot *slots;
    const struct pool_slot *slot; /* that holds it, or NULL */
    struct err pool_why;
    bool agent_stopped;

    double job_s;                /* from verdict to verdict lately; 0: unknown */
    char language[WHY_LANGUAGE]; /* the name of its language, "" unknown */
    bool failed;                 /* this box does not offer it: its self-test */
    struct selftest_record self_test;
};

/* Words of the states, for --json. */
enum why_state {
    WHY_UNKNOWN, /* nobody has it */
    WHY_WAITING, /* in a lane */
    WHY_LISTED,  /* pushed by the site, not taken in */
    WHY_TABLE,   /* in the table, in no queue */
    WHY_HELD,
    WHY_DONE,
    WHY_QUARANTINED,
    WHY_CANCELLED,
    WHY_UNJUDGED, /* final without a verdict */
    WHY_SITE,     /* the site's or another site's, never ours */
    WHY_UNCLEAR,  /* who could tell does not answer */
    WHY_STATES
};

struct why_answer {
    enum why_state state;
    char text[WHY_TEXT];
    char notes[WHY_NOTES][WHY_TEXT]; /* what stands in the way, what was logged last */
    int note_count;
    int64_t place; /* WAITING: 1 is next */
    int64_t eta_s; /* 0: unknown */
};

/* Never "it waits" without a reason. Makes no call. */
void why_say(const struct why_facts *facts, struct why_answer *answer);
const char *why_state_name(enum why_state state);
/* "40 s", "3 min", "2 h", "5 days". */
const char *why_time(int64_t seconds, char text[32]);

#endif
