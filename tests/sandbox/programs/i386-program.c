/* expect: error | signal 31 syscall=i386:brk|i386:uname|i386:access|i386:set_thread_area|i386:prlimit64|i386:arch_prctl */
/* expect everything32: exit 0 */
/* build: -m32 */
/* needs: x86_64 */
/*
 * A 32-bit program where its policy does not name that architecture, and where it does.
 */
#include <fcntl.h>
#include <sys/mount.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("setuid", setuid(0));
    attack("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    attack("open /etc/shadow", open("/etc/shadow", O_RDONLY));
    return outcome();
}
