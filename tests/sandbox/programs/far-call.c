/* expect: signal 31 syscall=i386:getpid */
/* expect everything: signal 31 syscall=i386:getpid */
/* needs: x86_64 */
/*
 * A far call into the 32-bit code segment: from then on every call is one of i386, in a process that began as 64-bit.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    /* mov $20, %eax; int $0x80; lret */
    static const unsigned char code[] = {0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xcb};
    char *low = mmap(NULL, 16384, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    need("mmap", low != MAP_FAILED);
    memcpy(low, code, sizeof code);
    struct {
        unsigned offset;
        unsigned short selector;
    } __attribute__((packed)) target = {(unsigned)(uintptr_t)low, 0x23};
    /* The stack of 32-bit code lies below 4 GiB as well. */
    __asm__ volatile("mov %%rsp, %%rbx\n\t"
                     "mov %1, %%rsp\n\t"
                     "lcall *(%0)\n\t"
                     "mov %%rbx, %%rsp"
                     :
                     : "r"(&target), "r"(low + 16000)
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
    return 1;
}
