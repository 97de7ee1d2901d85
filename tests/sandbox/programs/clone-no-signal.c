/* expect: RE syscall=clone */
/* expect everything: exit 0 */
/*
 * Children without an exit signal, of which a wait() without __WALL hears nothing, are left behind. Each has another
 * number of shared things with its parent.
 */
#include <linux/sched.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const unsigned long flags[] = {0, CLONE_FILES, CLONE_FS, CLONE_SYSVSEM, CLONE_IO, CLONE_PTRACE};
    begin();
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        long child = syscall(SYS_clone, flags[i], NULL, NULL, NULL, NULL);
        if (child == 0) {
            for (;;)
                pause();
        }
        need("clone", child > 0);
    }
    return 0;
}
