/* expect: RE syscall=userfaultfd */
/* expect threads: RE syscall=userfaultfd */
/* expect everything: exit 0 */
/*
 * Halts the kernel in the middle of reading the program's memory. With every call allowed a program may have it for its
 * own faults only, and what waits for it dies with it: a child that faults and is never answered.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void *fault(void *memory)
{
    touch(memory, 4096);
    return NULL;
}

int main(void)
{
    begin();
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */);
    if (fd < 0)
        return 0;
    struct uffdio_api api = {.api = UFFD_API};
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need("api", ioctl(fd, UFFDIO_API, &api) == 0 && memory != MAP_FAILED);
    struct uffdio_register area = {.range = {(uintptr_t)memory, 4096}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    need("register", ioctl(fd, UFFDIO_REGISTER, &area) == 0);
    pthread_t thread;
    need("pthread_create", pthread_create(&thread, NULL, fault, memory) == 0);
    struct uffd_msg message;
    need("a fault", read(fd, &message, sizeof message) == sizeof message);
    return 0;
}
