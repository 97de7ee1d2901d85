/* expect everything: exit 0 */
/* expect: RE */
/*
 * Traces its own child, in order to let it make calls that the tracer does not see: the child has a tracer already.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    if (child == 0) {
        for (;;)
            pause();
    }
    attack_errno("attach", ptrace(PTRACE_ATTACH, child, NULL, NULL), EPERM, EPERM);
    attack_errno("seize", ptrace(PTRACE_SEIZE, child, NULL, NULL), EPERM, EPERM);
    attack("detach", ptrace(PTRACE_DETACH, child, NULL, NULL));
    attack("continue", ptrace(PTRACE_CONT, child, NULL, NULL));
    need("kill", kill(child, SIGKILL) == 0);
    (void)waitpid(child, NULL, 0);
    return outcome();
}
