/*
 * test_danger.c - the shipped classification: each call of each architecture has one row, and what is known to get around a
 * wall is dangerous and not let through in record mode.
 */
#include "judge_client/sandbox/danger.h"

#include <errno.h>
#include <string.h>

#include <linux/sched.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_every_call_has_a_row(void)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        for (size_t i = 0; i < arch->row_count; i++) {
            const char *name = arch->rows[i].name;
            int rows = danger_rows(name);
            (void)UNIT_CHECK(rows == 1, "%s of %s has %d rows in syscall_tables/danger.def", name, arch->name, rows);
            (void)UNIT_CHECK(danger_of(name).why[0] != '\0', "%s has no sentence", name);
        }
    }
}

static void test_unknown(void)
{
    static const char *const names[] = {NULL, "", "no_such_call", "rea", "read write", "ead"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct danger danger = danger_of(names[i]);
        CU_ASSERT(danger.class == DANGER_DANGEROUS && danger.error == ENOSYS);
        CU_ASSERT(strstr(danger.why, "not classified") != NULL);
    }
}

/* docs/policies.md: no policy that comes with the judge allows these. */
static void test_never_let_through(void)
{
    static const char *const names[] = {
        "unshare", "setns",         "mount",          "umount2",         "pivot_root",        "chroot",
        "ptrace",  "bpf",           "io_uring_setup", "userfaultfd",     "process_vm_writev", "perf_event_open",
        "keyctl",  "add_key",       "request_key",    "kexec_load",      "open_by_handle_at", "execveat",
        "socket",  "socketcall",    "init_module",    "finit_module",    "pidfd_getfd",       "seccomp",
        "fsopen",  "move_mount",    "open_tree",      "io_uring_enter",  "io_uring_register", "process_vm_readv",
        "reboot",  "clock_settime", "sethostname",    "kexec_file_load", "settimeofday",      "modify_ldt",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct danger danger = danger_of(names[i]);
        (void)UNIT_CHECK(danger.class == DANGER_DANGEROUS && danger.error != 0, "%s is let through", names[i]);
    }
    /* Their flags are in memory: told that there is none, a program does without. */
    CU_ASSERT(danger_of("clone3").error == ENOSYS && danger_of("openat2").error == ENOSYS);
    CU_ASSERT(danger_of("read").class == DANGER_HARMLESS && danger_of("read").error == 0);
    CU_ASSERT(danger_of("fork").class == DANGER_CAUTION && danger_of("fork").error == 0);
}

static void test_values(void)
{
    const struct syscall_arch *x86 = syscall_arch_by_name("x86_64");
    const struct syscall_arch *mips = syscall_arch_by_name("mips64el");
    uint8_t arg = 9;
    uint64_t mask = 0;
    uint16_t error = 0;
    CU_ASSERT(danger_selector("ioctl", &arg, &mask) && arg == 1 && mask == 0xffffffff);
    CU_ASSERT(!danger_selector("read", &arg, &mask));
    CU_ASSERT(danger_of_value(x86, "ioctl", 0x5401).class == DANGER_HARMLESS);
    CU_ASSERT(danger_of_value(mips, "ioctl", 0x5401).class == DANGER_CAUTION);
    CU_ASSERT(danger_of_value(mips, "ioctl", 0x540d).class == DANGER_HARMLESS);
    CU_ASSERT(danger_of_value(x86, "ioctl", 0x5412).class == DANGER_DANGEROUS);
    CU_ASSERT(danger_of_value(x86, "clone", CLONE_THREAD).class == DANGER_HARMLESS);
    CU_ASSERT(danger_of_value(x86, "clone", 0).class == DANGER_CAUTION);
    CU_ASSERT(danger_of_value(x86, "clone", CLONE_THREAD | CLONE_NEWUSER).class == DANGER_DANGEROUS);
    CU_ASSERT(danger_of_value(x86, "prctl", 22).class == DANGER_DANGEROUS);
    uint32_t bits = danger_bits("clone", &error);
    CU_ASSERT(error == EPERM);
    CU_ASSERT((bits & CLONE_UNTRACED) != 0 && (bits & CLONE_NEWUSER) != 0 && (bits & CLONE_NEWNS) != 0 &&
              (bits & CLONE_NEWTIME) != 0 && (bits & CLONE_PARENT) != 0 && (bits & CLONE_PTRACE) != 0);
    CU_ASSERT((bits & (CLONE_THREAD | CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)) == 0);
    CU_ASSERT(danger_bits("fork", &error) == 0);
}

static void test_first(void)
{
    CU_ASSERT(danger_first("mkdir") == DANGER_FIRST_PATH);
    CU_ASSERT(danger_first("openat") == DANGER_FIRST_PATH_SECOND);
    CU_ASSERT(danger_first("read") == DANGER_FIRST_DESCRIPTOR);
    CU_ASSERT(danger_first("getpid") == DANGER_FIRST_NONE);
    CU_ASSERT(danger_first("kill") == DANGER_FIRST_OTHER);
    CU_ASSERT(danger_first(NULL) == DANGER_FIRST_OTHER);
}

static const struct unit_test tests[] = {
    {"every-call-has-a-row", test_every_call_has_a_row},
    {"unknown", test_unknown},
    {"never-let-through", test_never_let_through},
    {"values", test_values},
    {"first", test_first},
};

UNIT_MAIN("danger", tests)
