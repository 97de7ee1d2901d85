/* expect everything: limit cpu | limit wall | limit processes, cpu_ms>=1 */
/* expect: RE syscall=clone */
/* limits: wall_ms=6000 */
/*
 * Children that end at once, one after another without end, and that nobody waits for: none of them lives long enough
 * to be seen, but what they cost must add up. On a busy box they end later than new ones come, and are too many.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)signal(SIGCHLD, SIG_IGN);
    for (;;) {
        if (fork() == 0) {
            for (volatile int i = 0; i < 100000; i++)
                ;
            _exit(0);
        }
    }
}
