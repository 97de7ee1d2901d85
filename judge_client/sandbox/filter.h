/*
 * filter.h - a policy as a seccomp program.
 *
 * The architecture is the first instruction's question. Numbers are decided by a tree of comparisons, 90 to
 * 140 instructions for one architecture, those that look at arguments among them. Measured beside a bitmap (load the word, shift, test) and linear rules, medians:
 * to install 36 us, 30 and 240; a one-byte read() against none without a filter 1.07, 1.22 and 1.07. The tree is what
 * the kernel can evaluate beforehand (seccomp's cache of allowed numbers, Linux 5.11); a shift is not.
 *
 * An argument is compared in its two halves of 32 bits, in the order in which its architecture has them; one of 32 bits
 * has no upper half. Only the calls with a condition pay for that, and none of them stops.
 *
 * What is not plainly allowed goes to the tracer (SECCOMP_RET_TRACE, before the call executes; without a tracer the
 * kernel answers ENOSYS) or is answered with an errno.
 */
#ifndef JUDGE_FILTER_H
#define JUDGE_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#include "common/err.h"

struct policy;

#define FILTER_SIZE 1024

/* The data of SECCOMP_RET_TRACE: why the tracer is asked. */
enum filter_why {
    FILTER_REFUSED = 1, /* the policy refuses the call, or its argument */
    FILTER_LIMITED = 2, /* allowed a number of times: the tracer counts */
    FILTER_FOREIGN = 3, /* of another architecture or ABI (int 0x80, x32) than the policy names */
};

struct filter {
    uint16_t length; /* instructions */
    struct sock_filter code[FILTER_SIZE];
};

/* Builds the program of policy. 0, or -1 with e where it does not fit in FILTER_SIZE instructions. */
int filter_build(struct filter *filter, const struct policy *policy, struct err *e);

#endif
