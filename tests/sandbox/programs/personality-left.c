/* expect everything: exit 0 */
/* repeat: 2 */
/*
 * What a program sets for itself the next one must not be born with: personality, signals ignored or blocked, umask,
 * limits lowered, timers, priority.
 */
#include <signal.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    if ((personality(0xffffffff) & ~ADDR_LIMIT_32BIT) != 0)
        worked("personality");
    sigset_t mask;
    need("sigprocmask", sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    for (int i = 1; i < NSIG; i++) {
        struct sigaction action;
        if (sigismember(&mask, i) == 1)
            worked("a signal is blocked");
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            worked("a signal is ignored");
    }
    if (umask(0777) != 022)
        worked("umask");
    struct rlimit one = {1, 1}, now;
    need("getrlimit", getrlimit(RLIMIT_NOFILE, &now) == 0);
    if (now.rlim_cur == 1)
        worked("limit");
    if (getpriority(PRIO_PROCESS, 0) != 0)
        worked("priority");
    (void)setrlimit(RLIMIT_NOFILE, &one);
    (void)setpriority(PRIO_PROCESS, 0, 19);
    (void)personality(ADDR_NO_RANDOMIZE);
    struct itimerval timer = {.it_value = {.tv_sec = 1}};
    (void)setitimer(ITIMER_REAL, &timer, NULL);
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    return outcome();
}
