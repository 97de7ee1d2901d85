/* expect: RE syscall=setns */
/* expect everything: exit 0 */
/* proc: yes */
/*
 * Enters namespaces: its own once more, those of the first process.
 */
#include <fcntl.h>
#include <sched.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {"mnt", "net", "pid", "ipc", "uts", "user", "cgroup", "time"};
    begin();
    attack("nothing", setns(-1, 0));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/proc/1/ns/%s", names[i]);
        attack(path, open(path, O_RDONLY));
        (void)snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        int fd = open(path, O_RDONLY);
        if (fd >= 0)
            attack(path, setns(fd, 0));
    }
    return outcome();
}
