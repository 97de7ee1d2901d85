/* expect everything: exit 0 */
/* expect: RE syscall=setpriority */
/* beside: victim */
/* limits: cpu_ms=2000 */
/*
 * The other program of the same run: by number, by its user, by what could be joined between them.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t self = getpid();
    (void)kill(-1, SIGKILL);
    for (pid_t pid = 1; pid < 40000; pid++) {
        if (pid == self)
            continue;
        attack("kill by number", kill(pid, SIGKILL));
        if (pid > 1 && pid != getpgrp())
            attack("kill a group", kill(-pid, SIGKILL));
    }
    for (id_t uid = getuid() - 16; uid < getuid() + 16; uid++) {
        if (uid != getuid())
            attack("priority by user", setpriority(PRIO_USER, uid, 19));
    }
    return outcome();
}
