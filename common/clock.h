/*
 * clock.h - the one clock that deadlines are measured on.
 */
#ifndef JUDGE_CLOCK_H
#define JUDGE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in microseconds. Cannot fail on Linux. */
static inline int64_t clock_now_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for a clock that does not exist */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
