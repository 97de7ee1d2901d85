/* expect: RE syscall=vfork|clone */
/* expect everything: exit 0, processes=2 */
/*
 * vfork(): followed by the tracer as fork() is, and counted.
 */
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = vfork();
    if (child == 0)
        _exit(5);
    int status = 0;
    need("wait", waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 5 ? 0 : 1;
}
