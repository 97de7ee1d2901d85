/* expect: signal 13 | limit wall */
/* beside: victim-sleeps */
/* limits: wall_ms=2000 */
/*
 * Writes without end into the pipe to the other program, which does not read and ends first, as a limit ends
 * it: both must come to their own end.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;)
        need("write", write(1, block, sizeof block) > 0);
}
