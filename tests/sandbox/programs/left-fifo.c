/* expect everything: exit 0, left=refused */
/* expect: RE syscall=mknod|mknodat */
/*
 * A fifo stands where the result is expected: whoever opens it waits.
 */
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("make it", mkfifo("result", 0666) == 0);
    return 0;
}
