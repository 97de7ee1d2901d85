/*
 * contact.h - a server as one thread sees it: whether it answers, since when without a gap, when to try again.
 *
 * A gap is a call that failed, or more than two seconds in which this process did not come by (stopped, suspended, or inside
 * one call): leases may have run out meanwhile although their workers live, so whoever recovers waits a lease after it.
 */
#ifndef JUDGE_CONTACT_H
#define JUDGE_CONTACT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/err.h"

#define CONTACT_GAP_US 2000000

struct contact {
    const char *what;  /* "queue"; NULL: nothing is logged of it */
    atomic_uint *down; /* shared by the threads' contacts with the same server: who of them does not reach it */
    unsigned bit;      /* this one's */
    bool up;
    int64_t since_us; /* up: of the unbroken contact */
    int64_t seen_us;  /* when contact_tick was last called */
    int64_t lost_us;  /* when it went */
    int64_t retry_us; /* not up: when the next call is due */
    int64_t delay_us;
};

/* CLOCK_BOOTTIME in microseconds: it goes on while the machine sleeps, as a server's leases do. */
static inline int64_t contact_now_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* fails only for a clock that does not exist */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Not reached yet; the first call is due at once. */
void contact_init(struct contact *contact, const char *what, atomic_uint *down, unsigned bit);

/* To be called at least every second: begins the contact anew after a gap. */
void contact_tick(struct contact *contact, int64_t now_us);

/* After a call that the server answered. True where it was out of reach before (or is reached for the first time). The return
 * of a server is logged once, by the last thread that reaches it again. */
bool contact_good(struct contact *contact, int64_t now_us);

/* After a call that failed with e: the next is due in 0.1 s, then twice that, at most 1 s. Logged once, by the first thread
 * that misses the server. */
void contact_bad(struct contact *contact, int64_t now_us, const struct err *e);

/* Whether a call may be made now. */
bool contact_due(const struct contact *contact, int64_t now_us);

/* Whether contact has been unbroken for span_us. */
bool contact_whole(const struct contact *contact, int64_t now_us, int64_t span_us);

#endif
