/* expect threads: limit wall */
/* expect everything: limit wall */
/* limits: wall_ms=300 */
/*
 * As spin-after-main, but the thread that is left sleeps.
 */
#include <pthread.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void *start(void *argument)
{
    for (;;)
        pause();
    return argument;
}

int main(void)
{
    begin();
    pthread_t thread;
    need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
    pthread_exit(NULL);
}
