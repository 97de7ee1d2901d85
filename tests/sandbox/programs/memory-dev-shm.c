/* expect everything: exit 0 | limit memory | limit output */
/* limits: mem_mib=32 out_mib=256 cpu_ms=2000 */
/* repeat: 2 */
/*
 * Fills every folder in memory that it can find.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    static const char *const names[] = {"/dev/shm/x", "/dev/x", "/run/x", "/x", "/etc/x", "/program/x", "/tmp/x"};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (fd < 0)
            continue;
        for (int j = 0; j < 128; j++) {
            if (write(fd, block, sizeof block) < 0)
                break;
            if (j == 127)
                worked(names[i]);
        }
    }
    return outcome();
}
