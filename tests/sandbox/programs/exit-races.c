/* expect threads: exit 7 */
/* expect everything: exit 7 */
/* repeat: 20 */
/*
 * All threads of the process end it at the same time.
 */
#include <pthread.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static pthread_barrier_t together;

static void *start(void *argument)
{
    (void)argument;
    (void)pthread_barrier_wait(&together);
    _exit(7);
}

int main(void)
{
    begin();
    (void)pthread_barrier_init(&together, NULL, 9);
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
    }
    (void)start(NULL);
}
