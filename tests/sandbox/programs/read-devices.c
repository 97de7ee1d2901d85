/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Devices: the memory, the disks, terminals, the kernel's log, virtual machines, whatever else a box has.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {
        "/dev/mem",
        "/dev/kmem",
        "/dev/port",
        "/dev/vda",
        "/dev/sda",
        "/dev/nvme0n1",
        "/dev/dm-0",
        "/dev/loop0",
        "/dev/kmsg",
        "/dev/tty",
        "/dev/tty0",
        "/dev/console",
        "/dev/ttyS0",
        "/dev/ptmx",
        "/dev/pts",
        "/dev/pts/0",
        "/dev/fuse",
        "/dev/kvm",
        "/dev/net/tun",
        "/dev/vsock",
        "/dev/vfio",
        "/dev/userfaultfd",
        "/dev/input",
        "/dev/dri",
        "/dev/log",
        "/dev/cpu",
        "/dev/hwrng",
        "/dev/rtc0",
        "/dev/btrfs-control",
        "/dev/mqueue",
        "/dev/mapper/control",
    };
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY | O_NONBLOCK), ENOENT, EACCES);
    return outcome();
}
