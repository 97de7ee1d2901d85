/* expect: RE */
/* expect everything: exit 0 */
/* each: 0-33 */
/*
 * What only an administrator may: each call with arguments that would change little if it worked.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    static struct timespec now;
    static struct timeval time_of_day;
    static long zeros[32];
    const struct {
        const char *name;
        long nr, a, b, c, d;
    } calls[] = {
        {"acct", SYS_acct, 0, 0, 0, 0},
        {"swapon", SYS_swapon, (long)"/box", 0, 0, 0},
        {"swapoff", SYS_swapoff, (long)"/box", 0, 0, 0},
        {"reboot", SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, 0},
        {"init_module", SYS_init_module, (long)zeros, 0, (long)"", 0},
        {"finit_module", SYS_finit_module, 0, (long)"", 0, 0},
        {"delete_module", SYS_delete_module, (long)"none", 0, 0, 0},
        {"kexec_load", SYS_kexec_load, 0, 0, 0, 0},
#ifdef SYS_iopl
        {"iopl", SYS_iopl, 3, 0, 0, 0},
        {"ioperm", SYS_ioperm, 0x80, 1, 1, 0},
#else
        {"init_module", SYS_init_module, (long)zeros, 8, (long)"", 0},
        {"kexec_load", SYS_kexec_load, 0, 0, 0, 1},
#endif
        {"syslog", SYS_syslog, 3, (long)zeros, 8, 0},
        {"settimeofday", SYS_settimeofday, (long)&time_of_day, 0, 0, 0},
        {"clock_settime", SYS_clock_settime, CLOCK_REALTIME, (long)&now, 0, 0},
        {"quotactl", SYS_quotactl, 0x800002 << 8, (long)"/dev/vda", 0, 0},
        {"vhangup", SYS_vhangup, 0, 0, 0, 0},
        {"mknodat", SYS_mknodat, AT_FDCWD, (long)"x", 020666, 0x0103},
        {"setdomainname", SYS_setdomainname, (long)"x", 1, 0, 0},
        {"sethostname", SYS_sethostname, (long)"x", 1, 0, 0},
        {"mount_setattr", SYS_mount_setattr, AT_FDCWD, (long)"/usr", 0, (long)zeros},
        {"fsopen", SYS_fsopen, (long)"proc", 0, 0, 0},
        {"fanotify_init", SYS_fanotify_init, 4, 0, 0, 0},
        {"lookup_dcookie", SYS_lookup_dcookie, 0, (long)zeros, 256, 0},
        {"migrate_pages", SYS_migrate_pages, 1, 1, (long)zeros, (long)zeros},
        {"move_pages", SYS_move_pages, 1, 0, 0, 0},
        {"setns", SYS_setns, 0, 0, 0, 0},
        {"unshare", SYS_unshare, 0x40000000, 0, 0, 0},
        {"chroot", SYS_chroot, (long)"/", 0, 0, 0},
        {"umount2", SYS_umount2, (long)"/box", 2, 0, 0},
        {"pivot_root", SYS_pivot_root, (long)".", (long)".", 0, 0},
        {"setgroups", SYS_setgroups, 1, (long)zeros, 0, 0},
        {"setresuid", SYS_setresuid, 0, 0, 0, 0},
        {"setresgid", SYS_setresgid, 0, 0, 0, 0},
        {"kcmp", SYS_kcmp, 1, 1, 0, 0},
        {"perf_event_open", SYS_perf_event_open, (long)zeros, -1, 0, -1},
    };
    begin();
    long i = strtol(argv[argc - 1], NULL, 10);
    need("a row", i >= 0 && (size_t)i < sizeof calls / sizeof *calls);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gettimeofday(&time_of_day, NULL);
    attack(calls[i].name, syscall(calls[i].nr, calls[i].a, calls[i].b, calls[i].c, calls[i].d));
    return outcome();
}
