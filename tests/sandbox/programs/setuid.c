/* expect: RE syscall=setuid */
/* expect compiler: RE syscall=setuid */
/* expect everything: exit 0 */
/*
 * Becomes root, or the user of another cell.
 */
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    uid_t self = getuid();
    static const uid_t others[] = {0, 1, 33, 1000, 65534};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        uid_t id = others[i];
        attack_errno("setuid", syscall(SYS_setuid, id), EPERM, EPERM);
        attack_errno("seteuid", seteuid(id), EPERM, EPERM);
        attack_errno("setreuid", setreuid(id, id), EPERM, EPERM);
        attack_errno("setresuid", setresuid(id, id, id), EPERM, EPERM);
        attack_errno("setgid", setgid(id), EPERM, EPERM);
        attack_errno("setresgid", setresgid(id, id, id), EPERM, EPERM);
        (void)setfsuid(id);
        (void)setfsgid(id);
        if ((uid_t)setfsuid(self) != self)
            worked("setfsuid");
    }
    attack_errno("the next cell", syscall(SYS_setuid, self + 1), EPERM, EPERM);
    attack_errno("the cell before", syscall(SYS_setuid, self - 1), EPERM, EPERM);
    gid_t root = 0;
    attack_errno("setgroups", setgroups(1, &root), EPERM, EPERM);
    return outcome();
}
