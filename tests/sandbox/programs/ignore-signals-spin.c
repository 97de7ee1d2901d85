/* expect: limit cpu, cpu_ms>=500 */
/*
 * Every signal ignored and blocked, and a loop: SIGXCPU must not be what the CPU limit hangs on.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_IGN);
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    spin();
}
