/* expect compiler: limit output */
/* expect everything: limit output */
/*
 * A file of a tebibyte with nothing in it: one byte at its end.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = open("sparse", O_RDWR | O_CREAT, 0644);
    need("create a file", fd >= 0);
    need("lseek", lseek(fd, (off_t)1 << (sizeof(off_t) == 8 ? 40 : 30), SEEK_SET) >= 0);
    attack("a tebibyte by a write", write(fd, "x", 1));
    return outcome();
}
