/* expect everything: exit 0 | limit output, wall_ms<2000 */
/* expect: RE syscall=clone */
/*
 * A child that writes to standard output after its parent's end, without end.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    if (child > 0)
        return 0;
    static char text[65536];
    for (;;) {
        if (write(1, text, sizeof text) < 0)
            pause();
    }
}
