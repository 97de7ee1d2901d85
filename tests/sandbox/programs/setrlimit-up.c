/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Raises its own limits, and those of the first process of the cell.
 */
#include <sys/resource.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit now, more;
        need("getrlimit", getrlimit((__rlimit_resource_t)i, &now) == 0);
        if (now.rlim_max == RLIM_INFINITY)
            continue;
        more = (struct rlimit){now.rlim_max + 1, now.rlim_max + 1};
        attack_errno("raise a limit", setrlimit((__rlimit_resource_t)i, &more), EPERM, EPERM);
        more = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
        attack_errno("lift a limit", setrlimit((__rlimit_resource_t)i, &more), EPERM, EPERM);
        attack_errno("somebody else's limit", prlimit(1, (__rlimit_resource_t)i, &more, NULL), EPERM, ESRCH);
    }
    struct rlimit core, size, files;
    need("getrlimit", getrlimit(RLIMIT_CORE, &core) == 0 && getrlimit(RLIMIT_FSIZE, &size) == 0 &&
                          getrlimit(RLIMIT_NOFILE, &files) == 0);
    if (core.rlim_max > 1 || size.rlim_max > (16 << 20) || files.rlim_max > 64)
        worked("a limit was never set");
    return outcome();
}
