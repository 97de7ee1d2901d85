/*
 * refused.h - which of many submissions a command could not serve, and why: a line each, summed up where they are many.
 */
#ifndef JUDGECTL_REFUSED_H
#define JUDGECTL_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

enum { REFUSED_REASONS = 16, REFUSED_SHOWN = 5, REFUSED_ID = 32 };

struct refused {
    struct refused_reason {
        const char *why; /* a constant, "waits already" */
        int64_t count;
        char ids[REFUSED_SHOWN][REFUSED_ID];
    } reasons[REFUSED_REASONS];
    int reason_count;
};

/* why: a constant that follows the number; at most REFUSED_REASONS of them. */
void refused_add(struct refused *refused, const char *id, const char *why);

/* Prints to standard error; true where there were any. */
bool refused_print(const struct refused *refused, const char *command);

#endif
