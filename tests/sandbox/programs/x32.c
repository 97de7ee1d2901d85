/* expect: signal 31 syscall=x32:getpid */
/* expect threads: signal 31 syscall=x32:getpid */
/* expect everything: signal 31 syscall=x32:getpid */
/* needs: x86_64 */
/*
 * An x32 call: the same architecture for a filter that looks at nothing else, the numbers with one more bit.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)syscall(0x40000000L + SYS_getpid);
    return 1;
}
