/* expect everything: exit 0, left=refused */
/* expect: RE syscall=symlink|symlinkat */
/*
 * A symbolic link to a file of the box stands where the result is expected.
 */
#include <unistd.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("make it", symlink("/etc/shadow", "result") == 0);
    return 0;
}
