/* expect: exit 0 | limit memory | limit cpu */
/* expect everything: exit 0 | limit memory | limit cpu */
/* limits: mem_mib=32 */
/*
 * Signals with a value wait in a queue in the kernel.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    for (int i = 0; i < 10000000; i++) {
        union sigval value = {.sival_int = i};
        if (sigqueue(getpid(), SIGRTMIN, value) != 0)
            return 0;
    }
    worked("ten million signals wait");
    return outcome();
}
