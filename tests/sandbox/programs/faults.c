/* expect: signal N */
/* each: 4,5,7,8,11 */
/*
 * Not an attack: what the processor itself has to say.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    volatile int zero = 0;
    volatile char *volatile nowhere = NULL;
    switch (strtol(argv[argc - 1], NULL, 10)) {
    case 4:
        __asm__ volatile("ud2");
        break;
    case 5:
        __asm__ volatile("int3");
        break;
    case 7: {
        int fd = open("empty", O_RDWR | O_CREAT, 0600);
        char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        need("mmap", fd >= 0 && memory != MAP_FAILED);
        touch(memory, 1);
        break;
    }
    case 8:
        return 7 / zero;
    default:
        *nowhere = 1;
        break;
    }
    return 0;
}
