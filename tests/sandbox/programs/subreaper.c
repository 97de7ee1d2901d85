/* expect everything: exit 0 */
/*
 * A program that adopts the orphans of its children, and ends before them.
 */
#include <sys/prctl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    need("prctl", prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            if (fork() == 0) {
                for (;;)
                    pause();
            }
            _exit(0);
        }
    }
    return 0;
}
