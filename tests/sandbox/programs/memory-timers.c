/* expect everything: exit 0 | limit memory | limit cpu */
/* expect: exit 0 | limit memory | limit cpu */
/* limits: mem_mib=32 */
/*
 * As many timers as the kernel gives: each is memory of the kernel's, and its signal is another.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 1000000; i++) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
        int id;
        if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id) != 0)
            return 0;
    }
    worked("a million timers");
    return outcome();
}
