/* expect: limit cpu | limit wall, cpu_ms>=20 */
/* limits: wall_ms=6000 */
/*
 * A handler that returns to the instruction that faulted: a signal, and so a stop for the tracer, without end.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void handler(int number)
{
    (void)number;
}

int main(void)
{
    begin();
    struct sigaction action = {.sa_handler = handler};
    need("sigaction", sigaction(SIGSEGV, &action, NULL) == 0);
    volatile char *volatile nowhere = NULL;
    *nowhere = 1;
    return 1;
}
