/* expect: RE syscall=socket */
/* expect threads: exit 0 */
/* expect compiler: exit 0 */
/*
 * vsock leads from a virtual machine to its host, and before Linux 7.0 no network namespace holds it: the filter alone
 * stands in the way. So there is no run of this with every call allowed.
 */
#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("socket", socket(AF_VSOCK, SOCK_STREAM, 0), EPERM, EPERM);
    return outcome();
}
