/*
 * syscalls.c - see syscalls.h. Owns the tables, which are syscall_tables/arch.def and the .def it names, compiled in.
 *
 * Constant data and searches in it: any process under any uid may call it; it never allocates. Rows must ascend by
 * number, since numbers are found by bisection; the unit test walks them.
 */
#include "judge_client/sandbox/syscalls.h"

#include <elf.h>
#include <linux/audit.h>
#include <string.h>

#include "common/banned.h"

#define ROW(number, call) {.nr = (number), .name = #call},
#define ROWS_BEGIN(word) static const struct syscall_row word##_rows[] = {
#define ROWS_END                                                                                                       \
    }                                                                                                                  \
    ;
/* clang-format off: the braces are arch.def's */
#include "syscall_tables/arch.def"
/* clang-format on */
#undef ROW
#undef ROWS_BEGIN
#undef ROWS_END

#define ARCH(word, audit_arch, machine, class, data, bit)                                                              \
    _Static_assert(sizeof word##_rows / sizeof word##_rows[0] <= SYSCALL_ROWS, "rows of " #word);
#include "syscall_tables/arch.def"
#undef ARCH

#define ARCH(word, audit_arch, machine, class, data, bit)                                                              \
    {.name = #word,                                                                                                    \
     .audit = (audit_arch),                                                                                            \
     .elf_machine = (machine),                                                                                         \
     .elf_class = (class),                                                                                             \
     .elf_data = (data),                                                                                               \
     .foreign_bit = (bit),                                                                                             \
     .rows = word##_rows,                                                                                              \
     .row_count = sizeof word##_rows / sizeof word##_rows[0]},
const struct syscall_arch syscall_arches[] = {
#include "syscall_tables/arch.def"
    {.name = NULL},
};
#undef ARCH

struct value_row {
    const char *arch; /* "" for every other */
    const char *name;
    uint64_t value;
};

#define VALUE(word, constant, number) {.arch = (word), .name = #constant, .value = (number)},
static const struct value_row value_rows[] = {
#include "syscall_tables/values.def"
};
#undef VALUE

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

int syscall_index(const struct syscall_arch *arch, int64_t nr)
{
    size_t low = 0;
    size_t high = arch->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arch->rows[middle].nr == nr)
            return (int)middle;
        if (arch->rows[middle].nr < nr)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int syscall_index_by_name(const struct syscall_arch *arch, const char *name)
{
    for (size_t i = 0; i < arch->row_count; i++) {
        if (strcmp(arch->rows[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *syscall_name(const struct syscall_arch *arch, int64_t nr)
{
    int i = syscall_index(arch, nr);
    return i < 0 ? NULL : arch->rows[i].name;
}

int syscall_number(const struct syscall_arch *arch, const char *name)
{
    int i = syscall_index_by_name(arch, name);
    return i < 0 ? -1 : (int)arch->rows[i].nr;
}

int syscall_value(const struct syscall_arch *arch, const char *name, uint64_t *value)
{
    const struct value_row *found = NULL;
    for (size_t i = 0; i < sizeof value_rows / sizeof value_rows[0]; i++) {
        const struct value_row *row = &value_rows[i];
        if (strcmp(row->name, name) == 0 &&
            (strcmp(row->arch, arch->name) == 0 || (row->arch[0] == '\0' && found == NULL)))
            found = row;
    }
    if (found == NULL)
        return -1;
    *value = found->value;
    return 0;
}

const char *syscall_value_name(size_t i)
{
    return i < sizeof value_rows / sizeof value_rows[0] ? value_rows[i].name : NULL;
}
