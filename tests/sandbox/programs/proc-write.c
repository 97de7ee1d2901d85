/* expect everything: exit 0 */
/* proc: yes */
/*
 * Writes to all of /proc that changes something beyond the process itself.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void try_write(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY);
    if (fd < 0)
        return;
    attack(name, write(fd, text, strlen(text)));
    (void)close(fd);
}

int main(void)
{
    begin();
    try_write("/proc/self/oom_score_adj", "-1000");
    try_write("/proc/self/oom_adj", "-17");
    try_write("/proc/self/uid_map", "0 0 1");
    try_write("/proc/self/gid_map", "0 0 1");
    try_write("/proc/self/setgroups", "allow");
    try_write("/proc/self/loginuid", "0");
    try_write("/proc/self/attr/current", "unconfined");
    try_write("/proc/self/coredump_filter", "0xff");
    try_write("/proc/self/clear_refs", "5");
    try_write("/proc/self/timerslack_ns", "1");
    try_write("/proc/self/autogroup", "-20");
    try_write("/proc/sys/kernel/core_pattern", "|/box/x");
    try_write("/proc/sys/kernel/hostname", "x");
    try_write("/proc/sys/kernel/ns_last_pid", "1");
    try_write("/proc/sys/vm/overcommit_memory", "1");
    try_write("/proc/sysrq-trigger", "h");
    try_write("/proc/1/oom_score_adj", "1000");
    return outcome();
}
