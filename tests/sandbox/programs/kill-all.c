/* expect: exit 0, wall_ms<2000 */
/* expect everything: exit 0, wall_ms<2000 */
/*
 * kill(-1): all that it may signal, with every signal there is. Nothing but its own processes can be meant.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)kill(-1, SIGKILL);
    for (int i = 1; i < NSIG; i++)
        (void)kill(-1, i);
    return 0;
}
