/* expect compiler: limit output */
/* expect everything: limit output */
/* expect: limit output */
/*
 * Writes to one file without end.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    int fd = open("file", O_WRONLY | O_CREAT, 0644);
    need("create a file", fd >= 0);
    for (;;)
        need("write", write(fd, block, sizeof block) > 0);
}
