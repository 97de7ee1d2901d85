/*
 * unprivileged.h - giving up root for good.
 */
#ifndef JUDGE_UNPRIVILEGED_H
#define JUDGE_UNPRIVILEGED_H

#include "common/err.h"

/* Becomes user, with his groups, without a way back: no_new_privs, not traceable by others of that user. As another user than
 * root it changes only the latter two. 0, or -1 with e: an unknown user, or a call that the kernel refused. */
int unprivileged_become(const char *user, struct err *e);

#endif
