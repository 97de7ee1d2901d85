/* expect everything: exit 0 */
/* expect compiler: exit 0 */
/* args: 4 20 */
/*
 * Not an attack: so many children work for so many ms each, by their own clocks, and tell them through a pipe; it prints
 * the sum in us and ends. Nobody waits for any of them, and every second one is a grandchild.
 */
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static long long used_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tell(int fd)
{
    long long value = used_us();
    need("write", write(fd, &value, sizeof value) == sizeof value);
    _exit(0);
}

static void work(int fd, long long goal_us)
{
    while (used_us() < goal_us) {
        for (volatile int i = 0; i < 20000; i++)
            ;
    }
    tell(fd);
}

int main(int argc, char **argv)
{
    begin();
    need("two arguments", argc == 3);
    int count = (int)strtol(argv[1], NULL, 10), fds[2], told = count;
    long long goal_us = strtoll(argv[2], NULL, 10) * 1000, total_us = 0, value;
    need("pipe", pipe(fds) == 0);
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0) {
            if (i % 2 == 1 && fork() != 0)
                tell(fds[1]);
            work(fds[1], goal_us);
        }
        told += i % 2;
    }
    for (int i = 0; i < told; i++) {
        need("read", read(fds[0], &value, sizeof value) == sizeof value);
        total_us += value;
    }
    dprintf(1, "%lld\n", total_us + used_us());
    return 0;
}
