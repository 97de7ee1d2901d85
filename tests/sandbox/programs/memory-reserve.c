/* expect: exit 0, mem_mib<4 */
/* expect threads: exit 0, mem_mib<4 */
/* limits: mem_mib=32 */
/*
 * Not an attack: a run-time library reserves far more addresses than it will use. Addresses are not memory.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    size_t size = sizeof(void *) == 8 ? (size_t)1 << 36 : (size_t)1 << 30;
    void *memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    need("reserve 64 GiB", memory != MAP_FAILED);
    return 0;
}
