/*
 * doctor_kernel.c - what the kernel offers, and what this process may do with it: versions, capabilities, namespaces,
 * filters, tracing, mounts.
 *
 * Runs in `judgectl doctor`. What a probe changes (namespaces, mounts, filters, ids) is its own process's, which ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/doctor_parts.h"

#include "common/banned.h"

enum { KERNEL_MAJOR = 5, KERNEL_MINOR = 10, PROBE_UID = 65534 };

#define STAGE "/run" /* a folder that every system has; what is mounted there is the probe's own */

static bool kernel_is_new(const char *release)
{
    int64_t major;
    int64_t minor;
    const char *at = release;
    if (doctor_number(&at, &major) != 0 || *at++ != '.' || doctor_number(&at, &minor) != 0)
        return false;
    return major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR);
}

DOCTOR_CHECK(kernel)
{
    char release[128];
    if (doctor_read(doctor, "/proc/sys/kernel/osrelease", release, sizeof release) <= 0) {
        doctor_lacks(doctor, "kernel: /proc/sys/kernel/osrelease cannot be read");
        doctor_type(doctor, "mount -t proc proc /proc");
        return;
    }
    release[strcspn(release, "\n")] = '\0';
    if (kernel_is_new(release)) {
        doctor_ok(doctor, "kernel %s (%d.%d or newer is needed)", release, KERNEL_MAJOR, KERNEL_MINOR);
        return;
    }
    doctor_lacks(doctor, "kernel %s: %d.%d or newer is needed", release, KERNEL_MAJOR, KERNEL_MINOR);
    doctor_type(
        doctor,
        "apt-get install linux-image-$(dpkg --print-architecture) && reboot (a system from 2021 or later has one)");
}

DOCTOR_CHECK(root_user)
{
    if (geteuid() == 0 || doctor->root[0] != '\0') {
        doctor_ok(doctor, "running as root");
        return;
    }
    doctor_lacks(doctor, "not running as root: what needs it was left out");
    doctor_type(doctor, "sudo judgectl doctor");
}

/* ---- capabilities */

static bool has_capability(const struct doctor *doctor, int capability)
{
    uint64_t bit = UINT64_C(1) << capability;
    return (doctor->effective & bit) != 0 && (doctor->bounding & bit) != 0;
}

/* An ordinary user has none, and was told to become root. */
static bool skip_capability(const struct doctor *doctor)
{
    return doctor->root[0] == '\0' && geteuid() != 0;
}

DOCTOR_CHECK(capability)
{
    if (skip_capability(doctor))
        return;
    if (has_capability(doctor, doctor->row->number)) {
        doctor_ok(doctor, "capability %s", doctor->row->word);
        return;
    }
    doctor_lacks(doctor, "capability %s is missing: %s", doctor->row->word, doctor->row->lost);
    doctor_type_privilege(doctor, doctor->row->word);
}

static void limit_text(rlim_t value, rlim_t unit, const char *unit_name, char *text, size_t size)
{
    if (value == RLIM_INFINITY)
        (void)str_copy(text, size, "unlimited"); /* it fits */
    else
        (void)str_format(text, size, "%llu%s", (unsigned long long)(value / unit), unit_name); /* it fits */
}

DOCTOR_CHECK(resource_capability)
{
    struct rlimit files = {0};
    struct rlimit locked = {0};
    char files_text[32];
    char locked_text[32];
    if (skip_capability(doctor))
        return;
    if (has_capability(doctor, doctor->row->number)) {
        doctor_ok(doctor, "capability %s", doctor->row->word);
        return;
    }
    (void)getrlimit(RLIMIT_NOFILE, &files); /* these limits exist */
    (void)getrlimit(RLIMIT_MEMLOCK, &locked);
    limit_text(files.rlim_max, 1, "", files_text, sizeof files_text);
    limit_text(locked.rlim_max, 1024, " KiB", locked_text, sizeof locked_text);
    doctor_lacks(doctor, "capability %s is missing: open files cannot be raised above %s, nor locked memory above %s",
                 doctor->row->word, files_text, locked_text);
    if (doctor->container)
        doctor_type(doctor, "docker run --cap-add SYS_RESOURCE --ulimit nofile=65536 ...");
    else
        doctor_type(doctor,
                    "LimitNOFILE=65536 in the unit, or ulimit -Hn 65536 before it (nothing, where that suffices)");
}

