/* expect: RE syscall=keyctl */
/* expect threads: RE syscall=keyctl */
/* expect compiler: RE syscall=keyctl */
/*
 * The kernel's key rings belong to a user, not to a namespace: what is put there stays for the next run of that user.
 * Only the filter stands in the way.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1));
    return outcome();
}
