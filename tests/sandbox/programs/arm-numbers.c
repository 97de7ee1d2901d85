/* expect: RE syscall=socket */
/* expect everything: exit 0 */
/* build: -marm */
/* needs: arm */
/*
 * The number of a call in the instruction itself, as programs of the old ABI have it: a kernel without that ABI takes the
 * register's, and so must the filter. 0x900014 would be getpid, the register says socket.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    register long number __asm__("r7") = SYS_socket;
    register long result __asm__("r0") = 16; /* AF_NETLINK */
    register long type __asm__("r1") = 3;
    register long protocol __asm__("r2") = 99;
    __asm__ volatile("swi 0x900014" : "+r"(result) : "r"(number), "r"(type), "r"(protocol) : "memory");
    /* No such protocol; a process's number would be above 0. */
    return result < 0 ? 0 : 1;
}
