/*
 * cell_mounts.c - the root folder that a program sees: the system read-only, five devices, /box, /tmp and /program.
 *
 * Runs in judge_cell as root, in its own mount namespace, before anything of a user's is there. What is not in the
 * table below does not exist for a program: no /home, no data folder, no configuration, no /proc unless it is asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/sandbox/cell_inner.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

#define CELL_STAGE "/run/judge" /* the worker made the folder */
#define CELL_ROOT "/root"       /* below the stage: where the root of the programs is put together */
#define CELL_PATH_SIZE 512

enum root_kind { ROOT_FOLDER, ROOT_SYSTEM, ROOT_DEVICE };

/* ROOT_SYSTEM: as on the box: a link stays a link, a folder or a file is mounted read-only, what is missing is left out. */
static const struct {
    enum root_kind kind;
    const char *path;
} root_rows[] = {
    {ROOT_SYSTEM, "/usr"},
    {ROOT_SYSTEM, "/bin"},
    {ROOT_SYSTEM, "/sbin"},
    {ROOT_SYSTEM, "/lib"},
    {ROOT_SYSTEM, "/lib32"},
    {ROOT_SYSTEM, "/lib64"},
    {ROOT_SYSTEM, "/libx32"},
    {ROOT_FOLDER, "/etc"},
    {ROOT_SYSTEM, "/etc/alternatives"},
    {ROOT_SYSTEM, "/etc/ld.so.cache"},
    {ROOT_SYSTEM, "/etc/ld.so.conf"},
    {ROOT_SYSTEM, "/etc/ld.so.conf.d"},
    {ROOT_SYSTEM, "/etc/localtime"},
    {ROOT_FOLDER, "/dev"},
    {ROOT_DEVICE, "/dev/null"},
    {ROOT_DEVICE, "/dev/zero"},
    {ROOT_DEVICE, "/dev/full"},
    {ROOT_DEVICE, "/dev/random"},
    {ROOT_DEVICE, "/dev/urandom"},
    {ROOT_FOLDER, "/proc"},
    {ROOT_FOLDER, CELL_TMP_FOLDER},
    {ROOT_FOLDER, SANDBOX_RUN_FOLDER},
    {ROOT_FOLDER, SANDBOX_PROGRAM_FOLDER},
};

static int make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0)
        return -1;
    return close(fd);
}

static int make_link(const char *source, const char *target)
{
    char link[CELL_PATH_SIZE];
    ssize_t length = readlink(source, link, sizeof link - 1);
    if (length < 0)
        return -1;
    link[length] = '\0';
    return symlink(link, target);
}

/* A mount of its own, without what lies below it on the box, so that read-only holds for all of it. */
static int bind_read_only(const char *source, const char *target, unsigned long flags)
{
    if (mount(source, target, NULL, MS_BIND, NULL) != 0)
        return -1;
    return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | flags, NULL);
}

static int mount_row(struct cell_state *cell, enum root_kind kind, const char *path)
{
    char target[CELL_PATH_SIZE];
    struct stat info;
    if (str_format(target, sizeof target, CELL_STAGE CELL_ROOT "%s", path) != 0)
        return cell_fail(cell, CELL_STEP_MAKE, path);
    if (kind == ROOT_FOLDER)
        return mkdir(target, 0755) == 0 ? 0 : cell_fail(cell, CELL_STEP_MAKE, path);
    if (lstat(path, &info) != 0) {
        if (errno == ENOENT && kind == ROOT_SYSTEM)
            return 0;
        return cell_fail(cell, CELL_STEP_BIND, path);
    }
    if (S_ISLNK(info.st_mode))
        return make_link(path, target) == 0 ? 0 : cell_fail(cell, CELL_STEP_MAKE, path);
    if ((S_ISDIR(info.st_mode) ? mkdir(target, 0755) : make_file(target)) != 0)
        return cell_fail(cell, CELL_STEP_MAKE, path);
    unsigned long flags = kind == ROOT_DEVICE ? MS_NOEXEC : MS_NODEV;
    return bind_read_only(path, target, flags) == 0 ? 0 : cell_fail(cell, CELL_STEP_BIND, path);
}

/* A folder of root's in which anybody may make files: a program cannot change its mode. /tmp is sticky, as everywhere. */
int cell_mount_writable(struct cell_state *cell, const char *folder)
{
    char options[128];
    const char *mode = strcmp(folder, CELL_TMP_FOLDER) == 0 ? "1777" : "0777";
    if (str_format(options, sizeof options, "size=%lld,nr_inodes=%lld,mode=%s", (long long)cell->setup.box_bytes,
                   (long long)cell->setup.box_files, mode) != 0 ||
        mount("box", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_BOX, folder);
    return 0;
}

/* The worker writes through a descriptor on the lower mount; programs see the upper, read-only one. */
static int mount_program(struct cell_state *cell)
{
    char options[64];
    if (str_format(options, sizeof options, "size=%lld,mode=0755", (long long)cell->setup.box_bytes) != 0 ||
        mount("program", SANDBOX_PROGRAM_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_BOX, SANDBOX_PROGRAM_FOLDER);
    int fd = open(SANDBOX_PROGRAM_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || bind_read_only(SANDBOX_PROGRAM_FOLDER, SANDBOX_PROGRAM_FOLDER, MS_NODEV) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_BOX, SANDBOX_PROGRAM_FOLDER);
    return fd;
}

static int root_writable(bool writable)
{
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | (writable ? 0 : MS_RDONLY), NULL);
}

/* Returns the descriptor on /program for the worker, or -1. */
int cell_mount_all(struct cell_state *cell)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return cell_fail(cell, CELL_STEP_PRIVATE, NULL);
    if (mount("judge", CELL_STAGE, "tmpfs", MS_NOSUID, "size=1m,mode=0755") != 0 ||
        mkdir(CELL_STAGE CELL_ROOT, 0755) != 0 ||
        mount(CELL_STAGE CELL_ROOT, CELL_STAGE CELL_ROOT, NULL, MS_BIND, NULL) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_ROOT, CELL_STAGE);
    for (size_t i = 0; i < sizeof root_rows / sizeof *root_rows; i++) {
        if (mount_row(cell, root_rows[i].kind, root_rows[i].path) != 0)
            return -1;
    }
    /* After these three calls the box's root is mounted nowhere in this namespace. */
    if (chdir(CELL_STAGE) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 ||
        chdir(CELL_ROOT) != 0)
        return cell_fail(cell, CELL_STEP_PIVOT, NULL);
    /* The kernel gives no user namespace, and so no capability in one, to a process whose root is not its namespace's. */
    if (chroot(".") != 0 || chdir("/") != 0)
        return cell_fail(cell, CELL_STEP_PIVOT, "chroot");
    if (cell_mount_writable(cell, SANDBOX_RUN_FOLDER) != 0 || cell_mount_writable(cell, CELL_TMP_FOLDER) != 0)
        return -1;
    int program_fd = mount_program(cell);
    if (program_fd < 0)
        return -1;
    if (root_writable(false) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_ROOT, "read-only");
    return program_fd;
}

