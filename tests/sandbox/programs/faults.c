/* expect: signal N */
/* each: 4,5,7,8,11 */
/*
 * Not an attack: what the processor itself has to say.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

/* 4: what no processor knows; 5: a breakpoint. */
static void instruction(long number)
{
#if defined(__x86_64__) || defined(__i386__)
    if (number == 4)
        __asm__ volatile("ud2");
    else
        __asm__ volatile("int3");
#elif defined(__aarch64__)
    if (number == 4)
        __asm__ volatile("udf #0");
    else
        __asm__ volatile("brk #0");
#elif defined(__arm__)
#ifdef __thumb__
#define INSTRUCTION(thumb, arm) __asm__ volatile(".inst.n " #thumb)
#else
#define INSTRUCTION(thumb, arm) __asm__ volatile(".inst " #arm)
#endif
    if (number == 4)
        INSTRUCTION(0xde00, 0xe7f000f0); /* udf */
    else
        INSTRUCTION(0xde01, 0xe7f001f0); /* the kernel's breakpoint */
#else
    (void)raise((int)number);
#endif
}

int main(int argc, char **argv)
{
    begin();
    volatile int zero = 0;
    volatile char *volatile nowhere = NULL;
    long number = strtol(argv[argc - 1], NULL, 10);
    switch (number) {
    case 4:
    case 5:
        instruction(number);
        break;
    case 7: {
        int fd = open("empty", O_RDWR | O_CREAT, 0600);
        char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        need("mmap", fd >= 0 && memory != MAP_FAILED);
        touch(memory, 1);
        break;
    }
    case 8:
#if defined(__aarch64__) || defined(__arm__)
        (void)raise(SIGFPE); /* 7 / 0 is 0 there */
#endif
        return 7 / zero;
    default:
        *nowhere = 1;
        break;
    }
    return 0;
}
