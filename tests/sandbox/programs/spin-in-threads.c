/* expect threads: limit cpu, cpu_ms>=500, processes=9 */
/* expect everything: limit cpu, cpu_ms>=500, processes=9 */
/*
 * Eight threads share the work: each alone is far below the limit.
 */
#include <pthread.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void *start(void *argument)
{
    (void)argument;
    spin();
}

int main(void)
{
    begin();
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
    }
    for (;;)
        pause();
}
