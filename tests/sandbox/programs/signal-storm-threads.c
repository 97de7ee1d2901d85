/* expect threads: limit cpu, cpu_ms<230 */
/* limits: cpu_ms=200 wall_ms=20000 processes=300 */
/* build: -pthread */
/*
 * Hundreds of threads of which each sends itself signals: each signal stops for the tracer, which must look at the limits
 * in between.
 */
#include <pthread.h>
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void ignore(int signal_number)
{
    (void)signal_number;
}

static void *storm(void *unused)
{
    for (;;)
        (void)raise(SIGUSR1);
    return unused;
}

int main(void)
{
    begin();
    (void)signal(SIGUSR1, ignore);
    for (int i = 0; i < 280; i++) {
        pthread_t thread;
        (void)pthread_create(&thread, NULL, storm, NULL);
    }
    (void)storm(NULL);
    return 1;
}
