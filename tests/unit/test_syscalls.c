/*
 * test_syscalls.c - the tables of system calls: in order, found both ways, and as the kernel's headers and libseccomp
 * have them.
 */
#include "judge_client/sandbox/syscalls.h"

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/sched.h>
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
            UNIT_CHECK(row->nr < 0x100000, "%s: %s is %u", arch->name, row->name, row->nr);
            UNIT_CHECK(i == 0 || arch->rows[i - 1].nr < row->nr, "%s: %s at %u", arch->name, row->name, row->nr);
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
            UNIT_CHECK(name != NULL && strcmp(name, row->name) == 0, "%s: the name of %u", arch->name, row->nr);
            UNIT_CHECK(syscall_number(arch, row->name) == (int)row->nr, "%s: the number of %s", arch->name, row->name);
        }
        CU_ASSERT_PTR_NULL(syscall_name(arch, -1));
        CU_ASSERT_PTR_NULL(syscall_name(arch, 1023));
        CU_ASSERT_PTR_NULL(syscall_name(arch, INT64_MAX));
        CU_ASSERT_PTR_NULL(syscall_name(arch, INT64_MIN));
        CU_ASSERT_PTR_NULL(syscall_name(arch, (INT64_C(1) << 32) + arch->rows[1].nr));
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
        /* The kernel has the machine, the word size and the byte order in the number that a filter sees. */
        CU_ASSERT_EQUAL(arch->audit & 0xffff, arch->elf_machine);
        CU_ASSERT_EQUAL((arch->audit & __AUDIT_ARCH_64BIT) != 0, arch->elf_class == ELFCLASS64);
        CU_ASSERT_EQUAL((arch->audit & __AUDIT_ARCH_LE) != 0, arch->elf_data == ELFDATA2LSB);
        CU_ASSERT_EQUAL((arch->audit & ~(__AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)) >> 16, 0);
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
        UNIT_CHECK(str_to_int64(number, 0, 1023, &nr) == 0, "%s: %s is %s", header, name, number);
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

/* Places that the kernel keeps free under a name. */
static bool is_excepted(const char *arch, const char *name)
{
    static const char *const rows[][2] = {
        {"mips64el", "reserved177"},
        {"mips64el", "reserved193"},
        {NULL, NULL},
    };
    for (size_t i = 0; name != NULL && rows[i][0] != NULL; i++) {
        if (strcmp(rows[i][0], arch) == 0 && strcmp(rows[i][1], name) == 0)
            return true;
    }
    return false;
}

/* Calls that came after libseccomp 2.5.4 (Linux 5.17); a newer one may know them. */
static bool is_newer(const char *name)
{
    static const char *const names[] = {"statmount",
                                        "listmount",
                                        "lsm_get_self_attr",
                                        "lsm_set_self_attr",
                                        "lsm_list_modules",
                                        "mseal",
                                        "setxattrat",
                                        "getxattrat",
                                        "listxattrat",
                                        "removexattrat",
                                        "open_tree_attr",
                                        "file_getattr",
                                        "file_setattr",
                                        "listns",
                                        "rseq_slice_yield",
                                        "uprobe",
                                        "uretprobe",
                                        "riscv_hwprobe",
                                        NULL};
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Number nr against libseccomp, both ways: 1 where it knows it. A negative number is its own, for a call that this
 * architecture has behind socketcall or ipc. */
static int compare_number(const struct syscall_arch *arch, int nr)
{
    char *theirs = seccomp_syscall_resolve_num_arch(arch->audit, nr);
    const char *ours = syscall_name(arch, nr);
    /* It takes a number of MIPS's with and without the 5000 that all of them have. */
    int known = theirs != NULL && nr >= (int)arch->rows[0].nr;
    if (known)
        UNIT_CHECK(ours != NULL && strcmp(theirs, ours) == 0, "%s %d is %s, ours %s", arch->name, nr, theirs,
                   ours != NULL ? ours : "none");
    free(theirs);
    if (ours == NULL)
        return known;
    int number = seccomp_syscall_resolve_name_arch(arch->audit, ours);
    bool behind = arch->audit == AUDIT_ARCH_I386 && number <= -100 && number > -300; /* socketcall's, ipc's */
    UNIT_CHECK(number == nr || behind || (number < 0 && (is_newer(ours) || is_excepted(arch->name, ours))),
               "%s %s is %d, ours %d", arch->name, ours, number, nr);
    return known;
}

static void test_libseccomp(void)
{
    int arches = 0;
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        int known = 0;
        scmp_filter_ctx context = seccomp_init(SCMP_ACT_KILL);
        bool knows =
            context != NULL && (arch->audit == seccomp_arch_native() || seccomp_arch_add(context, arch->audit) == 0);
        seccomp_release(context);
        if (!knows)
            continue; /* LoongArch came with 2.6 */
        arches++;
        for (int nr = -1; nr < 8192; nr++)
            known += compare_number(arch, nr);
        for (int nr = 0xf0000; nr < 0xf0000 + 64; nr++)
            known += compare_number(arch, nr);
        UNIT_CHECK(known > 290, "libseccomp knows only %d calls of %s", known, arch->name);
    }
    UNIT_CHECK(arches >= 6, "libseccomp knows only %d architectures", arches);
}

/* The names of values against the headers of this program's own architecture. */
static void test_values(void)
{
    static const struct {
        const char *name;
        uint64_t value;
    } rows[] = {{"TCGETS", TCGETS},         {"TIOCGPGRP", TIOCGPGRP},
                {"TIOCGWINSZ", TIOCGWINSZ}, {"FIONREAD", FIONREAD},
                {"FIONBIO", FIONBIO},       {"FIONCLEX", FIONCLEX},
                {"FIOCLEX", FIOCLEX},       {"PR_SET_NAME", PR_SET_NAME},
                {"PR_SET_VMA", PR_SET_VMA}, {"CLONE_THREAD", CLONE_THREAD}};
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        UNIT_CHECK(syscall_value(syscall_arch_native(), rows[i].name, &value) == 0 && value == rows[i].value,
                   "%s: %llx", rows[i].name, (unsigned long long)value);
    }
    /* A row of the architecture's own wins over the common one, wherever it stands. */
    CU_ASSERT_EQUAL(syscall_value(syscall_arch_by_name("mips64el"), "TCGETS", &value), 0);
    CU_ASSERT_EQUAL(value, 0x540d);
    CU_ASSERT_EQUAL(syscall_value(syscall_arch_native(), "TCGET", &value), -1);
    CU_ASSERT_EQUAL(syscall_value(syscall_arch_native(), "", &value), -1);
    size_t count = 0;
    while (syscall_value_name(count) != NULL)
        CU_ASSERT_EQUAL(syscall_value(syscall_arch_native(), syscall_value_name(count++), &value), 0);
    CU_ASSERT(count > 40);
}

static const struct unit_test tests[] = {
    {"rows_ascend", test_rows_ascend}, {"name_and_number", test_name_and_number},
    {"arches", test_arches},           {"header_x86_64", test_header_x86_64},
    {"header_i386", test_header_i386}, {"libseccomp", test_libseccomp},
    {"values", test_values},
};
UNIT_MAIN("syscalls", tests)
