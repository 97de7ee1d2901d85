/* expect: RE syscall=clone */
/* expect threads: RE syscall=clone */
/* expect compiler: RE syscall=clone */
/* expect everything: RE syscall=clone */
/* expect everything32: RE syscall=clone */
/*
 * CLONE_UNTRACED: a child that the tracer does not follow. Refused by every policy.
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long child = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    attack("clone with CLONE_UNTRACED", child);
    return outcome();
}