int cell_mount_proc(struct cell_state *cell, bool wanted)
{
    if (wanted == cell->proc_mounted)
        return 0;
    if (wanted ? mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid,hidepid=2")
               : umount2("/proc", MNT_DETACH))
        return cell_fail(cell, CELL_STEP_MOUNT_PROC, NULL);
    cell->proc_mounted = wanted;
    return 0;
}

/* Makes the folders above path, and path itself as a folder or an empty file. *made: path was not there. */
static int make_target(char *path, bool folder, bool *made)
{
    *made = false;
    for (char *p = path + 1; *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        int result = mkdir(path, 0755);
        *p = '/';
        if (result != 0 && errno != EEXIST && errno != EROFS)
            return -1;
    }
    struct stat info;
    if (lstat(path, &info) == 0)
        return 0;
    *made = true;
    return folder ? mkdir(path, 0755) : make_file(path);
}

static int mount_one_extra(struct cell_state *cell, const char *target, int fd, int i)
{
    struct stat info;
    if (target[0] != '/' || str_copy(cell->mounts[i], sizeof cell->mounts[i], target) != 0)
        return cell_fail(cell, CELL_STEP_BIND, target);
    if (fstat(fd, &info) != 0 || make_target(cell->mounts[i], S_ISDIR(info.st_mode), &cell->mount_made[i]) != 0)
        return cell_fail(cell, CELL_STEP_MAKE, target);
    if (syscall(SYS_move_mount, fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return cell_fail(cell, CELL_STEP_BIND, target);
    cell->mount_count = i + 1;
    if (mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
        return cell_fail(cell, CELL_STEP_BIND, target);
    return 0;
}

int cell_mount_extra(struct cell_state *cell, char *const *targets, const int *fds, int count)
{
    if (root_writable(true) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_ROOT, "writable");
    while (cell->mount_count > 0) {
        int i = cell->mount_count - 1;
        const char *old = cell->mounts[i];
        struct stat info;
        if (umount2(old, MNT_DETACH) != 0)
            return cell_fail(cell, CELL_STEP_BIND, old);
        if (cell->mount_made[i] && (lstat(old, &info) != 0 || (S_ISDIR(info.st_mode) ? rmdir(old) : unlink(old)) != 0))
            return cell_fail(cell, CELL_STEP_MAKE, old);
        cell->mount_count = i;
    }
    for (int i = 0; i < count; i++) {
        if (mount_one_extra(cell, targets[i], fds[i], i) != 0)
            return -1;
    }
    return root_writable(false) == 0 ? 0 : cell_fail(cell, CELL_STEP_MOUNT_ROOT, "read-only");
}

/* What the cell itself still needs: to mount, to change ids and limits, to kill. */
static const int cell_capabilities[] = {CAP_DAC_OVERRIDE, CAP_FOWNER,    CAP_KILL,         CAP_SETGID,
                                        CAP_SETUID,       CAP_SYS_ADMIN, CAP_SYS_RESOURCE, CAP_CHECKPOINT_RESTORE};

int cell_drop(struct cell_state *cell)
{
    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
            return cell_fail(cell, CELL_STEP_DROP, "bounding set");
    }
    /* Not even the cell has them; a program inherits none. */
    if (setgroups(0, NULL) != 0)
        return cell_fail(cell, CELL_STEP_DROP, "groups");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0)
        return cell_fail(cell, CELL_STEP_DROP, "capget");
    uint32_t keep[2] = {0, 0};
    for (size_t i = 0; i < sizeof cell_capabilities / sizeof *cell_capabilities; i++)
        keep[cell_capabilities[i] / 32] |= 1U << (cell_capabilities[i] % 32);
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= keep[i];
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) != 0)
        return cell_fail(cell, CELL_STEP_DROP, "capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return cell_fail(cell, CELL_STEP_DROP, "no_new_privs");
    if (sethostname("judge", 5) != 0 || setdomainname("", 0) != 0)
        return cell_fail(cell, CELL_STEP_DROP, "host name");
    /* A keyring of the cell's own, not the one of whoever started the judge. A kernel without keyrings has none. */
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM)
        return cell_fail(cell, CELL_STEP_DROP, "keyring");
    return 0;
}
