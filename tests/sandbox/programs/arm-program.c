/* expect: error | signal 31 syscall=arm:brk|arm:set_tls|arm:uname|arm:rseq */
/* expect everything: error | signal 31 syscall=arm:brk|arm:set_tls|arm:uname|arm:rseq */
/* expect everything-arm: exit 0 */
/* build: -m32 */
/* needs: aarch64 */
/*
 * A 32-bit arm program on a kernel of 64 bits, where its policy does not name that architecture, and where it does: its
 * numbers are other calls than those of aarch64, and the walls behind the filter hold for both.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("setuid", setuid(0));
    attack("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    attack("open /etc/shadow", open("/etc/shadow", O_RDONLY));
    attack("kill the first process", syscall(SYS_kill, 1, 9));
    attack("unshare", syscall(SYS_unshare, 0x20000));
    return outcome();
}
