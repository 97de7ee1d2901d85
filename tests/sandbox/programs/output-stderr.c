/* expect: limit output, out_kib>=4096, mem_mib<4 */
/*
 * Writes to standard error without end.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;)
        need("write", write(2, block, sizeof block) > 0);
}
