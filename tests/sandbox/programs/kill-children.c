/* expect everything: exit 0, wall_ms<2000 */
/*
 * As kill-all, with children to hit: the end of a child must not be taken for the program's.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0) {
            for (;;)
                pause();
        }
    }
    need("kill", kill(-1, SIGKILL) == 0);
    int status = 0, count = 0;
    while (wait(&status) > 0)
        count += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    return count == 5 ? 0 : 1;
}