/* ---- namespaces */

static int probe_namespace(const struct doctor *doctor, struct err *e)
{
    return unshare(doctor->row->number) == 0 ? 0 : err_sys(e, errno, "unshare");
}

DOCTOR_CHECK(namespace)
{
    char path[PATH_MAX];
    char name[128];
    char most[32];
    struct err e = {""};
    (void)str_format(name, sizeof name, "/proc/self/ns/%s", doctor->row->word); /* it fits */
    doctor_path(doctor, name, path);
    if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        doctor_lacks(doctor, "%s namespace: this kernel was built without it", doctor->row->word);
        doctor_type(
            doctor,
            "boot the distribution's own kernel: apt-get install linux-image-$(dpkg --print-architecture) && reboot");
        return;
    }
    (void)str_format(name, sizeof name, "/proc/sys/user/%s", doctor->row->lost); /* it fits */
    if (doctor_read(doctor, name, most, sizeof most) > 0 && strcmp(most, "0\n") == 0) {
        doctor_lacks(doctor, "%s namespace: user.%s is 0", doctor->row->word, doctor->row->lost);
        doctor_type(doctor, "sysctl -w user.%s=16384, and in /etc/sysctl.d/ for the next boot", doctor->row->lost);
        return;
    }
    if (!doctor->live || doctor_probe(probe_namespace, doctor, &e) == 0) {
        doctor_ok(doctor, "%s namespace", doctor->row->word);
        return;
    }
    int error = errno;
    doctor_lacks(doctor, "%s namespace: %s", doctor->row->word, e.text);
    if (error == ENOSPC)
        doctor_type(doctor, "sysctl -w user.%s=16384, and in /etc/sysctl.d/ for the next boot", doctor->row->lost);
    else
        doctor_type_privilege(doctor, "CAP_SYS_ADMIN");
}

/* ---- filters and tracing */

static int install_filter(struct err *e)
{
    /* getppid goes to the tracer, all others run: the form that a policy's filter has as well. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_sys(e, errno, "no_new_privs");
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != 0)
        return err_sys(e, errno, "install a filter");
    return 0;
}

static int probe_seccomp(const struct doctor *doctor, struct err *e)
{
    static const uint32_t actions[] = {SECCOMP_RET_TRACE, SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW};
    (void)doctor; /* nothing in it is for this probe */
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i]) != 0)
            return err_sys(e, errno, "action 0x%x", actions[i]);
    }
    return install_filter(e);
}

DOCTOR_CHECK(seccomp)
{
    struct err e = {""};
    if (doctor_probe(probe_seccomp, doctor, &e) == 0) {
        doctor_ok(doctor, "seccomp filters, with the actions that the sandbox uses");
        return;
    }
    int error = errno;
    doctor_lacks(doctor, "seccomp: %s: system calls cannot be refused", e.text);
    if (error == EPERM || error == EACCES)
        doctor_type_privilege(doctor, "CAP_SYS_ADMIN");
    else
        doctor_type(doctor, "boot a kernel with CONFIG_SECCOMP_FILTER: apt-get install linux-image-$(dpkg "
                            "--print-architecture) && reboot");
}

/* What is traced: another user's process under a filter, which makes the one call that the filter does not allow. */
static void tracee_main(const int ends[2])
{
    char byte;
    (void)close(ends[1]); /* the tracer's end */
    (void)alarm(DOCTOR_PROBE_S);
    if (setresgid(PROBE_UID, PROBE_UID, PROBE_UID) != 0 || setresuid(PROBE_UID, PROBE_UID, PROBE_UID) != 0)
        _exit(2);
    if (read(ends[0], &byte, 1) != 1 || install_filter(NULL) != 0)
        _exit(3);
    (void)syscall(SYS_getppid);
    _exit(4);
}

static int trace(pid_t pid, int ready_fd, struct err *e)
{
    struct __ptrace_syscall_info info = {0};
    int status = 0;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP)) != 0)
        return err_sys(e, errno, "PTRACE_SEIZE");
    if (write(ready_fd, "g", 1) != 1 || waitpid(pid, &status, __WALL) != pid)
        return err_sys(e, errno, "wait for the traced process");
    if (!WIFSTOPPED(status) || status >> 8 != (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8)))
        return err_set(e, "the call that the filter refuses did not stop (status 0x%x)", (unsigned)status);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0)
        return err_sys(e, errno, "PTRACE_GET_SYSCALL_INFO");
    if (info.op != PTRACE_SYSCALL_INFO_SECCOMP || info.seccomp.nr != SYS_getppid)
        return err_set(e, "the call that the filter refuses is not named");
    return 0;
}

