/* expect everything: limit memory */
/* expect: RE syscall=clone */
/* limits: cpu_ms=2000 */
/* needs: groups */
/*
 * A shared mapping to which each child adds its part: no process is above the limit by its own figures for long.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    const size_t part = 8 << 20;
    char *memory = mmap(NULL, part * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need("mmap", memory != MAP_FAILED);
    for (size_t i = 0; i < 64; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0) {
            touch(memory + i * part, part);
            _exit(0);
        }
        (void)waitpid(child, NULL, 0);
    }
    return 1;
}
