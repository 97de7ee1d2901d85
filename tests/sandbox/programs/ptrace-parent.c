/* expect: RE syscall=ptrace */
/* expect threads: RE syscall=ptrace */
/* expect compiler: RE syscall=ptrace */
/* expect everything: exit 0 */
/*
 * Traces the first process of the cell, or itself by somebody else.
 */
#include <sys/ptrace.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("attach", ptrace(PTRACE_ATTACH, 1, NULL, NULL));
    attack("seize", ptrace(PTRACE_SEIZE, 1, NULL, NULL));
    attack("peek", ptrace(PTRACE_PEEKDATA, 1, (void *)0x400000, NULL));
    attack("trace me", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    return outcome();
}
