/* expect: limit wall */
/* expect everything: limit wall */
/* limits: wall_ms=300 */
/*
 * Every signal ignored, every signal blocked, and a wait for a futex that nobody wakes: no alarm ends this.
 */
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_IGN);
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    int word = 0;
    for (;;)
        (void)syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}
