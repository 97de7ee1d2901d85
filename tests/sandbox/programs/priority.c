/* expect: RE syscall=setpriority */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * A better place in the queue for the processor; a worse one for others.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("itself", setpriority(PRIO_PROCESS, 0, -20));
    attack("the first process", setpriority(PRIO_PROCESS, 1, 19));
    attack("the next cell", setpriority(PRIO_USER, getuid() + 1, 19));
    attack("root", setpriority(PRIO_PGRP, 1, 19));
    attack("real time for the disk", syscall(SYS_ioprio_set, 1, 0, 1 << 13));
    return outcome();
}
