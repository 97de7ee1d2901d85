/* expect: exit 0 | limit memory | limit cpu */
/* expect everything: exit 0 | limit memory | limit cpu */
/* limits: mem_mib=32 cpu_ms=3000 wall_ms=10000 */
/*
 * As many mappings as the kernel gives: each is a piece of the kernel's memory.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (size_t i = 0; i < 1000000; i++) {
        int protection = i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
        if (mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
            return 0;
    }
    worked("a million mappings");
    return outcome();
}
