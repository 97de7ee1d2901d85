/*
 * test_syscalls.c - the tables of system calls: in order, found both ways, and as the kernel's headers and libseccomp
 * have them.
 */
#include "judge_client/sandbox/syscalls.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <seccomp.h>

#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_rows_ascend(void)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        UNIT_CHECK(arch->row_count > 300, "%s has %zu rows", arch->name, arch->row_count);
        for (size_t i = 0; i < arch->row_count; i++) {
            const struct syscall_row *row = &arch->rows[i];
            UNIT_CHECK(row->nr < SYSCALL_NUMBERS, "%s: %s is %d", arch->name, row->name, row->nr);
            UNIT_CHECK(i == 0 || arch->rows[i - 1].nr < row->nr, "%s: %s at %d", arch->name, row->name, row->nr);
            for (size_t k = 0; k < i; k++)
                UNIT_CHECK(strcmp(arch->rows[k].name, row->name) != 0, "%s: %s twice", arch->name, row->name);
        }
    }
}

static void test_name_and_number(void)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        for (size_t i = 0; i < arch->row_count; i++) {
            const struct syscall_row *row = &arch->rows[i];
            const char *name = syscall_name(arch, row->nr);
            UNIT_CHECK(name != NULL && strcmp(name, row->name) == 0, "%s: the name of %d", arch->name, row->nr);
            UNIT_CHECK(syscall_number(arch, row->name) == row->nr, "%s: the number of %s", arch->name, row->name);
        }
        CU_ASSERT_PTR_NULL(syscall_name(arch, -1));
        CU_ASSERT_PTR_NULL(syscall_name(arch, SYSCALL_NUMBERS - 1));
        CU_ASSERT_PTR_NULL(syscall_name(arch, SYSCALL_NUMBERS));
        CU_ASSERT_PTR_NULL(syscall_name(arch, 0x40000000));
        CU_ASSERT_EQUAL(syscall_number(arch, "opne"), -1);
        CU_ASSERT_EQUAL(syscall_number(arch, ""), -1);
    }
}

static void test_arches(void)
{
    const struct syscall_arch *native = syscall_arch_native();
    CU_ASSERT_PTR_NOT_NULL_FATAL(native);
    CU_ASSERT_EQUAL(syscall_number(native, "getpid"), SYS_getpid);
    CU_ASSERT_EQUAL(syscall_number(native, "exit_group"), SYS_exit_group);
    CU_ASSERT_EQUAL(native->audit, seccomp_arch_native());
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        CU_ASSERT_PTR_EQUAL(syscall_arch_by_name(arch->name), arch);
        CU_ASSERT_PTR_EQUAL(syscall_arch_by_audit(arch->audit), arch);
    }
    CU_ASSERT_PTR_NULL(syscall_arch_by_name("vax"));
    CU_ASSERT_PTR_NULL(syscall_arch_by_name(""));
    CU_ASSERT_PTR_NULL(syscall_arch_by_audit(0));
}

static const char *const header_folders[] = {"/usr/include/x86_64-linux-gnu/asm", "/usr/include/i386-linux-gnu/asm",
                                             "/usr/include/asm", NULL};

static FILE *open_header(const char *name)
{
    for (size_t i = 0; header_folders[i] != NULL; i++) {
        char path[256];
        if (str_format(path, sizeof path, "%s/%s", header_folders[i], name) != 0)
            continue;
        FILE *file = fopen(path, "re");
        if (file != NULL)
            return file;
    }
    return NULL;
}

/* Each `#define __NR_name number` of the header against the table. A row that the header lacks is newer than it. */
static void check_header(const char *arch_name, const char *header)
{
    const struct syscall_arch *arch = syscall_arch_by_name(arch_name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arch);
    FILE *file = open_header(header);
    if (file == NULL) {
        unit_skip("the kernel's headers are not installed (linux-libc-dev)");
        return;
    }
    int seen = 0;
    char line[256];
    while (fgets(line, sizeof line, file) != NULL) {
        static const char prefix[] = "#define __NR_";
        if (!str_starts(line, prefix))
            continue;
        char *name = line + sizeof prefix - 1;
        char *number = strchr(name, ' ');
        if (number == NULL)
            continue;
        *number++ = '\0';
        number[strcspn(number, " \t\n")] = '\0';
        int64_t nr = -1;
        UNIT_CHECK(str_to_int64(number, 0, SYSCALL_NUMBERS - 1, &nr) == 0, "%s: %s is %s", header, name, number);
        UNIT_CHECK(syscall_number(arch, name) == nr, "%s: %s is %s, ours %d", header, name, number,
                   syscall_number(arch, name));
        seen++;
    }
    (void)fclose(file); /* it was only read */
    UNIT_CHECK(seen > 300, "%s: only %d calls", header, seen);
}

static void test_header_x86_64(void)
{
    check_header("x86_64", "unistd_64.h");
}

static void test_header_i386(void)
{
    check_header("i386", "unistd_32.h");
}

/* Each number against libseccomp, both ways. What it does not know is newer than it; a negative number is its own, for
 * a call that this architecture has behind socketcall or ipc. */
static void test_libseccomp(void)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        int known = 0;
        for (int nr = 0; nr < SYSCALL_NUMBERS; nr++) {
            char *theirs = seccomp_syscall_resolve_num_arch(arch->audit, nr);
            const char *ours = syscall_name(arch, nr);
            if (theirs != NULL) {
                UNIT_CHECK(ours != NULL && strcmp(theirs, ours) == 0, "%s %d is %s, ours %s", arch->name, nr, theirs,
                           ours != NULL ? ours : "none");
                known++;
            }
            free(theirs);
            int number = ours != NULL ? seccomp_syscall_resolve_name_arch(arch->audit, ours) : __NR_SCMP_ERROR;
            UNIT_CHECK(number < 0 || number == nr, "%s %s is %d, ours %d", arch->name, ours, number, nr);
        }
        UNIT_CHECK(known > 300, "libseccomp knows only %d calls of %s", known, arch->name);
    }
}

static const struct unit_test tests[] = {
    {"rows_ascend", test_rows_ascend},     {"name_and_number", test_name_and_number}, {"arches", test_arches},
    {"header_x86_64", test_header_x86_64}, {"header_i386", test_header_i386},         {"libseccomp", test_libseccomp},
};
UNIT_MAIN("syscalls", tests)
