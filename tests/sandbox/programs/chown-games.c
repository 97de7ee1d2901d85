/* expect everything: exit 0 */
/* expect: RE syscall=chown|chown32|fchownat */
/*
 * Gives its files to others, and takes theirs.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    int fd = open("mine", O_WRONLY | O_CREAT, 0755);
    need("create", fd >= 0);
    attack_errno("give to root", chown("mine", 0, 0), EPERM, EPERM);
    attack_errno("give to the next uid", fchown(fd, getuid() + 1, (gid_t)-1), EPERM, EPERM);
    attack_errno("give to the group of root", fchown(fd, (uid_t)-1, 0), EPERM, EPERM);
    attack("take /etc/passwd", chown("/etc/passwd", getuid(), getgid()));
    attack("take /bin", chown("/bin", getuid(), getgid()));
    attack("take the program", chown(argv[argc - 1], getuid(), getgid()));
    attack("take the input", fchown(0, getuid(), getgid()));
    attack("take /", chown("/", getuid(), getgid()));
    return outcome();
}
