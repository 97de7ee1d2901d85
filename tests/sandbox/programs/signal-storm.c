/* expect everything: limit cpu | limit wall */
/* expect: RE syscall=clone */
/* limits: wall_ms=2000 */
/*
 * Four processes send each other signals as fast as they can: each is a stop for the tracer, whose limits must still
 * act.
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
    for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
        need("sigaction", sigaction(i, &action, NULL) == 0);
    for (int i = 0; i < 2; i++)
        need("fork", fork() >= 0);
    for (unsigned i = 0;; i++)
        (void)kill(0, SIGRTMIN + (int)(i % 16));
}
