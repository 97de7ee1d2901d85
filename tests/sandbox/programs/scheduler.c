/* expect: RE syscall=sched_setscheduler */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * A scheduling class before which everything else waits.
 */
#include <sched.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct sched_param high = {.sched_priority = 99};
    attack_errno("fifo", sched_setscheduler(0, 1, &high), EPERM, EPERM);
    attack_errno("round robin", sched_setscheduler(0, 2, &high), EPERM, EPERM);
    attack("the first process", sched_setscheduler(1, 5, &(struct sched_param){0}));
    struct {
        unsigned size, policy;
        unsigned long long flags;
        int nice;
        unsigned priority;
        unsigned long long runtime, deadline, period;
    } deadline = {.size = 48, .policy = 6, .runtime = 1000000000, .deadline = 1000000000, .period = 1000000000};
    attack_errno("deadline", syscall(SYS_sched_setattr, 0, &deadline, 0), EPERM, EPERM);
    return outcome();
}
