/* expect: RE syscall=prctl */
/* expect threads: exit 0 */
/* expect any-prctl: RE syscall=fork|clone */
/*
 * A filter of its own that hands a refused call to the tracer with a reason of its own: the later filter's word is what
 * the tracer hears.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
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
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FORK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 2), /* as if it were allowed a number of times */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
        return outcome(); /* no filter, no forgery */
    if (syscall(FORK, FORK_FLAGS, 0, 0, 0, 0) == 0)
        _exit(0);
    worked("fork");
    return outcome();
}
