/* expect: exit 0 */
/* expect everything: exit 0 */
/* proc: yes */
/*
 * Whoever traces it, whoever made it: by every call that sends a signal.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void signal_in_every_way(const char *who, pid_t pid)
{
    char text[64];
    (void)snprintf(text, sizeof text, "signal %s %d", who, (int)pid);
    union sigval value = {.sival_int = 1};
    attack_errno(text, kill(pid, SIGKILL), ESRCH, EPERM);
    attack_errno(text, kill(-pid, SIGKILL), ESRCH, EPERM);
    attack_errno(text, sigqueue(pid, SIGTERM, value), ESRCH, EPERM);
    attack_errno(text, syscall(SYS_tkill, pid, SIGKILL), ESRCH, EPERM);
    attack_errno(text, syscall(SYS_tgkill, pid, pid, SIGSTOP), ESRCH, EPERM);
    /* SIGIO on its behalf, with a number of its choice; the kernel asks for the right when it sends it. */
    (void)fcntl(0, F_SETOWN, pid);
}

int main(void)
{
    begin();
    signal_in_every_way("the parent", 1);
    if (getppid() > 1)
        signal_in_every_way("the parent", getppid());
    char text[4096] = "";
    int fd = open("/proc/self/status", O_RDONLY);
    need("/proc/self/status", fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    const char *tracer = strstr(text, "TracerPid:");
    need("TracerPid", tracer != NULL);
    pid_t pid = (pid_t)strtol(tracer + strlen("TracerPid:"), NULL, 10);
    if (pid != 0) {
        worked("the tracer is to be seen");
        signal_in_every_way("the tracer", pid);
    }
    return outcome();
}
