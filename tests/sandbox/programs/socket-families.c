/* expect: RE syscall=socket */
/* expect everything: exit 0 */
/* each: 0-39,41-45 */
/*
 * A socket of every family (vsock has a program of its own): where there is one, it reaches nothing and shows nothing.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    int family = (int)strtol(argv[argc - 1], NULL, 10);
    attack("raw", family == AF_UNIX ? -1 : socket(family, SOCK_RAW, family == AF_NETLINK ? 9 : IPPROTO_ICMP));
    if (family == AF_NETLINK)
        hostile_worked = 0; /* any netlink socket is raw: see socket-netlink */
    attack("packet", family == AF_PACKET ? socket(family, SOCK_DGRAM, 0) : -1);
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd >= 0 && family == AF_INET) {
        static const unsigned hosts[] = {0x7f000001, 0x08080808, 0xa9fea9fe, 0x0a000001, 0xac110001, 0xc0a80001};
        for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
            struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(hosts[i])}};
            attack("connect", connect(fd, (struct sockaddr *)&address, sizeof address));
        }
    }
    if (fd >= 0 && family == AF_INET6) {
        struct sockaddr_in6 address = {
            .sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        attack("connect", connect(fd, (struct sockaddr *)&address, sizeof address));
    }
    return outcome();
}
