/* expect: exit 0 | signal 11 */
/* expect everything: exit 0 | signal 11 */
/* needs: x86_64 */
/*
 * The old fixed page with three system calls in it.
 */
#include <sys/time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct timeval now;
    long (*volatile page)(struct timeval *, void *) = (long (*)(struct timeval *, void *))0xffffffffff600000UL;
    (void)page(&now, NULL);
    return 0;
}
