/* expect threads: stopped */
/* expect everything: stopped */
/* limits: wall_ms=2000 */
/*
 * One thread stops the whole process while another spins.
 */
#include <pthread.h>
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void *stop(void *argument)
{
    (void)raise(SIGSTOP);
    return argument;
}

int main(void)
{
    begin();
    pthread_t thread;
    need("pthread_create", pthread_create(&thread, NULL, stop, NULL) == 0);
    spin();
}
