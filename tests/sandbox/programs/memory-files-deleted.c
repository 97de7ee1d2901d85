/* expect everything: limit memory */
/* expect compiler: limit memory */
/* limits: mem_mib=32 out_mib=8 cpu_ms=2000 */
/* repeat: 2 */
/* needs: groups */
/*
 * Files that have no name any more, each within the limit of a file: only the memory tells.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    begin();
    for (int i = 0; i < 50; i++) {
        int fd = open("file", O_WRONLY | O_CREAT | O_EXCL, 0644);
        need("create a file", fd >= 0);
        need("unlink", unlink("file") == 0);
        for (int j = 0; j < 4; j++)
            need("write", write(fd, block, sizeof block) > 0);
    }
    return 1;
}
