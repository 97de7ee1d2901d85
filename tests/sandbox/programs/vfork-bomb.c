/* expect: RE syscall=vfork|clone */
/* expect everything: limit processes */
/*
 * Each process waits in vfork() for a child that does the same: a chain of parents that cannot be interrupted.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

/* The stack is shared with the parent, which is gone for good: nothing is lost. */
int main(void)
{
    begin();
    for (;;) {
#ifdef __x86_64__
        long result = SYS_vfork;
        __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
        if (result < 0)
            pause();
#else
        if (fork() < 0)
            pause();
#endif
    }
}
