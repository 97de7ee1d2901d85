/* expect: RE syscall=clone */
/* expect everything: exit 0 */
/*
 * A user namespace, which anybody may make on most boxes: in it a program has every capability, and with them most of
 * the kernel's code to attack. It must not be had here, or be worth nothing.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    attack("clone with a user namespace", child);
    attack("unshare", unshare(CLONE_NEWUSER));
    attack("and mounts", unshare(CLONE_NEWUSER | CLONE_NEWNS));
    attack("and net", unshare(CLONE_NEWUSER | CLONE_NEWNET));
    if (outcome() != 0) {
        attack("chroot then", chroot("."));
        attack("writable then", mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL));
        attack("home then", open("/home", O_RDONLY));
    }
    return outcome();
}
