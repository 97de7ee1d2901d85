/* expect: exit 0 */
/* expect everything: exit 0 */
/* repeat: 3 */
/*
 * A mark in every folder that can be written, left for the next run, which looks for it.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const folders[] = {".",         "/box",        "/tmp",     "/var/tmp", "/dev/shm", "/run",
                                          "/run/lock", "/dev/mqueue", "/program", "/dev",     "/etc",     "/"};
    begin();
    int count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s/mark-left", folders[i]);
        if (i > 1 || strcmp(folders[i], ".") == 0)
            attack(name, open(name, O_RDONLY));
        count += open(name, O_WRONLY | O_CREAT, 0666) >= 0;
    }
    need("write somewhere", count > 0);
    return outcome();
}
