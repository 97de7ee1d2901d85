/* expect: exit 0 */
/* expect everything: exit 0 */
/* build: -pthread -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 */
/*
 * Not an attack: what deals with time and with offsets, by 64 bits each, which on 32-bit architectures are calls of their own.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void nothing(int number)
{
    (void)number;
}

static void wait_in_many_ways(void)
{
    struct timespec now, little = {.tv_nsec = 1000};
    struct timeval small = {.tv_usec = 1};
    struct itimerval soon = {.it_value = {.tv_usec = 1000}};
    timer_t timer;
    sigset_t none;
    (void)sigemptyset(&none);
    need("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &now) == 0 && clock_getres(CLOCK_REALTIME, &now) == 0);
    need("time", time(NULL) > 0 && gettimeofday(&small, NULL) == 0);
    small.tv_sec = 0;
    need("nanosleep", nanosleep(&little, NULL) == 0);
    need("clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL) == 0);
    need("ppoll", ppoll(NULL, 0, &little, NULL) == 0 && poll(NULL, 0, 1) == 0);
    small.tv_usec = 1;
    need("select", select(0, NULL, NULL, NULL, &small) == 0);
    need("pselect", pselect(0, NULL, NULL, NULL, &little, NULL) == 0);
    need("sigtimedwait", sigtimedwait(&none, NULL, &little) == -1);
    need("setitimer", signal(SIGALRM, nothing) != SIG_ERR && setitimer(ITIMER_REAL, &soon, NULL) == 0 && pause() == -1);
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec spec = {.it_value = little};
    need("timer", timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &spec, NULL) == 0 &&
                      timer_gettime(timer, &spec) == 0 && timer_delete(timer) == 0);
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t change = PTHREAD_COND_INITIALIZER;
    (void)pthread_mutex_lock(&lock);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    need("pthread_cond_timedwait", pthread_cond_timedwait(&change, &lock, &now) == ETIMEDOUT);
    (void)pthread_mutex_unlock(&lock);
}

static void use_offsets(void)
{
    struct stat info;
    struct rlimit limit;
    char byte = 1;
    int fd = open("offsets", O_RDWR | O_CREAT | O_EXCL, 0600);
    need("open", fd >= 0);
    need("pwrite", pwrite(fd, &byte, 1, 1000) == 1 && pread(fd, &byte, 1, 1000) == 1);
    need("lseek", lseek(fd, 5, SEEK_SET) == 5 && ftruncate(fd, 100) == 0);
    need("stat",
         fstat(fd, &info) == 0 && info.st_size == 100 && stat("offsets", &info) == 0 && lstat("offsets", &info) == 0);
    need("posix_fadvise", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
    need("fcntl", fcntl(fd, F_GETFL) >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
    need("getrlimit", getrlimit(RLIMIT_STACK, &limit) == 0 && setrlimit(RLIMIT_STACK, &limit) == 0);
    need("unlink", unlink("offsets") == 0);
}

int main(void)
{
    begin();
    wait_in_many_ways();
    use_offsets();
    return outcome();
}
