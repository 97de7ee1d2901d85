/* expect threads: limit cpu, cpu_ms>=500, processes=2 */
/* expect everything: limit cpu, cpu_ms>=500 */
/*
 * The first thread ends, another goes on: the process is a zombie for whoever looks at the first one only.
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
    pthread_t thread;
    need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
    pthread_exit(NULL);
}
