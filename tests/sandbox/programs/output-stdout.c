/* expect: limit output, out_kib>=4096, mem_mib<4 */
/* expect everything: limit output */
/*
 * Writes to standard output without end.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;)
        need("write", write(1, block, sizeof block) > 0);
}
