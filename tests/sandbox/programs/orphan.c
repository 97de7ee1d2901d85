/* expect: RE syscall=clone */
/* expect everything: exit 0, wall_ms<2000 */
/*
 * A child that outlives its parent and keeps standard output open: nobody may wait for the end of that output.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    if (child > 0)
        return 0;
    for (;;)
        (void)sleep(1000);
}
