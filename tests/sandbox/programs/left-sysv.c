/* expect: RE syscall=shmget */
/* expect everything: exit 0 */
/* repeat: 3 */
/*
 * SysV objects that outlive their process, left for the next run, which looks for them.
 */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("memory", shmget(0x4711, 4096, 0));
    attack("semaphores", semget(0x4711, 1, 0));
    attack("messages", msgget(0x4711, 0));
    need("memory", shmget(0x4711, 4096, IPC_CREAT | 0666) >= 0);
    need("semaphores", semget(0x4711, 1, IPC_CREAT | 0666) >= 0);
    int queue = msgget(0x4711, IPC_CREAT | 0666);
    need("messages", queue >= 0);
    struct {
        long type;
        char text[4];
    } message = {1, "hi"};
    need("msgsnd", msgsnd(queue, &message, 4, 0) == 0);
    return outcome();
}
