/*
 * cell_clone.c - one system call: clone3 with shared memory, as vfork does it, and its own stack.
 *
 * Runs in judge_cell (root, pid 1 of its namespace). The C library has no function for clone3; where the few
 * instructions below are not written for an architecture, a child with a copy of the memory does the same some 60 us
 * slower. Must never return in the child.
 */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "judge_client/sandbox/cell_inner.h"

#include "common/banned.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define CLONE_SHARED_MEMORY 1
static long clone_onto_stack(struct clone_args *args, int (*function)(void *), void *argument)
{
    long result;
    register void *kept __asm__("r8") = argument;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r8, %%rdi\n\t"
                     "call *%%rdx\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "0"((long)SYS_clone3), "D"(args), "S"(sizeof *args), "d"(function),
                       "r"(kept), [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory", "cc");
    return result;
}
#elif defined(__aarch64__)
#define CLONE_SHARED_MEMORY 1
static long clone_onto_stack(struct clone_args *args, int (*function)(void *), void *argument)
{
    register long number __asm__("x8") = SYS_clone3;
    register long result __asm__("x0") = (long)args;
    register long size __asm__("x1") = sizeof *args;
    register int (*start)(void *) __asm__("x2") = function;
    register void *kept __asm__("x3") = argument;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, #0\n\t"
                     "mov x30, #0\n\t"
                     "mov x0, x3\n\t"
                     "blr x2\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc #0\n"
                     "1:"
                     : "+r"(result)
                     : "r"(number), "r"(size), "r"(start), "r"(kept), [exit] "i"(SYS_exit)
                     : "memory", "cc");
    return result;
}
#else
#define CLONE_SHARED_MEMORY 0
static long clone_onto_stack(struct clone_args *args, int (*function)(void *), void *argument)
{
    long result = syscall(SYS_clone3, args, sizeof *args);
    if (result == 0)
        _exit(function(argument));
    return result < 0 ? -errno : result;
}
#endif

pid_t cell_clone(uint64_t flags, int cgroup_fd, pid_t want_pid, void *stack, uint64_t stack_size,
                 int (*function)(void *), void *argument)
{
    pid_t wanted[1] = {want_pid};
    struct clone_args args = {
        .flags = flags | CLONE_CLEAR_SIGHAND,
        .exit_signal = SIGCHLD,
        .set_tid = (uint64_t)(uintptr_t)wanted,
        .set_tid_size = want_pid > 0 ? 1 : 0,
    };
    if (CLONE_SHARED_MEMORY) {
        args.flags |= CLONE_VM | CLONE_VFORK;
        args.stack = (uint64_t)(uintptr_t)stack;
        args.stack_size = stack_size;
    }
    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (__u64)cgroup_fd;
    }
    long result = clone_onto_stack(&args, function, argument);
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return (pid_t)result;
}
