/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Where a language did not ask for it there is no /proc.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {"/proc/self",   "/proc/self/fd/0", "/proc/1",       "/proc/cpuinfo",
                                        "/proc/mounts", "/proc/meminfo",   "/proc/version", "/proc/self/exe",
                                        "/proc/sys",    "/dev/fd/0"};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY), ENOENT, EACCES);
    return outcome();
}
