/* expect everything: RE syscall=getpid */
/* limits: wall_ms=2000 */
/*
 * A filter of its own that hands every further call to the tracer, with reasons that do not exist: nothing may wait for
 * ever, nothing may be let through.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 4711)};
    struct sock_fprog program = {1, code};
    need("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0);
    (void)syscall(SYS_getpid);
    return 1;
}
