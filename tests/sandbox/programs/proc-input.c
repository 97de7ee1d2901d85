/* expect everything: exit 0 */
/* expect: exit 0 */
/* proc: yes */
/* stdin: file */
/*
 * Rewrites its input by way of /proc/self/fd, for whoever reads the file next.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack("write to standard input", write(0, "x", 1));
    attack("open for writing", open("/proc/self/fd/0", O_WRONLY));
    attack("open and truncate", open("/proc/self/fd/0", O_RDWR | O_TRUNC));
    attack("open /dev/fd", open("/dev/fd/0", O_WRONLY));
    attack("open /dev/stdin", open("/dev/stdin", O_WRONLY));
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0);
    attack("map for writing", memory == MAP_FAILED ? -1 : 0);
    memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, 0, 0);
    need("map for reading", memory != MAP_FAILED);
    attack("make the map writable", mprotect(memory, 4096, PROT_READ | PROT_WRITE));
    attack("truncate", ftruncate(0, 0));
    attack("truncate by name", truncate("/proc/self/fd/0", 0));
    attack("remove", unlink("/proc/self/fd/0"));
    attack("punch a hole", fallocate(0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    return outcome();
}
