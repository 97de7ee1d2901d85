/* expect everything: limit cpu, cpu_ms>=500, processes=9 */
/* expect: RE syscall=clone */
/*
 * Eight children that nobody waits for share the work; their parent sleeps.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 8; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0)
            spin();
    }
    for (;;)
        pause();
}
