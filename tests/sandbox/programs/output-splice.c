/* expect: limit output */
/* expect everything: limit output */
/*
 * Fills standard output without a write(): splice() between pipes.
 */
#include <fcntl.h>
#include <sys/sendfile.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    int self = open(argv[0], O_RDONLY); /* /dev/zero can be spliced from since Linux 6.5 only */
    need("open", self >= 0);
    for (;;) {
        off_t from = 0;
        if (splice(self, &from, 1, NULL, 65536, 0) <= 0)
            need("sendfile", sendfile(1, self, &from, 65536) > 0);
    }
}
