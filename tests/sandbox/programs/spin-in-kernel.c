/* expect: limit cpu, cpu_ms>=500, mem_mib<40 */
/* stdin: zero */
/*
 * All the time is spent in the kernel: where only user time is billed, this costs nothing.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char buffer[32 << 20];

int main(void)
{
    begin();
    for (;;)
        need("read", read(0, buffer, sizeof buffer) > 0);
}
