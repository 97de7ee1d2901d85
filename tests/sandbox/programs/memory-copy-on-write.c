/* expect everything: limit memory */
/* expect: RE syscall=clone */
/* limits: cpu_ms=2000 */
/* needs: groups */
/*
 * Memory that is shared after fork() until each child writes to its own copy.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char *memory = malloc(24 << 20);
    need("malloc", memory != NULL);
    touch(memory, 24 << 20);
    for (int i = 0; i < 3; i++)
        need("fork", fork() >= 0);
    touch(memory, 24 << 20);
    for (;;)
        pause();
}
