/* expect: RE syscall=process_vm_writev */
/* expect threads: RE syscall=process_vm_writev */
/* expect everything: exit 0 */
/*
 * Reads and writes the memory of the first process of the cell, and of whoever else has a number.
 */
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char text[16] = "";
    struct iovec local = {text, sizeof text}, remote = {(void *)0x400000, sizeof text};
    for (pid_t pid = 1; pid < 5000; pid++) {
        if (pid == getpid())
            continue;
        attack("write", process_vm_writev(pid, &local, 1, &remote, 1, 0));
        attack("read", process_vm_readv(pid, &local, 1, &remote, 1, 0));
        attack("compare", syscall(SYS_kcmp, getpid(), pid, 0, 0, 0));
        attack("move pages", syscall(SYS_move_pages, pid, 0, NULL, NULL, NULL, 0));
        attack("robust list", syscall(SYS_get_robust_list, pid, &remote.iov_base, &remote.iov_len));
    }
    return outcome();
}
