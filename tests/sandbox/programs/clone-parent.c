/* expect: RE syscall=clone */
/* expect everything: exit 3 */
/*
 * CLONE_PARENT: the new process becomes a child of the cell's first process, and its end must not be taken for the end
 * of the program.
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 5; i++) {
        long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
        if (child == 0)
            _exit(5);
        need("clone", child > 0);
    }
    struct timespec pause_time = {.tv_nsec = 50 * 1000 * 1000};
    (void)nanosleep(&pause_time, NULL);
    return 3;
}
