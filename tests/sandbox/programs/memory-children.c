/* expect everything: limit memory, processes>=3 */
/* expect: RE syscall=clone */
/* limits: cpu_ms=2000 */
/* needs: groups */
/*
 * Ten children of 16 MiB each: together they are above the limit, none alone.
 */
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0) {
            char *memory = malloc(16 << 20);
            need("malloc", memory != NULL);
            touch(memory, 16 << 20);
            for (;;)
                pause();
        }
    }
    for (;;)
        pause();
}
