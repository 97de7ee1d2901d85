/* expect: RE syscall=socket */
/* expect everything: exit 0 */
/*
 * The network's configuration: one interface, the loopback, and it is down.
 */
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct if_nameindex *interfaces = if_nameindex();
    need("if_nameindex", interfaces != NULL);
    for (struct if_nameindex *each = interfaces; each->if_index != 0; each++) {
        struct ifreq request = {0};
        (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", each->if_name);
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        need("flags", fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0);
        if ((request.ifr_flags & IFF_UP) != 0)
            worked(each->if_name);
        request.ifr_flags |= IFF_UP;
        attack("set an interface up", ioctl(fd, SIOCSIFFLAGS, &request));
        (void)close(fd);
    }
    return outcome();
}
