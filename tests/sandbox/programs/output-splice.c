/* expect: limit output */
/* expect everything: limit output */
/* stdin: zero */
/*
 * Fills standard output without a write(): splice() between pipes.
 */
#include <fcntl.h>
#include <sys/sendfile.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        if (splice(0, NULL, 1, NULL, 65536, 0) <= 0)
            need("sendfile", sendfile(1, 0, NULL, 65536) > 0);
    }
}
