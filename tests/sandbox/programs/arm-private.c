/* expect: RE syscall=breakpoint|usr26|usr32|983047|983048|1048575 */
/* expect everything: signal 5 | signal 11 | signal 4 | exit 0 | RE syscall=983047|983048|1048575 */
/* each: 1,3,4,7,8,65535 */
/* needs: arm */
/*
 * The kernel's private calls on arm, from 0xf0000 on: the C library needs two of them, the others are refused by name, and
 * those that do not exist by number.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    (void)syscall(0xf0000 + strtol(argv[argc - 1], NULL, 10), 0, 0, 0, 0, 0, 0);
    return outcome();
}
