/*
 * syscalls.h - an architecture as data: its name, its numbers, its ELF machine.
 *
 * The rows come from syscall_tables/<arch>.def, the list of architectures from syscall_tables/arch.def. Constant
 * data: any process may ask.
 */
#ifndef JUDGE_SYSCALLS_H
#define JUDGE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

/* One more than the largest number that a table or a policy may hold. */
#define SYSCALL_NUMBERS 1024

struct syscall_row {
    uint16_t nr;
    const char *name;
};

struct syscall_arch {
    const char *name;     /* "x86_64" */
    uint32_t audit;       /* AUDIT_ARCH_*, as seccomp(2) and PTRACE_GET_SYSCALL_INFO give it */
    uint16_t elf_machine; /* EM_*, e_machine of its programs */
    uint8_t elf_class;    /* ELFCLASS32 or ELFCLASS64 */
    const struct syscall_row *rows;
    size_t row_count;
};

/* Every architecture that has a table, ended by a row whose name is NULL. */
extern const struct syscall_arch syscall_arches[];

/* The architecture that this program was compiled for; NULL where it has no table. */
const struct syscall_arch *syscall_arch_native(void);

/* The architecture of a name, or of an AUDIT_ARCH_* number; NULL where there is none. */
const struct syscall_arch *syscall_arch_by_name(const char *name);
const struct syscall_arch *syscall_arch_by_audit(uint32_t audit);

/* The name of number nr, or NULL; the number of name, or -1. */
const char *syscall_name(const struct syscall_arch *arch, int nr);
int syscall_number(const struct syscall_arch *arch, const char *name);

#endif
