/* expect everything32: RE syscall=i386:clone */
/* expect: signal 31 syscall=i386:clone */
/* needs: x86_64 */
/*
 * clone with CLONE_UNTRACED as a 32-bit call: a rule for an argument has to hold for every architecture.
 */
#include <linux/sched.h>
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long result = 120;
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"((long)(CLONE_UNTRACED | SIGCHLD)), "c"(0L), "d"(0L), "S"(0L), "D"(0L)
                     : "r8", "r9", "r10", "r11", "memory");
    if (result == 0)
        _exit(0);
    return 1;
}
