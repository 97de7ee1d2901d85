/* expect: RE syscall=mq_open */
/* expect everything: exit 0 */
/* repeat: 3 */
/*
 * POSIX objects that outlive their process: a queue, a semaphore, shared memory.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct mq_attr small = {.mq_maxmsg = 4, .mq_msgsize = 64};
    attack("queue", mq_open("/mark", O_RDWR));
    attack("semaphore", sem_open("/mark", 0) == SEM_FAILED ? -1 : 0);
    attack("memory", shm_open("/mark", O_RDWR, 0));
    need("queue", mq_open("/mark", O_RDWR | O_CREAT, 0666, &small) >= 0);
    (void)sem_open("/mark", O_CREAT, 0666, 1); /* there may be no folder for them: just as well */
    (void)shm_open("/mark", O_RDWR | O_CREAT, 0666);
    return outcome();
}
