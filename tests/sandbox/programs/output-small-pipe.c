/* expect everything: exit 0, out_kib=1024 */
/* expect: exit 0, out_kib=1024 */
/*
 * Makes the pipes of its outputs as small as they can be, then writes: not a byte may be lost.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (int fd = 1; fd <= 2; fd++)
        (void)fcntl(fd, F_SETPIPE_SZ, 4096);
    for (int i = 0; i < 15; i++)
        need("write", write(1, block, sizeof block) == sizeof block);
    need("write", write(1, block, sizeof block - 6) == sizeof block - 6);
    return 0;
}
