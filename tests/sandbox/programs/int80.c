/* expect: signal 31 syscall=i386:getpid */
/* expect threads: signal 31 syscall=i386:getpid */
/* expect compiler: signal 31 syscall=i386:getpid */
/* expect everything: signal 31 syscall=i386:getpid */
/* needs: x86_64 */
/*
 * A 32-bit call from a 64-bit program: its numbers mean other calls. 20 is getpid there, and writev here.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long result = 20;
    __asm__ volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
    return 1;
}
