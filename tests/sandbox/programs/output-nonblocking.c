/* expect everything: limit output | limit cpu */
/* expect: limit output | limit cpu */
/*
 * Makes its outputs non-blocking and asks for signals from them: the other end must not notice.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (int fd = 1; fd <= 2; fd++)
        need("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_ASYNC) == 0);
    for (;;) {
        if (write(1, block, sizeof block) < 0)
            need("write", errno == EAGAIN);
    }
}
