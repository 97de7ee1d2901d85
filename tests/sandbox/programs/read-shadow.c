/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Files of the box that only some may read.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const names[] = {
        "/etc/shadow",          "/etc/gshadow",   "/etc/shadow-", "/etc/sudoers",        "/etc/ssh",
        "/etc/ssh/sshd_config", "/root",          "/root/.ssh",   "/root/.bash_history", "/etc/mysql",
        "/etc/redis",           "/etc/hostname",  "/etc/hosts",   "/etc/resolv.conf",    "/etc/fstab",
        "/etc/machine-id",      "/var/lib/mysql", "/var/log",     "/var/spool/cron",     "/etc/cron.d",
    };
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack_errno(names[i], open(names[i], O_RDONLY), ENOENT, EACCES);
    return outcome();
}
