/* expect: limit cpu, cpu_ms>=500, mem_mib<4, processes=1 */
/*
 * An endless loop.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    spin();
}
