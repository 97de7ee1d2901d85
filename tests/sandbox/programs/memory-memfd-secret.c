/* expect: RE */
/* expect everything: exit 0 | limit memory */
/* limits: out_mib=300 */
/* needs: x86_64|aarch64|riscv64 */
/*
 * Memory that not even the kernel maps, and that cannot be swapped: bounded all the same, or not to be had.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

int main(void)
{
    begin();
    const size_t size = 256 << 20;
    long fd = syscall(SYS_memfd_secret, 0);
    if (fd < 0 || ftruncate((int)fd, (off_t)size) != 0)
        return 0;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    if (memory == MAP_FAILED)
        return 0;
    touch(memory, size);
    worked("256 MiB of secret memory");
    return outcome();
}
