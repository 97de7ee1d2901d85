/* build: -pthread */
/*
 * work.c - work MODE N: one kind of work, as often as told, for the benchmarks. The modes that are there to check a
 * figure print what they know themselves, in microseconds of CPU time by the kernel's own clocks.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HANDS = 8 }; /* threads or children of the modes that have several */

static long clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void spin(long rounds)
{
    volatile uint64_t result;
    uint64_t x = 88172645463325252u;
    for (long i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    result = x;
    (void)result;
}

static int work_spin(long rounds)
{
    spin(rounds);
    return 0;
}

static int work_read(long count)
{
    char byte;
    for (long i = 0; i < count; i++) {
        if (read(0, &byte, 1) != 1)
            return 1;
    }
    return 0;
}

static int work_write(long mib)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (long left = mib * 1048576; left > 0;) {
        ssize_t count = write(1, block, sizeof block);
        if (count <= 0)
            return 1;
        left -= count;
    }
    return 0;
}

static int work_touch(long mib)
{
    size_t size = (size_t)mib << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
    return 0;
}

static int work_file(long bytes)
{
    char *text = calloc(1, (size_t)bytes);
    int fd = open("result.txt", O_CREAT | O_WRONLY | O_TRUNC, 0644);
    return text == NULL || fd < 0 || write(fd, text, (size_t)bytes) != bytes || close(fd) != 0;
}

static void *thread_spin(void *argument)
{
    long *value = argument;
    spin(*value);
    *value = clock_us(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

static int work_threads(long rounds)
{
    pthread_t threads[HANDS];
    long values[HANDS];
    long sum = 0;
    for (int i = 0; i < HANDS; i++) {
        values[i] = rounds;
        if (pthread_create(&threads[i], NULL, thread_spin, &values[i]) != 0)
            return 1;
    }
    for (int i = 0; i < HANDS; i++) {
        pthread_join(threads[i], NULL);
        sum += values[i];
    }
    printf("%ld\n", sum);
    return 0;
}

static int work_forks(long count)
{
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0 || waitpid(pid, NULL, 0) != pid)
            return 1;
    }
    return 0;
}

/* Children that say when they are done, and that nobody waits for. The clock is the thread's: a process's own clock lags
 * by up to a tick where RLIMIT_CPU is set. */
static int work_orphans(long rounds)
{
    int ends[2];
    long sum = 0, value;
    if (pipe(ends) != 0)
        return 1;
    for (int i = 0; i < HANDS; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return 1;
        if (pid == 0) {
            spin(rounds);
            value = clock_us(CLOCK_THREAD_CPUTIME_ID);
            _exit(write(ends[1], &value, sizeof value) != sizeof value);
        }
    }
    for (int i = 0; i < HANDS; i++) {
        if (read(ends[0], &value, sizeof value) != sizeof value)
            return 1;
        sum += value;
    }
    printf("%ld\n", sum + clock_us(CLOCK_THREAD_CPUTIME_ID));
    return 0;
}

/* What wait4 will tell of this process, as far as it can know itself. */
static int work_usage(long rounds)
{
    struct rusage usage;
    spin(rounds);
    getrusage(RUSAGE_SELF, &usage);
    printf("%ld\n", (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec +
                        usage.ru_stime.tv_usec);
    return 0;
}

static int work_sleep(long seconds)
{
    sleep((unsigned)seconds);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(long n);
    } modes[] = {
        {"spin", work_spin},   {"read", work_read},   {"write", work_write},     {"touch", work_touch},
        {"file", work_file},   {"forks", work_forks}, {"threads", work_threads}, {"orphans", work_orphans},
        {"usage", work_usage}, {"sleep", work_sleep},
    };
    for (size_t i = 0; argc == 3 && i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(argv[1], modes[i].name) == 0)
            return modes[i].run(strtol(argv[2], NULL, 10));
    }
    return 2;
}
