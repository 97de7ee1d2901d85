/* expect everything: RE syscall=clone */
/* expect: RE syscall=clone */
/*
 * CLONE_UNTRACED once more, with bits above the lowest 32 set, in case only the whole word is compared.
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    unsigned long flags = 0xffffffff00000000UL | CLONE_UNTRACED | SIGCHLD;
    long child = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    attack("clone with CLONE_UNTRACED", child);
    return outcome();
}
