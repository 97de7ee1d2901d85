/* expect: RE syscall=socket */
/* expect everything: exit 0 */
/* needs: x86_64|aarch64 */
/*
 * The number of a call with bits above the lowest 32: the kernel cuts them off, after the filter or before it; the call
 * is judged by what it does.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("socket", syscall(0x7f00000000L | SYS_socket, 17, 3, 0)); /* raw packets */
    return outcome();
}
