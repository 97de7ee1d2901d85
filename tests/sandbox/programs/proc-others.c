/* expect everything: exit 0 */
/* proc: yes */
/*
 * /proc shows the program's own processes, nothing of the first process of the cell, and nothing of the system.
 */
#include <dirent.h>
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {
        "/proc/1",        "/proc/1/environ",  "/proc/1/cmdline",  "/proc/1/root",        "/proc/1/root/etc/shadow",
        "/proc/1/fd",     "/proc/1/mem",      "/proc/1/maps",     "/proc/1/ns/mnt",      "/proc/1/cwd",
        "/proc/1/exe",    "/proc/1/status",   "/proc/sys",        "/proc/sysvipc",       "/proc/kcore",
        "/proc/kallsyms", "/proc/keys",       "/proc/timer_list", "/proc/sysrq-trigger", "/proc/cmdline",
        "/proc/version",  "/proc/modules",    "/proc/fs",         "/proc/irq",           "/proc/config.gz",
        "/proc/kmsg",     "/proc/partitions", "/proc/interrupts", "/proc/slabinfo",      "/proc/bus",
    };
    begin();
    need("/proc/self", open("/proc/self/status", O_RDONLY) >= 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY), ENOENT, EACCES);
    DIR *folder = opendir("/proc");
    need("opendir", folder != NULL);
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 0 && pid != getpid())
            worked(entry->d_name);
        count += pid > 0;
    }
    need("one process", count == 1);
    return outcome();
}
