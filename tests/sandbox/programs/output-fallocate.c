/* expect everything: limit output | limit memory */
/* expect: limit output | limit memory */
/* limits: out_mib=256 mem_mib=32 */
/*
 * Space that is taken without a write.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = open("space", O_RDWR | O_CREAT, 0644);
    need("create a file", fd >= 0);
    attack("200 MiB by fallocate", fallocate(fd, 0, 0, 200 << 20));
    attack("a tebibyte by fallocate", fallocate(fd, 0, 0, (off_t)1 << (sizeof(off_t) == 8 ? 40 : 30)));
    return outcome();
}
