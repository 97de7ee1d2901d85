/* expect: RE syscall=socket */
/* expect compiler: exit 0 */
/* expect everything: exit 0 */
/*
 * Sockets of the box's services: by path, and by abstract names, which no folder hides but the network namespace.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {"/run/mysqld/mysqld.sock",
                                        "/var/run/docker.sock",
                                        "/run/systemd/private",
                                        "/run/dbus/system_bus_socket",
                                        "/dev/log",
                                        "/run/judge/control",
                                        "@/org/kernel/linux/storage/multipathd",
                                        "@/tmp/.X11-unix/X0",
                                        "@ISCSID_UIP_ABSTRACT_NAMESPACE"};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd < 0)
            return 0;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t length = strlen(names[i]);
        memcpy(address.sun_path, names[i], length);
        if (names[i][0] == '@')
            address.sun_path[0] = '\0';
        attack(names[i],
               connect(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)));
        (void)close(fd);
    }
    return outcome();
}
