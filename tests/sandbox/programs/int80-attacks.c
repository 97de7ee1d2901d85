/* expect everything32: exit 0 */
/* expect: signal 31 syscall=i386:setuid */
/* needs: x86_64 */
/*
 * The attacks of setuid, mount, chroot and ptrace once more by their 32-bit numbers: the walls behind the filter do not
 * ask which door was taken.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static long call(long nr, long a, long b, long c)
{
    long result = nr;
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(a), "c"(b), "d"(c), "S"(0L), "D"(0L)
                     : "r8", "r9", "r10", "r11", "memory");
    return (int)result < 0 ? -1 : result;
}

int main(void)
{
    begin();
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    need("mmap", low != MAP_FAILED);
    memcpy(low, "/etc/shadow", 12);
    memcpy(low + 64, "/", 2);
    attack("setuid", call(23, 0, 0, 0));
    attack("setuid32", call(213, 0, 0, 0));
    attack("setresuid32", call(208, 0, 0, 0));
    attack("open /etc/shadow", call(5, (long)low, 0, 0));
    attack("mount", call(21, (long)low + 64, (long)low + 64, (long)low + 64));
    attack("umount", call(22, (long)low + 64, 0, 0));
    attack("chroot", call(61, (long)low + 64, 0, 0));
    attack("ptrace the first process", call(26, 16, 1, 0));
    attack("kill the first process", call(37, 1, 9, 0));
    attack("nice", call(34, -20, 0, 0));
    attack("iopl", call(110, 3, 0, 0));
    attack("reboot", call(88, 0, 0, 0));
    attack("unshare", call(310, 0x20000, 0, 0));
    return outcome();
}
