/* expect: exit 0 */
/* expect everything: exit 0 */
/* stdin: file */
/*
 * Leases on what it shares with others: whoever opens such a file then has to wait.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    attack_errno("input", fcntl(0, F_SETLEASE, F_RDLCK), EACCES, EAGAIN);
    attack_errno("input", fcntl(0, F_SETLEASE, F_WRLCK), EACCES, EAGAIN);
    static const char *const shared[] = {"/bin/true", "/etc/ld.so.cache", "/usr/bin/env", "/dev/null"};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        int fd = open(shared[i], O_RDONLY);
        if (fd >= 0)
            attack(shared[i], fcntl(fd, F_SETLEASE, F_RDLCK));
    }
    int self = open(argv[argc - 1], O_RDONLY);
    need("the program", self >= 0);
    attack("the program", fcntl(self, F_SETLEASE, F_RDLCK));
    return outcome();
}
