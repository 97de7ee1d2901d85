/* expect: limit memory, mem_mib>=60 */
/*
 * Maps anonymous memory without end and has the kernel fill it.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        void *memory = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        need("mmap", memory != MAP_FAILED);
    }
}