static int probe_tracing(const struct doctor *doctor, struct err *e)
{
    int ends[2];
    (void)doctor; /* nothing in it is for this probe */
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "pipe");
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(e, errno, "fork");
    if (pid == 0)
        tracee_main(ends);
    int result = trace(pid, ends[1], e);
    int error = errno;
    if (kill(pid, SIGKILL) == 0) /* without CAP_KILL it ends with this process */
        (void)waitpid(pid, NULL, __WALL);
    errno = error;
    return result;
}

DOCTOR_CHECK(tracing)
{
    struct err e = {""};
    if (doctor_probe(probe_tracing, doctor, &e) == 0) {
        doctor_ok(doctor, "ptrace: a refused system call stops and is named");
        return;
    }
    int error = errno;
    doctor_lacks(doctor, "ptrace: %s: nothing can be judged", e.text);
    if (error == EPERM || error == EACCES || error == ENOSYS)
        doctor_type_privilege(doctor, "CAP_SYS_PTRACE");
    else
        doctor_type(doctor, "judgectl doctor, outside of any debugger, emulator or foreign kernel (gVisor, WSL 1)");
}

DOCTOR_CHECK(yama)
{
    char scope[16];
    if (doctor_read(doctor, "/proc/sys/kernel/yama/ptrace_scope", scope, sizeof scope) <= 0) {
        doctor_ok(doctor, "yama does not restrict ptrace: it is not there");
    } else if (scope[0] == '3') {
        doctor_lacks(doctor, "yama forbids ptrace to everybody (kernel.yama.ptrace_scope is 3): nothing can be judged");
        doctor_type(doctor, "set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d/ and reboot (3 cannot be taken back)");
    } else {
        doctor_ok(doctor, "yama leaves ptrace to root (kernel.yama.ptrace_scope is %.1s)", scope);
    }
}

/* ---- system calls */

static int probe_clone3(struct clone_args *args, struct err *e)
{
    long pid = syscall(SYS_clone3, args, sizeof *args);
    if (pid == 0)
        _exit(0);
    if (pid < 0)
        return err_sys(e, errno, "clone3");
    (void)waitpid((pid_t)pid, NULL, 0); /* it is this process's child */
    return 0;
}

/* As the cell starts a program: from the init of a new pid namespace, with a number of its choice. */
static int probe_set_tid(struct err *e)
{
    pid_t number = 2;
    struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&number, .set_tid_size = 1};
    if (unshare(CLONE_NEWPID) != 0)
        return err_sys(e, errno, "a pid namespace");
    pid_t init = fork();
    if (init < 0)
        return err_sys(e, errno, "fork");
    if (init == 0)
        _exit(probe_clone3(&args, NULL) == 0 ? 0 : errno);
    int status = 0;
    if (waitpid(init, &status, 0) != init || !WIFEXITED(status))
        return err_set(e, "the process that tried it was killed");
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : err_sys(e, errno, "clone3");
}

static int probe_open_tree(struct err *e)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return err_sys(e, errno, "a mount namespace");
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/usr", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "open_tree");
    if (syscall(SYS_move_mount, fd, "", AT_FDCWD, STAGE, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return err_sys(e, errno, "move_mount");
    return 0;
}

static int probe_system_call(const struct doctor *doctor, struct err *e)
{
    struct clone_args args = {.exit_signal = SIGCHLD, .flags = CLONE_CLEAR_SIGHAND};
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    switch (doctor->row->number) {
    case SYS_clone3:
        return probe_clone3(&args, e);
    case SYS_clone:
        return probe_set_tid(e);
    case SYS_open_tree:
        return probe_open_tree(e);
    case SYS_close_range:
        return close_range(~0U - 1, ~0U, 0) == 0 ? 0 : err_sys(e, errno, "close_range");
    default:
        return syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how) >= 0 ? 0 : err_sys(e, errno, "openat2");
    }
}

