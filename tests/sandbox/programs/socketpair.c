/* expect: RE syscall=socketpair */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * Two sockets joined: harmless in itself, and run-time libraries with threads wake themselves with it.
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
