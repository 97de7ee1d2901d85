/* expect: RE syscall=io_uring_setup */
/* expect threads: RE syscall=io_uring_setup */
/* expect compiler: RE syscall=io_uring_setup */
/* expect everything: exit 0 */
/*
 * Calls that pass by no filter: the kernel makes them on the program's behalf. Where they are allowed, the other walls
 * still stand: the file is not there.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static void *map(int fd, size_t size, off_t what)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, what);
    need("map the ring", memory != MAP_FAILED);
    return memory;
}

int main(void)
{
    begin();
    struct io_uring_params params = {0};
    int fd = (int)syscall(SYS_io_uring_setup, 4, &params);
    if (fd < 0)
        return 0;
    char *submit = map(fd, params.sq_off.array + params.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    char *complete = map(fd, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
    struct io_uring_sqe *entries = map(fd, params.sq_entries * sizeof *entries, IORING_OFF_SQES);
    entries[0].opcode = IORING_OP_OPENAT;
    entries[0].fd = AT_FDCWD;
    entries[0].addr = (__u64)(uintptr_t) "/etc/shadow";
    entries[0].open_flags = O_RDONLY;
    ((unsigned *)(void *)(submit + params.sq_off.array))[0] = 0;
    __atomic_store_n((unsigned *)(void *)(submit + params.sq_off.tail), 1, __ATOMIC_RELEASE);
    need("enter", syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
    struct io_uring_cqe *answer = (void *)(complete + params.cq_off.cqes);
    attack("open /etc/shadow", answer->res < 0 ? -1 : answer->res);
    return outcome();
}
