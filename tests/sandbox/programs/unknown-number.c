/* expect: RE */
/* expect threads: RE */
/* expect everything: RE */
/* each: 600,1000,1023,1024,1025,65535,1000000,1073741823 */
/*
 * Numbers of system calls that do not exist, or not yet: beyond every table, beyond the bitmap.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    (void)syscall(strtol(argv[argc - 1], NULL, 10), 0, 0, 0, 0, 0, 0);
    return 1;
}
