/* expect everything: exit 0 */
/* expect: RE syscall=flock */
/* stdin: file */
/* repeat: 2 */
/*
 * Locks its input in every way, and leaves a child behind that holds on to it: afterwards the file must be free (the
 * driver looks, and so does the second run).
 */
#include <fcntl.h>
#include <sys/file.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("flock", flock(0, LOCK_EX | LOCK_NB) == 0);
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    need("fcntl lock", fcntl(0, F_SETLK, &lock) == 0);
    if (fork() == 0) {
        (void)setsid();
        for (;;)
            pause();
    }
    return 0;
}
