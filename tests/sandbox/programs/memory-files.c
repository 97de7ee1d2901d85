/* expect everything: limit memory */
/* expect compiler: limit memory */
/* expect: limit memory */
/* limits: mem_mib=32 out_mib=256 cpu_ms=2000 */
/* repeat: 2 */
/*
 * The run folder lies in memory: what is written there counts as the program's, and must be gone before the next run,
 * which would begin without memory.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    begin();
    int fd = open("large", O_WRONLY | O_CREAT | O_EXCL, 0644);
    need("create a file", fd >= 0);
    for (;;)
        need("write", write(fd, block, sizeof block) > 0);
}
