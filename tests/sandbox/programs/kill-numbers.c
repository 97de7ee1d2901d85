/* expect: exit 0 */
/* expect everything: exit 0 */
/* limits: cpu_ms=2000 */
/*
 * Every process by its number.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t self = getpid();
    for (pid_t pid = 1; pid < 70000; pid++) {
        if (pid == self)
            continue;
        char text[32];
        (void)snprintf(text, sizeof text, "kill %d", (int)pid);
        attack_errno(text, kill(pid, SIGKILL), ESRCH, EPERM);
    }
    return outcome();
}
