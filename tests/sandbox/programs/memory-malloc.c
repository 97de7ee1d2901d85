/* expect: limit memory, mem_mib>=60 */
/* expect threads: limit memory */
/*
 * Takes memory without end and writes to it.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        char *memory = malloc(1 << 20);
        need("malloc", memory != NULL);
        touch(memory, 1 << 20);
    }
}
