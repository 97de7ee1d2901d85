/* expect: RE syscall=add_key */
/* expect threads: RE syscall=add_key */
/* expect compiler: RE syscall=add_key */
/*
 * As keyctl: a key in the ring of its user, to be found by the next run.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("add_key", syscall(SYS_add_key, "user", "mark", "x", 1, KEY_SPEC_USER_KEYRING));
    return outcome();
}
