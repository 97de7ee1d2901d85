/* expect: RE syscall=mlockall */
/* expect everything: exit 0 | limit memory */
/* limits: mem_mib=32 */
/*
 * Locks all it has and will have, so that nothing of it can be reclaimed.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("mlockall", mlockall(MCL_CURRENT | MCL_FUTURE), EPERM, ENOMEM);
    char *memory = malloc(256 << 20);
    if (memory != NULL && mlock(memory, 256 << 20) == 0)
        worked("256 MiB locked");
    return outcome();
}
