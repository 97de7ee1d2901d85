/* expect: RE syscall=socketpair */
/* expect threads: RE syscall=socketpair */
/* expect everything: exit 0 */
/*
 * Two sockets joined: harmless in itself, but no program of this kind needs it.
 */
#include <sys/socket.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fds[2];
    need("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    return 0;
}
