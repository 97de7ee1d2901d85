/* expect: exit 0 */
/* policy: compiler */
/* limits: cpu_ms=4000 wall_ms=8000 */
/*
 * Kills a process in the moment in which it forks: its children, whose birth it could not tell the tracer of, must go on
 * and end. The pipe that they hold says whether they did.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

enum { ROUNDS = 200 };

int main(void)
{
    begin();
    for (int i = 0; i < ROUNDS; i++) {
        int fds[2];
        char byte;
        need("pipe", pipe(fds) == 0);
        pid_t parent = fork();
        need("fork", parent >= 0);
        while (parent == 0) {
            if (fork() == 0)
                _exit(0);
            (void)wait(NULL);
        }
        (void)close(fds[1]);
        (void)usleep((useconds_t)(rand() % 3000));
        (void)kill(parent, SIGKILL);
        attack("read a byte that nobody wrote", read(fds[0], &byte, 1) == 0 ? -1 : 1);
        (void)close(fds[0]);
        need("wait", waitpid(parent, NULL, 0) == parent);
    }
    return outcome();
}
