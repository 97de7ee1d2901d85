/* expect compiler: limit output */
/* expect everything: limit output */
/*
 * As output-file, but it ignores the signal and goes on.
 */
#include <fcntl.h>
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    (void)signal(SIGXFSZ, SIG_IGN);
    int fd = open("file", O_WRONLY | O_CREAT, 0644);
    need("create a file", fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        ;
    fd = open("other", O_WRONLY | O_CREAT, 0644);
    need("create a file", fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        ;
    return 0;
}
