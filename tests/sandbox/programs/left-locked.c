/* expect everything: exit 0, left=opened */
/* expect: RE syscall=chmod|fchmodat */
/* repeat: 2 */
/*
 * The result is there, but neither it nor the folder may be read by anybody, and below lie folders without any rights.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("folder", mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0);
    int fd = open("result", O_WRONLY | O_CREAT | O_EXCL, 0);
    need("result", fd >= 0 && write(fd, "x", 1) == 1);
    need("file", open("a/b/c", O_WRONLY | O_CREAT | O_EXCL, 0) >= 0);
    need("chmod", chmod("a/b", 0) == 0 && chmod("a", 0) == 0);
    (void)chmod("/box", 0);
    (void)chmod(".", 0);
    return 0;
}
