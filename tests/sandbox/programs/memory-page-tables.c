/* expect: limit memory */
/* expect everything: limit memory */
/* limits: mem_mib=16 cpu_ms=3000 */
/* needs: groups */
/* needs: x86_64|aarch64|riscv64|loongarch64|mips64el */
/*
 * One byte in every 2 MiB: each costs a page and a page of the kernel's tables.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    const size_t step = 2 << 20, count = 65536;
    char *memory = mmap(NULL, step * count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    need("mmap", memory != MAP_FAILED);
    (void)madvise(memory, step * count, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < count; i++)
        ((volatile char *)memory)[i * step] = 1;
    return 1;
}
