/*
 * danger.h - what a system call could do to a box if a policy allowed it: a shipped classification, for record mode.
 *
 * The rows come from syscall_tables/danger.def. Constant data: any process may ask.
 */
#ifndef JUDGE_DANGER_H
#define JUDGE_DANGER_H

#include <stdbool.h>
#include <stdint.h>

#include "judge_client/sandbox/syscalls.h"

enum danger_class {
    DANGER_HARMLESS,
    DANGER_CAUTION,   /* inside the walls, but more than most programs need */
    DANGER_DANGEROUS, /* gets around a wall, or might */
    DANGER_CLASSES
};

struct danger {
    enum danger_class class;
    uint16_t error; /* 0, or the errno with which record mode answers it instead of letting it through */
    const char *why;
};

/* "harmless", "caution", "dangerous". */
const char *danger_class_name(enum danger_class class);

/* Of the call name; NULL (a number that no table knows), or a name without a row, is dangerous and not let through. */
struct danger danger_of(const char *name);

/* The same where its selecting argument (danger_selector) has this value. */
struct danger danger_of_value(const struct syscall_arch *arch, const char *name, uint64_t value);

/* True where one argument says what the call does (clone's flags, an ioctl's request): which, and which bits of it. */
bool danger_selector(const char *name, uint8_t *arg, uint64_t *mask);

/* The bits of that argument with which record mode answers *error instead of letting the call through; 0: none. */
uint32_t danger_bits(const char *name, uint16_t *error);

/* What the first argument of a call is, to show it. */
enum danger_first {
    DANGER_FIRST_OTHER,
    DANGER_FIRST_NONE,
    DANGER_FIRST_PATH,
    DANGER_FIRST_PATH_SECOND,
    DANGER_FIRST_DESCRIPTOR
};
enum danger_first danger_first(const char *name);

/* True where the shipped classification has a row of its own for name, and how many it has: one, the test says. */
int danger_rows(const char *name);

#endif
