/* expect: limit memory */
/* expect everything: limit memory */
/* limits: mem_mib=16 open_files=256 */
/* needs: groups */
/*
 * What waits in pipes is memory of the kernel's: it must be somebody's.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (int i = 0; i < 100; i++) {
        int fds[2];
        if (pipe2(fds, O_NONBLOCK) != 0)
            break;
        (void)fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
        while (write(fds[1], block, sizeof block) > 0)
            ;
    }
    worked("filled all the pipes");
    return outcome();
}
