/* expect: RE syscall=fork */
/* expect compiler: limit processes, processes>=16 */
/* expect everything: limit processes, processes>=16 */
/*
 * A fork bomb: every process makes new ones without end.
 */
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;)
        (void)syscall(SYS_fork);
}
