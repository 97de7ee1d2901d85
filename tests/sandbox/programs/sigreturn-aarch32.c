/* expect: signal 11 */
/* expect everything: signal 11 */
/* needs: aarch64 */
/*
 * As sigreturn-mode, into 32-bit code: from there on every call would be one of arm.
 */
#include <signal.h>
#include <ucontext.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ucontext_t *saved = context;
#if defined(__aarch64__)
    saved->uc_mcontext.pstate |= 0x10;
#endif
}

int main(void)
{
    begin();
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    need("sigaction", sigaction(SIGUSR1, &action, NULL) == 0);
    (void)raise(SIGUSR1);
    return 1;
}