DOCTOR_CHECK(system_call)
{
    struct err e = {""};
    if (doctor_probe(probe_system_call, doctor, &e) == 0) {
        doctor_ok(doctor, "system call %s", doctor->row->word);
        return;
    }
    int error = errno;
    doctor_lacks(doctor, "system call %s: %s: %s", doctor->row->word, e.text, doctor->row->lost);
    if (error == ENOSYS && !doctor->container)
        doctor_type(doctor, "apt-get install linux-image-$(dpkg --print-architecture) && reboot (the kernel is too old "
                            "or was built without it)");
    else if (error == ENOSYS)
        doctor_type(doctor, "docker run --privileged ... (an old Docker's own filter refuses new calls)");
    else
        doctor_type_privilege(doctor, "CAP_SYS_ADMIN");
}

/* ---- mounts */

static int bind_usr(struct err *e)
{
    if (mkdir(STAGE "/usr", 0755) != 0 || mount("/usr", STAGE "/usr", NULL, MS_BIND, NULL) != 0)
        return err_sys(e, errno, "bind /usr");
    if (mount(NULL, STAGE "/usr", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
        return err_sys(e, errno, "make a bind mount read-only");
    return 0;
}

/* The steps by which a cell gets its root folder. */
static int probe_mounts(const struct doctor *doctor, struct err *e)
{
    (void)doctor; /* nothing in it is for this probe */
    if (unshare(CLONE_NEWNS) != 0)
        return err_sys(e, errno, "unshare");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return err_sys(e, errno, "make the mounts private");
    if (mount("judge", STAGE, "tmpfs", MS_NOSUID, "size=1m,mode=0755") != 0)
        return err_sys(e, errno, "mount a tmpfs");
    if (bind_usr(e) != 0)
        return -1;
    if (chdir(STAGE) != 0 || syscall(SYS_pivot_root, ".", ".") != 0)
        return err_sys(e, errno, "pivot_root");
    if (umount2(".", MNT_DETACH) != 0)
        return err_sys(e, errno, "unmount the old root");
    return access("/usr/bin", F_OK) == 0 ? 0 : err_sys(e, errno, "/usr of the new root");
}

DOCTOR_CHECK(mounts)
{
    struct err e = {""};
    if (doctor_probe(probe_mounts, doctor, &e) == 0) {
        doctor_ok(doctor, "mounts: tmpfs, read-only binds, pivot_root");
        return;
    }
    int error = errno;
    doctor_lacks(doctor, "mounts: %s: programs cannot be given a root folder of their own", e.text);
    if (error == EINVAL && !doctor->container)
        doctor_type(doctor,
                    "boot with a root file system on a disk or a mounted tmpfs: a bare initramfs cannot be left");
    else
        doctor_type_privilege(doctor, "CAP_SYS_ADMIN");
}

static int probe_proc(const struct doctor *doctor, struct err *e)
{
    (void)doctor; /* nothing in it is for this probe */
    if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return err_sys(e, errno, "namespaces");
    pid_t init = fork();
    if (init < 0)
        return err_sys(e, errno, "fork");
    if (init == 0) {
        unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
        _exit(mount("proc", "/proc", "proc", flags, "subset=pid,hidepid=2") == 0 ? 0 : errno);
    }
    int status = 0;
    if (waitpid(init, &status, 0) != init || !WIFEXITED(status))
        return err_set(e, "the process that tried it was killed");
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : err_sys(e, errno, "mount");
}

DOCTOR_CHECK(proc)
{
    struct err e = {""};
    if (doctor_probe(probe_proc, doctor, &e) == 0) {
        doctor_ok(doctor, "/proc of a program's own processes only (subset=pid)");
        return;
    }
    doctor_lacks(doctor, "/proc with subset=pid: %s: languages that need /proc (Java) cannot be offered", e.text);
    doctor_type_privilege(doctor, "CAP_SYS_ADMIN");
}

DOCTOR_CHECK(core_pattern)
{
    char pattern[256];
    if (doctor_read(doctor, "/proc/sys/kernel/core_pattern", pattern, sizeof pattern) <= 0 || pattern[0] != '|') {
        doctor_ok(doctor, "core dumps: judged programs leave none");
        return;
    }
    pattern[strcspn(pattern, " \n")] = '\0';
    doctor_ok(doctor, "core dumps go to %.100s, which is not started for judged programs", pattern + 1);
}
