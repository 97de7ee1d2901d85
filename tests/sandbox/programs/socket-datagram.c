/* expect: RE syscall=socket */
/* expect compiler: exit 0 */
/* expect everything: exit 0 */
/*
 * Datagrams need no connection: to the name server, to a broadcast, to the box itself.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const unsigned hosts[] = {0x7f000001, 0x7f000035, 0x08080808, 0xffffffff, 0xa9fea9fe};
    begin();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        return 0;
    int yes = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(hosts[i])}};
        attack("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
    }
    return outcome();
}
