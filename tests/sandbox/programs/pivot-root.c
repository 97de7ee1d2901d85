/* expect: RE syscall=pivot_root */
/* expect everything: exit 0 */
/*
 * A new root, with the old one still to be reached.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("pivot_root", syscall(SYS_pivot_root, ".", "."), EPERM, EPERM);
    (void)mkdir("old", 0755);
    attack_errno("pivot_root", syscall(SYS_pivot_root, "/box", "/box/old"), EPERM, EPERM);
    return outcome();
}
