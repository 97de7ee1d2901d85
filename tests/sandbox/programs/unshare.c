/* expect: RE syscall=unshare */
/* expect compiler: RE syscall=unshare */
/* expect everything: exit 0 */
/*
 * Namespaces of its own, one by one: each would be the beginning of something.
 */
#include <sched.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("mount", unshare(CLONE_NEWNS), EPERM, EPERM);
    attack_errno("net", unshare(CLONE_NEWNET), EPERM, EPERM);
    attack_errno("pid", unshare(CLONE_NEWPID), EPERM, EPERM);
    attack_errno("ipc", unshare(CLONE_NEWIPC), EPERM, EPERM);
    attack_errno("uts", unshare(CLONE_NEWUTS), EPERM, EPERM);
    attack_errno("cgroup", unshare(CLONE_NEWCGROUP), EPERM, EPERM);
    return outcome();
}
