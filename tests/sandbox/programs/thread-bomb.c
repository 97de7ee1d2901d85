/* expect: RE syscall=clone|clone3 */
/* expect threads: limit processes, processes>=16 */
/* expect everything: limit processes, processes>=16 */
/*
 * Threads without end.
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
    pthread_attr_t small;
    (void)pthread_attr_init(&small);
    (void)pthread_attr_setstacksize(&small, 16384);
    for (;;) {
        pthread_t thread;
        (void)pthread_create(&thread, &small, start, NULL);
    }
}
