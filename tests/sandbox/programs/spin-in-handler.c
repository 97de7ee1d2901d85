/* expect: limit cpu, cpu_ms>=500 */
/*
 * Spins in the handler of a signal, with every other signal blocked.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void handler(int number)
{
    (void)number;
    spin();
}

int main(void)
{
    begin();
    struct sigaction action = {.sa_handler = handler};
    (void)sigfillset(&action.sa_mask);
    need("sigaction", sigaction(SIGSEGV, &action, NULL) == 0);
    volatile char *volatile nowhere = NULL;
    *nowhere = 1;
    return 1;
}
