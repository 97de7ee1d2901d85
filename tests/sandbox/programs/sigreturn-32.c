/* expect: signal 31 syscall=i386:getpid */
/* expect everything: signal 31 syscall=i386:getpid */
/* needs: x86_64 */
/*
 * Returns from a signal handler into 32-bit code, by a code segment written into the saved registers.
 */
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char *low;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ucontext_t *saved = context;
    saved->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)low;
    saved->uc_mcontext.gregs[REG_RSP] = (greg_t)(uintptr_t)(low + 16000);
    saved->uc_mcontext.gregs[REG_CSGSFS] = (saved->uc_mcontext.gregs[REG_CSGSFS] & ~0xffffL) | 0x23;
}

int main(void)
{
    begin();
    static const unsigned char code[] = {0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xf4};
    low = mmap(NULL, 16384, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    need("mmap", low != MAP_FAILED);
    memcpy(low, code, sizeof code);
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    need("sigaction", sigaction(SIGUSR1, &action, NULL) == 0);
    (void)raise(SIGUSR1);
    return 1;
}
