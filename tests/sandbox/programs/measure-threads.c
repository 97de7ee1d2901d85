/* expect threads: exit 0 */
/* args: 4 20 */
/*
 * Not an attack: so many threads work for so many ms each, by their own clocks; it prints the sum in us. Nobody joins
 * them.
 */
#include <pthread.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static long long goal_us, total_us;
static int left;

static long long clock_us(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *start(void *argument)
{
    while (clock_us(CLOCK_THREAD_CPUTIME_ID) < goal_us) {
        for (volatile int i = 0; i < 20000; i++)
            ;
    }
    __atomic_add_fetch(&total_us, clock_us(CLOCK_THREAD_CPUTIME_ID), __ATOMIC_SEQ_CST);
    __atomic_sub_fetch(&left, 1, __ATOMIC_SEQ_CST);
    return argument;
}

int main(int argc, char **argv)
{
    begin();
    need("two arguments", argc == 3);
    left = (int)strtol(argv[1], NULL, 10);
    goal_us = strtoll(argv[2], NULL, 10) * 1000;
    for (int i = left; i > 0; i--) {
        pthread_t thread;
        need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
        (void)pthread_detach(thread);
    }
    while (__atomic_load_n(&left, __ATOMIC_SEQ_CST) > 0) {
        struct timespec pause_time = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause_time, NULL);
    }
    dprintf(1, "%lld\n", total_us + clock_us(CLOCK_THREAD_CPUTIME_ID));
    return 0;
}
