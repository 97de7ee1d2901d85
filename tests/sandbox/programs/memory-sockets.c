/* expect: RE syscall=socketpair */
/* expect everything: exit 0 | limit memory */
/* limits: mem_mib=32 open_files=128 */
/* needs: groups */
/*
 * What waits in sockets, and descriptors that exist only in messages that nobody reads.
 */
#include <sys/socket.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;) {
        int fds[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) != 0)
            break;
        int size = 1 << 30;
        (void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        while (send(fds[0], block, sizeof block, 0) > 0)
            ;
    }
    return 0;
}
