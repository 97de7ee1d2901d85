/* expect: RE syscall=shmget */
/* expect everything: limit memory */
/* limits: mem_mib=32 */
/* repeat: 2 */
/* needs: groups */
/*
 * SysV segments outlive the process that made them; they must count, and be gone afterwards.
 */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        int id = shmget(IPC_PRIVATE, 4 << 20, IPC_CREAT | 0600);
        need("shmget", id >= 0);
        void *memory = shmat(id, NULL, 0);
        need("shmat", (intptr_t)memory != -1);
        touch(memory, 4 << 20);
        need("shmdt", shmdt(memory) == 0);
    }
}
