/* expect everything: exit 0, left=refused */
/* expect: exit 0, left=refused */
/*
 * A folder stands where the result is expected.
 */
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("make it", mkdir("result", 0777) == 0);
    return 0;
}
