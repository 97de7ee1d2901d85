/* expect: RE syscall=sched_setaffinity */
/* expect threads: exit 0 */
/* expect compiler: exit 0 */
/*
 * Moves to a processor where others work. With every call allowed nothing would stop it: no run of that.
 */
#include <sched.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    attack_errno("itself", sched_setaffinity(0, sizeof all, &all), EPERM, EPERM);
    attack("the first process", sched_setaffinity(1, sizeof all, &all));
    return outcome();
}
