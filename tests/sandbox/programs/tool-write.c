/* expect: exit 0, stdout=aaa */
/* args: 3 */
/*
 * Not an attack: writes so many bytes to standard output.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(int argc, char **argv)
{
    begin();
    long left = strtol(argv[argc - 1], NULL, 10);
    memset(block, 'a', sizeof block);
    while (left > 0) {
        ssize_t count = write(1, block, left < (long)sizeof block ? (size_t)left : sizeof block);
        need("write", count > 0);
        left -= count;
    }
    return 0;
}
