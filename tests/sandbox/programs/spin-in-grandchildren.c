/* expect everything: limit cpu, cpu_ms>=500 */
/* expect: RE syscall=clone */
/* limits: wall_ms=6000 */
/* needs: groups */
/*
 * A chain: each process works a while, hands over to a child, and ends. No figure of any one process shows it. The
 * parent of them all sleeps.
 */
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void work_20_ms(void)
{
    struct timespec now;
    do {
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (now.tv_sec == 0 && now.tv_nsec < 20 * 1000 * 1000);
}

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    while (child == 0) {
        work_20_ms();
        child = fork();
        if (child > 0)
            _exit(0);
    }
    for (;;)
        pause();
}
