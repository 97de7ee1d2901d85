/* expect everything: exit 0, left=missing */
/* expect: RE syscall=mknod|mknodat */
/*
 * A device stands where the result is expected: the box's disk, its memory, its null.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("mknod of a disk", mknod("result", S_IFBLK | 0666, makedev(8, 0)), EPERM, EPERM);
    attack_errno("mknod of /dev/vda", mknod("result", S_IFBLK | 0666, makedev(254, 0)), EPERM, EPERM);
    attack_errno("mknod of /dev/mem", mknod("result", S_IFCHR | 0666, makedev(1, 1)), EPERM, EPERM);
    attack_errno("mknod of /dev/null", mknod("result", S_IFCHR | 0666, makedev(1, 3)), EPERM, EPERM);
    return outcome();
}
