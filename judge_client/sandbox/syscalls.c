/*
 * syscalls.c - see syscalls.h. Owns the tables, which are syscall_tables/arch.def and the .def it names, compiled in.
 *
 * Constant data and searches in it: any process under any uid may call it; it never allocates. Rows must ascend by
 * number, since names are found by bisection; the unit test walks them.
 */
#include "judge_client/sandbox/syscalls.h"

#include <elf.h>
#include <linux/audit.h>
#include <string.h>

#include "common/banned.h"

#define ROW(number, call) _Static_assert((number) >= 0 && (number) < SYSCALL_NUMBERS, #call);
#include "syscall_tables/i386.def"
#include "syscall_tables/x86_64.def"
#undef ROW

#define ROW(number, call) {.nr = (number), .name = #call},
static const struct syscall_row x86_64_rows[] = {
#include "syscall_tables/x86_64.def"
};
static const struct syscall_row i386_rows[] = {
#include "syscall_tables/i386.def"
};
#undef ROW

#define ARCH(word, audit_arch, machine, class)                                                                         \
    {.name = #word,                                                                                                    \
     .audit = (audit_arch),                                                                                            \
     .elf_machine = (machine),                                                                                         \
     .elf_class = (class),                                                                                             \
     .rows = word##_rows,                                                                                              \
     .row_count = sizeof word##_rows / sizeof word##_rows[0]},
const struct syscall_arch syscall_arches[] = {
#include "syscall_tables/arch.def"
    {.name = NULL},
};
#undef ARCH

const struct syscall_arch *syscall_arch_native(void)
{
#define ARCH_NATIVE(audit_arch) return syscall_arch_by_audit(audit_arch);
#include "syscall_tables/arch.def"
#undef ARCH_NATIVE
    return NULL; /* reached only where arch.def has no line for the compiler's architecture */
}

const struct syscall_arch *syscall_arch_by_name(const char *name)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        if (strcmp(arch->name, name) == 0)
            return arch;
    }
    return NULL;
}

const struct syscall_arch *syscall_arch_by_audit(uint32_t audit)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        if (arch->audit == audit)
            return arch;
    }
    return NULL;
}

const char *syscall_name(const struct syscall_arch *arch, int nr)
{
    size_t low = 0;
    size_t high = arch->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arch->rows[middle].nr == nr)
            return arch->rows[middle].name;
        if (arch->rows[middle].nr < nr)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

int syscall_number(const struct syscall_arch *arch, const char *name)
{
    for (size_t i = 0; i < arch->row_count; i++) {
        if (strcmp(arch->rows[i].name, name) == 0)
            return arch->rows[i].nr;
    }
    return -1;
}
