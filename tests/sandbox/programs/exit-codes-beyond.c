/* expect: exit 44 */
/* each: 300,65580 */
/*
 * Exit codes that do not fit: the kernel keeps eight bits.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    (void)syscall(SYS_exit_group, strtol(argv[argc - 1], NULL, 10));
    return 1;
}
