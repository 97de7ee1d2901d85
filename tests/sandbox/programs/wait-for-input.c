/* expect everything: limit wall */
/* expect: limit wall */
/* limits: wall_ms=300 */
/*
 * Reads from a pipe of its own into which nobody writes.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fds[2];
    need("pipe", pipe(fds) == 0);
    char byte;
    return (int)read(fds[0], &byte, 1);
}
