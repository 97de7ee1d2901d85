/* expect: exit 0 */
/* args: 50 */
/*
 * Not an attack: works for so many ms of CPU time by its own clock, half of them in the kernel, and says at its end how
 * many us it has used.
 */
#include <sys/syscall.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static long long used_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
    begin();
    long long goal_us = strtoll(argv[argc - 1], NULL, 10) * 1000;
    while (used_us() < goal_us / 2) {
        for (volatile int i = 0; i < 20000; i++)
            ;
    }
    while (used_us() < goal_us) {
        for (int i = 0; i < 100; i++)
            (void)syscall(SYS_getppid);
    }
    dprintf(1, "%lld\n", used_us());
    return 0;
}
