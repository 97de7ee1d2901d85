/* expect everything: exit 0 */
/*
 * Capabilities, groups and no_new_privs, as the kernel tells them.
 */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    need("capget", syscall(SYS_capget, &header, data) == 0);
    for (int i = 0; i < 2; i++) {
        if (data[i].effective != 0 || data[i].permitted != 0 || data[i].inheritable != 0)
            worked("a capability");
        data[i].effective = data[i].permitted = data[i].inheritable = ~0U;
    }
    attack_errno("capset", syscall(SYS_capset, &header, data), EPERM, EPERM);
    attack("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
    gid_t groups[64];
    if (getgroups(64, groups) != 0)
        worked("a supplementary group");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        worked("new privileges");
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
        worked("no filter");
    if (getsid(0) == 0)
        worked("a session of somebody outside");
    return outcome();
}
