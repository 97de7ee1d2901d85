/* expect: RE syscall=clone3 */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * clone3(): its flags lie in memory, where no filter can see them, so it must look as if it were not there.
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct clone_args args = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
    attack_errno("clone3", syscall(SYS_clone3, &args, sizeof args), ENOSYS, ENOSYS);
    return outcome();
}
