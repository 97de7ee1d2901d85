/* expect: RE syscall=prctl */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * What prctl() can change: the signal at a parent's death, who adopts orphans, capabilities, dumps, the memory's map.
 */
#include <sys/prctl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    (void)prctl(PR_SET_PTRACER, -1L, 0, 0, 0);
    (void)prctl(PR_SET_NAME, "judge_cell", 0, 0, 0);
    attack("new privileges", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    attack("a capability", prctl(PR_CAPBSET_READ, 21, 0, 0, 0) == 1 ? 0 : -1);
    attack("secure bits", prctl(PR_SET_SECUREBITS, 0x2f, 0, 0, 0));
    attack("flush", prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0));
    return outcome();
}
