/* expect: limit memory, mem_mib>=16 */
/* limits: mem_mib=64 */
/*
 * A little more memory than it may have, less than what the group's margin stops, and then it computes until its time is
 * over: the memory was the first of the limits that it passed. (Where the program before it left shared memory that the kernel
 * is still freeing, the group stops it earlier.)
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

enum { BYTES = (64 << 20) + (256 << 10) };

int main(void)
{
    begin();
    volatile char *bytes = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < BYTES; i += 4096)
        bytes[i] = 1;
    for (;;)
        bytes[0]++;
}
