/* expect everything: exit 0, left=refused */
/* expect: RE syscall=socket */
/*
 * A socket stands where the result is expected.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    need("socket", fd >= 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "result"};
    need("bind", bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return 0;
}
