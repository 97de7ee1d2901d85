/* expect: RE syscall=vfork|clone */
/* expect everything: limit wall */
/* limits: wall_ms=300 */
/*
 * The child of a vfork() sleeps for ever: its parent waits where only SIGKILL reaches it.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = vfork();
    if (child == 0) {
        for (;;)
            (void)pause();
    }
    return 1;
}
