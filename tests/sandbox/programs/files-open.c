/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Opens files until it gets no more: the limit of descriptors.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int count = 0;
    while (open("/dev/null", O_RDONLY) >= 0)
        count++;
    attack("more descriptors than allowed", count > 64 ? 0 : -1);
    need("EMFILE", errno == EMFILE);
    return outcome();
}
