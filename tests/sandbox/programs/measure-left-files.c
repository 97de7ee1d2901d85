/* expect compiler: exit 0 */
/* limits: cpu_ms=2000 mem_mib=128 open_files=64 */
/* args: 12000 */
/*
 * Not an attack: one process more than one, and so many files left in /tmp; it prints the time in us that it took for that.
 * To remove them is not its work.
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    char name[32];
    begin();
    need("an argument", argc >= 2);
    int count = (int)strtol(argv[1], NULL, 10);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    need("fork", child > 0 && waitpid(child, NULL, 0) == child);
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "/tmp/file-%d", i);
        int fd = open(name, O_WRONLY | O_CREAT, 0600);
        need("open", fd >= 0 && close(fd) == 0);
    }
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    printf("%lld\n", (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    return 0;
}
