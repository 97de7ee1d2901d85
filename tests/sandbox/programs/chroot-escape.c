/* expect: RE syscall=chroot */
/* expect everything: exit 0 */
/*
 * The well-known way out of a chroot: a new root below a folder that is still open, then `..` often enough.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    need("open /", fd >= 0);
    (void)mkdir("sub", 0755);
    attack_errno("chroot", chroot("sub"), EPERM, EPERM);
    need("fchdir", fchdir(fd) == 0);
    for (int i = 0; i < 1000; i++)
        need("chdir", chdir("..") == 0);
    (void)chroot(".");
    attack("open home", open("home", O_RDONLY));
    attack("open etc/shadow", open("etc/shadow", O_RDONLY));
    attack("open sys", open("sys", O_RDONLY));
    return outcome();
}
