/* expect: RE syscall=clone */
/* expect compiler: exit 0, processes>=2, wall_ms<2000 */
/* expect everything: exit 0, processes>=2, wall_ms<2000 */
/*
 * A daemon, forked twice, in a session of its own, all descriptors closed: it must be gone when the run is.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    if (child > 0)
        return 0;
    (void)setsid();
    if (fork() > 0)
        _exit(0);
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_IGN);
    for (int i = 0; i < 3; i++)
        (void)close(i);
    for (;;)
        (void)sleep(1000);
}
