/* expect: RE syscall=inotify_init1 */
/* expect threads: exit 0 */
/* expect everything: exit 0 */
/*
 * Watches the files of others: fanotify for the whole system, inotify for the input's folder.
 */
#include <sys/fanotify.h>
#include <sys/inotify.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int fd = inotify_init1(0);
    if (fd < 0)
        return 0;
    attack("watch /home", inotify_add_watch(fd, "/home", IN_ALL_EVENTS));
    fd = fanotify_init(FAN_CLASS_CONTENT, 0);
    attack("fanotify", fd);
    fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, 0);
    if (fd >= 0)
        attack("watch a file system", fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, -1, "/usr"));
    return outcome();
}
