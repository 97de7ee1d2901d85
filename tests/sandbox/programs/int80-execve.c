/* expect: signal 31 syscall=i386:execve */
/* expect everything: signal 31 syscall=i386:execve */
/* needs: x86_64 */
/*
 * As int80, with the number 11: execve there, munmap here, which every policy allows.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long result = 11;
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(0L), "c"(0L), "d"(0L) : "r8", "r9", "r10", "r11", "memory");
    return 1;
}
