/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * The data folder, the configuration, other slots' folders: nothing of it exists in a cell.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {
        "/home",
        "/home/judge",
        "/home/judge/data",
        "/home/judge/data/1000/1.out",
        "/home/judge/etc",
        "/home/judge/etc/judge.conf",
        "/home/judge/run0",
        "/home/judge/run1",
        "/home/judge/log",
        "/run/judge",
        "/run/judge/slot0",
        "/run",
        "/var",
        "/var/run",
        "/data",
        "/mnt",
        "/media",
        "/opt",
        "/srv",
        "/boot",
        "/work",
        "/build",
        "/sys",
        "/sys/fs/cgroup",
        "/sys/kernel",
        "/lost+found",
        "/var/run/docker.sock",
        "/old_root",
        "/.old_root",
        "/put_old",
        "/oldroot",
        "/host",
        "/box/../home",
        "/program/../home",
    };
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY), ENOENT, EACCES);
    return outcome();
}
