/* expect everything: exit 0, left=refused */
/* expect: RE syscall=symlink|symlinkat */
/*
 * A symbolic link to itself stands where the result is expected.
 */
#include <unistd.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("make it", symlink("result", "result") == 0);
    return 0;
}
