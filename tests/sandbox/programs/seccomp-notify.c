/* expect: RE syscall=seccomp */
/* expect threads: RE syscall=seccomp */
/* expect compiler: RE syscall=seccomp */
/*
 * A filter of its own that asks another process of its own, whose yes outranks the tracer: seccomp() must be refused.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, code};
    attack("seccomp", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
    return outcome();
}
