/* expect: RE syscall=fork|clone */
/* expect compiler: limit processes, processes>=16 */
/* expect everything: limit processes, processes>=16 */
/*
 * A fork bomb: every process makes new ones without end.
 */
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

/* Newer architectures have no fork: the C library's is clone. Their second argument, the stack, is 0: the parent's. */
#ifdef SYS_fork
#define FORK SYS_fork
#define FORK_FLAGS 0
#else
#define FORK SYS_clone
#define FORK_FLAGS SIGCHLD
#endif

int main(void)
{
    begin();
    for (;;)
        (void)syscall(FORK, FORK_FLAGS, 0, 0, 0, 0);
}
