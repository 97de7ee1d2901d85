/* expect: exit 2 */
/* expect everything: exit 2 */
/* repeat: 4 */
/*
 * The number of the process: the same in every run, so that it tells nothing of the runs before.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    return getpid();
}
