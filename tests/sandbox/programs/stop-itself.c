/* expect threads: stopped */
/* expect everything: stopped */
/* expect: stopped */
/* limits: wall_ms=2000 */
/*
 * Stops itself: a program that is stopped can be waited for until the end of time.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)raise(SIGSTOP);
    return 1;
}
