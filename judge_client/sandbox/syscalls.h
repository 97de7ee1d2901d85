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

/* The most rows that a table may have. Numbers are larger: MIPS's begin at 5000, some of ARM's at 0xf0000. */
#define SYSCALL_ROWS 512

struct syscall_row {
    uint32_t nr;
    const char *name;
};

struct syscall_arch {
    const char *name;     /* "x86_64" */
    uint32_t audit;       /* AUDIT_ARCH_*, as seccomp(2) and PTRACE_GET_SYSCALL_INFO give it */
    uint16_t elf_machine; /* EM_*, e_machine of its programs */
    uint8_t elf_class;    /* ELFCLASS32 or ELFCLASS64: how wide an argument is */
    uint8_t elf_data;     /* ELFDATA2LSB or ELFDATA2MSB: which half of an argument comes first */
    uint32_t foreign_bit; /* 0, or the bit of another ABI's numbers (x32) */
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

/* The place of number nr, or of name, in the architecture's rows; -1 where it has no such call. */
int syscall_index(const struct syscall_arch *arch, int64_t nr);
int syscall_index_by_name(const struct syscall_arch *arch, const char *name);

/* The name of number nr, or NULL; the number of name, or -1. */
const char *syscall_name(const struct syscall_arch *arch, int64_t nr);
int syscall_number(const struct syscall_arch *arch, const char *name);

/* The number that stands for an argument's value of this name (TCGETS, CLONE_THREAD; syscall_tables/values.def) on arch:
 * 0, or -1 where there is no such name. syscall_value_name: the names in turn, some of them twice, then NULL. */
int syscall_value(const struct syscall_arch *arch, const char *name, uint64_t *value);
const char *syscall_value_name(size_t i);

#endif
