/* expect: RE syscall=socket */
/* expect everything: exit 0 */
/* repeat: 2 */
/*
 * An abstract name stays as long as somebody holds it: a daemon of the first run must not answer the second.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0mark"};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 5;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    need("socket", fd >= 0);
    attack("find the mark", connect(fd, (struct sockaddr *)&address, length));
    (void)close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    need("bind", bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, 5) == 0);
    if (fork() == 0) {
        (void)setsid();
        for (;;)
            pause();
    }
    return outcome();
}
