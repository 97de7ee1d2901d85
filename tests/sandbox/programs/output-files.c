/* expect compiler: limit output */
/* expect everything: limit output */
/*
 * Many files, each within the limit, together above it.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[1 << 20];

int main(void)
{
    begin();
    for (int i = 0; i < 10; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "file%d", i);
        int fd = open(name, O_WRONLY | O_CREAT, 0644);
        need("create a file", fd >= 0);
        need("write", write(fd, block, sizeof block) == sizeof block);
        (void)close(fd);
    }
    return 0;
}
