/* expect: RE syscall=request_key */
/* expect compiler: RE syscall=request_key */
/*
 * request_key() has the kernel start a helper program as root, outside.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("request_key", syscall(SYS_request_key, "user", "mark", "x", KEY_SPEC_PROCESS_KEYRING));
    return outcome();
}
