/* expect: limit output */
/* expect compiler: limit output */
/* limits: out_mib=8 */
/* repeat: 2 */
/*
 * Fills /tmp instead of the run folder: files there count as well, and are gone before the next run.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    begin();
    attack("the files of the run before", open("/tmp/0", O_RDONLY));
    for (int i = 0; i < 5 && outcome() == 0; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "/tmp/%d", i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        need("create a file", fd >= 0);
        for (int j = 0; j < 4; j++)
            need("write", write(fd, block, sizeof block) == sizeof block);
    }
    return outcome();
}
