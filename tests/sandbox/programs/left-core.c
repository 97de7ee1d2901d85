/* expect: signal 6, left=missing */
/* repeat: 2 */
/*
 * Dies in a way that leaves a core file behind, where limits allow one.
 */
#include <fcntl.h>
#include <sys/resource.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
    attack("a core file", setrlimit(RLIMIT_CORE, &core));
    attack("an old core file", open("core", O_RDONLY));
    if (outcome() != 0)
        return 1;
    abort();
}
