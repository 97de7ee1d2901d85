/* expect everything: exit 0 */
/* proc: yes */
/*
 * The links in /proc that lead around paths: root, cwd, map_files, task, and folders opened through them.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {"/proc/self/root/home",         "/proc/self/root/etc/shadow",
                                        "/proc/self/root/../home",      "/proc/self/cwd/../home",
                                        "/proc/self/task/../../1/root", "/proc/thread-self/root/sys",
                                        "/proc/self/cwd/../../../work", "/proc/self/root/proc/1/root"};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY), ENOENT, EACCES);
    struct stat root, link;
    need("stat", stat("/", &root) == 0 && stat("/proc/self/root", &link) == 0);
    if (root.st_ino != link.st_ino || root.st_dev != link.st_dev)
        worked("/proc/self/root is another folder");
    return outcome();
}
