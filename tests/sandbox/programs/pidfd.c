/* expect: RE syscall=pidfd_open */
/* expect everything: exit 0 */
/*
 * A descriptor of the first process of the cell: to signal it, to take its descriptors, to enter its namespaces.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = (int)syscall(SYS_pidfd_open, 1, 0);
    if (fd < 0)
        return 0;
    attack("signal", syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
    for (int i = 0; i < 64; i++)
        attack("take a descriptor", syscall(SYS_pidfd_getfd, fd, i, 0));
    attack("namespaces", setns(fd, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS));
    struct iovec part = {(void *)0x400000, 4096};
    attack("advise", syscall(SYS_process_madvise, fd, &part, 1, 4, 0));
    attack("release", syscall(SYS_process_mrelease, fd, 0));
    return outcome();
}
