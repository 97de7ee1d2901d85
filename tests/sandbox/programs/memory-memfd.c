/* expect: RE syscall=memfd_create */
/* expect everything: limit memory | limit output */
/* limits: mem_mib=32 out_mib=256 cpu_ms=2000 */
/*
 * Files that are nowhere.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    begin();
    int fd = memfd_create("memory", 0);
    need("memfd_create", fd >= 0);
    for (;;)
        need("write", write(fd, block, sizeof block) > 0);
}
