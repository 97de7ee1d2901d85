/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Characters put into a terminal's input, as if its owner had typed them.
 */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("open the terminal", open("/dev/tty", O_RDWR));
    for (int fd = 0; fd < 3; fd++) {
        char byte = '\n', paste[2] = {3, 0};
        attack("TIOCSTI", ioctl(fd, TIOCSTI, &byte));
        attack("TIOCLINUX", ioctl(fd, TIOCLINUX, paste));
        attack("TIOCSCTTY", ioctl(fd, TIOCSCTTY, 1));
    }
    return outcome();
}
