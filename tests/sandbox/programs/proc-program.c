/* expect everything: exit 0 */
/* proc: yes */
/* repeat: 2 */
/*
 * Rewrites its own program by way of /proc/self/exe, for the next run.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("open for writing", open("/proc/self/exe", O_WRONLY));
    attack("open for both", open("/proc/self/exe", O_RDWR));
    attack("truncate", truncate("/proc/self/exe", 0));
    attack("link", linkat(AT_FDCWD, "/proc/self/exe", AT_FDCWD, "link", AT_SYMLINK_FOLLOW));
    /* Its own memory it may write, even where it is read-only: that is a copy. */
    int fd = open("/proc/self/mem", O_RDWR);
    if (fd >= 0) {
        static const char text[] = "constant";
        (void)pwrite(fd, "x", 1, (off_t)(uintptr_t)text);
    }
    return outcome();
}
