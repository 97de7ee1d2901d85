/* expect: RE syscall=mount */
/* expect compiler: RE syscall=mount */
/* expect everything: exit 0 */
/*
 * Mounts what there is, makes read-only mounts writable, takes mounts away; by the old calls and the new.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)mkdir("at", 0755);
    attack_errno("tmpfs", mount("none", "at", "tmpfs", 0, NULL), EPERM, EPERM);
    attack_errno("proc", mount("none", "at", "proc", 0, NULL), EPERM, EPERM);
    attack_errno("sysfs", mount("none", "at", "sysfs", 0, NULL), EPERM, EPERM);
    attack_errno("cgroup2", mount("none", "at", "cgroup2", 0, NULL), EPERM, EPERM);
    attack_errno("devpts", mount("none", "at", "devpts", 0, NULL), EPERM, EPERM);
    attack("disk", mount("/dev/vda", "at", "ext4", MS_RDONLY, NULL));
    attack_errno("bind", mount("/", "at", NULL, MS_BIND | MS_REC, NULL), EPERM, EPERM);
    attack_errno("writable", mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL), EPERM, EPERM);
    attack_errno("larger", mount(NULL, "/box", NULL, MS_REMOUNT, "size=100%"), EPERM, EPERM);
    attack_errno("shared", mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL), EPERM, EPERM);
    attack_errno("move", mount("/box", "/tmp", NULL, MS_MOVE, NULL), EPERM, EPERM);
    attack_errno("umount /box", umount2("/box", MNT_DETACH), EPERM, EPERM);
    attack_errno("umount /usr", umount2("/usr", MNT_DETACH), EPERM, EPERM);
    attack_errno("umount /", umount2("/", MNT_DETACH), EPERM, EPERM);
    attack_errno("fsopen", syscall(SYS_fsopen, "tmpfs", 0), EPERM, EPERM);
    attack("fspick", syscall(SYS_fspick, AT_FDCWD, "/box", 0));
    attack_errno("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */), EPERM, EPERM);
    attack("move_mount", syscall(SYS_move_mount, AT_FDCWD, "/box", AT_FDCWD, "/tmp", 0));
    unsigned long attributes[4] = {0, 1 /* MOUNT_ATTR_RDONLY */, 0, 0};
    attack("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/usr", 0, attributes, sizeof attributes));
    return outcome();
}
