/* expect: exit 0 */
/* expect everything: limit output */
/*
 * Lends its own pages to standard output without end.
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;) {
        struct iovec part = {block, sizeof block};
        if (vmsplice(1, &part, 1, 0) <= 0) {
            need("vmsplice", errno == ENOSYS);
            return 0;
        }
    }
}
