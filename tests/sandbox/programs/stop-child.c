/* expect everything: stopped | limit wall */
/* expect: RE syscall=clone */
/* limits: wall_ms=500 */
/*
 * A child stops itself, and its parent waits for it to end.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    pid_t child = fork();
    need("fork", child >= 0);
    if (child == 0) {
        (void)raise(SIGSTOP);
        _exit(0);
    }
    int status = 0;
    (void)waitpid(child, &status, 0);
    return 1;
}
