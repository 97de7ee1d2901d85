/* expect everything: limit output */
/* expect: limit output */
/*
 * A file of a tebibyte by ftruncate().
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = open("sparse", O_RDWR | O_CREAT, 0644);
    need("create a file", fd >= 0);
    attack("a tebibyte by ftruncate", ftruncate(fd, (off_t)1 << (sizeof(off_t) == 8 ? 40 : 30)));
    return outcome();
}
