/* expect everything: exit 0 | limit memory | limit output */
/* expect compiler: exit 0 | limit memory | limit output */
/* limits: cpu_ms=5000 wall_ms=20000 mem_mib=256 */
/* repeat: 2 */
/*
 * A million files.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 1000000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (fd < 0) {
            need("not the first file", i > 100);
            return 0;
        }
        (void)close(fd);
    }
    worked("a million files");
    return outcome();
}
