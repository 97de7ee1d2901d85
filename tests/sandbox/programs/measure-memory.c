/* expect: exit 0 */
/* expect everything: exit 0 */
/* args: 8 0 */
/*
 * Not an attack: touches so many MiB, itself or in so many children at once, each its part, that wait for each other.
 */
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void take(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need("mmap", memory != MAP_FAILED);
    touch(memory, size);
}

int main(int argc, char **argv)
{
    begin();
    need("two arguments", argc == 3);
    size_t size = (size_t)strtoul(argv[1], NULL, 10) << 20, children = (size_t)strtoul(argv[2], NULL, 10);
    if (children == 0) {
        take(size);
        return 0;
    }
    int fds[2];
    char byte = 0;
    need("pipe", pipe(fds) == 0);
    for (size_t i = 0; i < children; i++) {
        pid_t child = fork();
        need("fork", child >= 0);
        if (child == 0) {
            take(size / children);
            need("write", write(fds[1], &byte, 1) == 1);
            for (;;)
                pause();
        }
    }
    for (size_t i = 0; i < children; i++)
        need("read", read(fds[0], &byte, 1) == 1);
    return 0;
}
