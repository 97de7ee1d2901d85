/* expect: limit memory, mem_mib>=60 */
/* expect everything: limit memory */
/*
 * One mapping that grows without end.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    size_t size = 1 << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need("mmap", memory != MAP_FAILED);
    for (;;) {
        touch(memory, size);
        memory = mremap(memory, size, size * 2, MREMAP_MAYMOVE);
        need("mremap", memory != MAP_FAILED);
        size *= 2;
    }
}
