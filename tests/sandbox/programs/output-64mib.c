/* expect: exit 0, out_kib=65537, mem_mib<4 */
/* limits: out_mib=80 cpu_ms=3000 wall_ms=10000 */
/*
 * Not an attack: 64 MiB of output are not the program's memory. The odd KiB goes to standard error.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (int i = 0; i < 1024; i++)
        need("write", write(1, block, sizeof block) == sizeof block);
    need("write", write(2, block, 1024 - 6) == 1024 - 6);
    return 0;
}
