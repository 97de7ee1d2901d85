/*
 * group.h - the control group that systemd, or a container, has handed to us: its processes go to a leaf of it.
 */
#ifndef JUDGED_GROUP_H
#define JUDGED_GROUP_H

#include <stddef.h>

#include "common/err.h"

#define GROUP_LEAF "judged"

/* On cgroup v2 a group that holds processes cannot limit those below it. Where this process is alone in a group that is not
 * the root, has a memory controller and may be written, it moves to the leaf GROUP_LEAF of it. root is "" or a fake tree, as
 * in cgroup_find. Returns 1 and parent (the group below the v2 mount, for the workers; "" where it is the mount itself); 0
 * where there is nothing to do, with e saying why; -1 with e where it did not work. */
int group_enter(const char *root, char *parent, size_t size, struct err *e);

#endif
