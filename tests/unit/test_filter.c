/*
 * test_filter.c - the seccomp program of a policy, answered by a simulator of BPF for every number, against the policy's
 * own rules and against the program that libseccomp builds of the same policy; and by the kernel, in children.
 *
 * Runs in the project's folder. The children call only what their filter refuses.
 */
#include "judge_client/sandbox/filter.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include "common/str.h"
#include "judge_client/sandbox/policy.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define TRACE(why) (SECCOMP_RET_TRACE | (uint32_t)(why))
#define BROKEN 0xdeadbeefU /* the simulator's answer to a program that the kernel would not take */

static const char *const folders[] = {"syscall_tables/policy", NULL};
static const char *const shipped[] = {"base", "c",      "threads", "compiler",       "runtime",
                                      "bash", "csharp", "sql",     "csharp-compiler"};
static const size_t shipped_count = sizeof shipped / sizeof shipped[0];

/* ---- the simulator */

struct machine {
    const struct sock_filter *code;
    size_t length;
    bool plain; /* only what the kernel works out beforehand: no arguments */
};

static uint32_t load_word(const struct seccomp_data *data, uint32_t offset)
{
    uint32_t word = BROKEN;
    if (offset % 4 == 0 && offset + 4 <= sizeof *data)
        memcpy(&word, (const char *)data + offset, sizeof word);
    return word;
}

static uint32_t simulate(const struct machine *machine, const struct seccomp_data *data)
{
    uint32_t a = 0;
    for (size_t at = 0; at < machine->length; at++) {
        const struct sock_filter *i = &machine->code[at];
        bool yes = false;
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (i->k % 4 != 0 || i->k + 4 > sizeof *data)
                return BROKEN;
            if (machine->plain && i->k > offsetof(struct seccomp_data, arch))
                return BROKEN;
            a = load_word(data, i->k);
            continue;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= i->k;
            continue;
        case BPF_RET | BPF_K:
            return i->k;
        case BPF_JMP | BPF_JA:
            at += i->k;
            continue;
        case BPF_JMP | BPF_JEQ | BPF_K:
            yes = a == i->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            yes = a >= i->k;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            yes = a > i->k;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            yes = (a & i->k) != 0;
            break;
        default:
            return BROKEN;
        }
        at += yes ? i->jt : i->jf;
    }
    return BROKEN;
}

/* What the kernel checks before it runs a program (bpf_check_classic): every jump inside, a return at the end. */
static bool is_sound(const struct filter *filter)
{
    for (size_t at = 0; at < filter->length; at++) {
        const struct sock_filter *i = &filter->code[at];
        size_t room = filter->length - at - 1;
        if (BPF_CLASS(i->code) != BPF_JMP)
            continue;
        if (BPF_OP(i->code) == BPF_JA ? i->k >= room : i->jt >= room || i->jf >= room)
            return false;
    }
    return filter->length > 0 && filter->code[filter->length - 1].code == (BPF_RET | BPF_K);
}

static uint32_t ask(const struct filter *filter, uint32_t audit, uint32_t nr, unsigned arg, uint64_t value)
{
    const struct machine machine = {.code = filter->code, .length = filter->length};
    struct seccomp_data data = {.nr = (int)nr, .arch = audit};
    memset(data.args, 0x5a, sizeof data.args);
    data.args[arg] = value;
    return simulate(&machine, &data);
}

/* ---- what the policy says */

static uint32_t expected(const struct policy *policy, uint32_t audit, uint32_t nr, unsigned arg, uint64_t value)
{
    bool known = false;
    for (int i = 0; i < policy->arch_count; i++)
        known = known || policy->arches[i].arch->audit == audit;
    if (!known || (nr >= 0x40000000U && nr < 0x80000000U))
        return TRACE(FILTER_FOREIGN);
    const struct policy_rule *rule = policy_rule(policy, audit, nr);
    if (rule == NULL || rule->action == POLICY_REFUSE)
        return TRACE(FILTER_REFUSED);
    if (rule->action == POLICY_LIMIT)
        return TRACE(FILTER_LIMITED);
    if (rule->action == POLICY_ERRNO)
        return SECCOMP_RET_ERRNO | rule->value;
    if (rule->mask != 0 && rule->arg == arg && ((uint32_t)value & rule->mask) != 0)
        return TRACE(FILTER_REFUSED);
    return SECCOMP_RET_ALLOW;
}

/* Some numbers that are no call's. */
static const uint32_t odd_numbers[] = {
    SYSCALL_NUMBERS,        SYSCALL_NUMBERS + 1, 4096,       0x0000ffff, 0x00010000, 0x3fffffff, 0x40000000,
    0x40000000 | SYS_write, 0x40000000 | 512,    0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
};

/* The filter of policy against its rules: each number of each architecture, with each argument's bits that matter. */
static void check_numbers(const struct filter *filter, const struct policy *policy)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        for (uint32_t nr = 0; nr < SYSCALL_NUMBERS; nr++) {
            const struct policy_rule *rule = policy_rule(policy, arch->audit, nr);
            bool masked = rule != NULL && rule->action == POLICY_ALLOW && rule->mask != 0;
            unsigned arg = masked ? rule->arg : 0;
            uint64_t values[40] = {0, UINT64_MAX, 0xffffffff00000000U, masked ? ~(uint64_t)rule->mask : 1};
            size_t count = 4;
            for (unsigned bit = 0; masked && bit < 32; bit++)
                values[count++] = (uint64_t)1 << bit;
            for (size_t i = 0; i < count; i++) {
                uint32_t answer = ask(filter, arch->audit, nr, arg, values[i]);
                uint32_t right = expected(policy, arch->audit, nr, arg, values[i]);
                UNIT_CHECK(answer == right, "%s %s %u: %x, not %x", policy->name, arch->name, nr, answer, right);
            }
        }
        for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
            uint32_t answer = ask(filter, arch->audit, odd_numbers[i], 0, 0);
            uint32_t right = expected(policy, arch->audit, odd_numbers[i], 0, 0);
            UNIT_CHECK(answer == right, "%s %s %x: %x", policy->name, arch->name, odd_numbers[i], answer);
        }
    }
    static const uint32_t others[] = {0, AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64, 0xffffffff};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (uint32_t nr = 0; nr < SYSCALL_NUMBERS; nr++)
            UNIT_CHECK(ask(filter, others[i], nr, 0, 0) == TRACE(FILTER_FOREIGN), "arch %x %u", others[i], nr);
    }
    UNIT_CHECK(is_sound(filter), "%s: a jump out of the program", policy->name);
}

/* The policy name for the native architecture, or with i386 as well, and its filter. */
static bool build(struct filter *filter, struct policy *policy, const char *name, bool both)
{
    struct err e = {""};
    char text[64];
    (void)str_format(text, sizeof text, "%sinclude %s\n", both ? "arch i386\n" : "", name); /* it fits */
    return UNIT_CHECK(policy_parse(policy, folders, "test", text, strlen(text), &e) == 0, "%s: %s", name, e.text) &&
           UNIT_CHECK(filter_build(filter, policy, &e) == 0, "%s: %s", name, e.text);
}

static void test_every_number(void)
{
    for (size_t i = 0; i < 2 * shipped_count; i++) {
        struct policy policy;
        struct filter filter;
        if (build(&filter, &policy, shipped[i / 2], i % 2 != 0))
            check_numbers(&filter, &policy);
    }
}

/* A call that is always allowed must be so without a look at its arguments: only then the kernel remembers it. */
static void test_allowed_is_plain(void)
{
    for (size_t i = 0; i < 2 * shipped_count; i++) {
        struct policy policy;
        struct filter filter;
        if (!build(&filter, &policy, shipped[i / 2], i % 2 != 0))
            continue;
        const struct machine machine = {.code = filter.code, .length = filter.length, .plain = true};
        for (int k = 0; k < policy.arch_count; k++) {
            for (int nr = 0; nr < SYSCALL_NUMBERS; nr++) {
                const struct policy_rule *rule = &policy.arches[k].rules[nr];
                if (rule->action != POLICY_ALLOW || rule->mask != 0)
                    continue;
                struct seccomp_data data = {.nr = nr, .arch = policy.arches[k].arch->audit};
                UNIT_CHECK(simulate(&machine, &data) == SECCOMP_RET_ALLOW, "%s %s %d", shipped[i / 2],
                           policy.arches[k].arch->name, nr);
            }
        }
    }
}

/* Installing costs about 0.3 us an instruction, and is paid by each run. */
static void test_sizes(void)
{
    for (size_t i = 0; i < shipped_count; i++) {
        struct policy policy;
        struct filter filter;
        if (build(&filter, &policy, shipped[i], false))
            UNIT_CHECK(filter.length <= 120, "%s: %u instructions", shipped[i], filter.length);
        if (build(&filter, &policy, shipped[i], true))
            UNIT_CHECK(filter.length <= 260, "%s with i386: %u instructions", shipped[i], filter.length);
    }
}

/* ---- policies that nobody would write */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Rules in runs of 1 to longest numbers. Long trees: their jumps are further than a conditional jump can skip. */
static void fill(struct policy *policy, uint32_t longest, uint32_t *state)
{
    memset(policy, 0, sizeof *policy);
    (void)str_copy(policy->name, sizeof policy->name, "random"); /* it fits */
    for (const struct syscall_arch *arch = syscall_arches; policy->arch_count < 2; arch++) {
        struct policy_rule rule = {.action = POLICY_REFUSE};
        uint32_t left = 0;
        for (int nr = 0; nr < SYSCALL_NUMBERS; nr++) {
            if (left-- == 0) {
                left = next_random(state) % longest;
                rule = (struct policy_rule){.action = (uint8_t)(next_random(state) % 4)};
                rule.value = (uint16_t)(1 + next_random(state) % 133);
                if (rule.action == POLICY_ALLOW && next_random(state) % 8 == 0) {
                    rule.mask = 1U << next_random(state) % 32;
                    rule.arg = (uint8_t)(next_random(state) % 6);
                }
            }
            policy->arches[policy->arch_count].rules[nr] = rule;
        }
        policy->arches[policy->arch_count++].arch = arch;
    }
}

static void test_random_policies(void)
{
    uint32_t state = 1;
    int built = 0;
    int refused = 0;
    int long_ones = 0;
    for (int round = 0; round < 60; round++) {
        struct policy policy;
        struct filter filter;
        struct err e = {""};
        fill(&policy, 1 + (uint32_t)round, &state);
        if (filter_build(&filter, &policy, &e) != 0) {
            UNIT_CHECK(strcmp(e.text, "policy random: its filter is longer than 1024 instructions") == 0, "%s", e.text);
            refused++;
            continue;
        }
        check_numbers(&filter, &policy);
        built++;
        long_ones += filter.length > 600;
    }
    UNIT_CHECK(built > 40 && refused > 2 && long_ones > 2, "%d built, %d refused, %d long", built, refused, long_ones);
}

static void test_extremes(void)
{
    static struct policy policy;
    struct filter filter;
    struct err e = {""};
    memset(&policy, 0, sizeof policy);
    (void)str_copy(policy.name, sizeof policy.name, "extreme"); /* it fits */
    policy.arch_count = 1;
    policy.arches[0].arch = syscall_arch_native();
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), 0); /* nothing is allowed */
    check_numbers(&filter, &policy);
    for (int nr = 0; nr < SYSCALL_NUMBERS; nr++)
        policy.arches[0].rules[nr].action = POLICY_ALLOW; /* everything */
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), 0);
    check_numbers(&filter, &policy);
    for (int nr = 0; nr < SYSCALL_NUMBERS; nr++)
        policy.arches[0].rules[nr].mask = 1U + (uint32_t)nr; /* four instructions each */
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "policy extreme: its filter is longer than 1024 instructions");
}

/* ---- libseccomp */

/* libseccomp's program for one architecture of policy, into code. Its length, or 0. unknown[nr]: numbers whose names it
 * does not know, or has behind socketcall and ipc. */
static size_t build_theirs(const struct policy *policy, int index, struct sock_filter *code, size_t size, bool *unknown)
{
    const struct syscall_arch *arch = policy->arches[index].arch;
    size_t length = 0;
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_TRACE(FILTER_REFUSED));
    int fd = memfd_create("test_filter", MFD_CLOEXEC);
    if (context == NULL || fd < 0)
        goto out;
    int result = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(FILTER_FOREIGN));
    if (result == 0 && arch->audit != seccomp_arch_native()) {
        result = seccomp_arch_add(context, arch->audit);
        if (result == 0)
            result = seccomp_arch_remove(context, seccomp_arch_native());
    }
    for (size_t i = 0; result == 0 && i < arch->row_count; i++) {
        const struct policy_rule *rule = &policy->arches[index].rules[arch->rows[i].nr];
        int there = seccomp_syscall_resolve_name_arch(arch->audit, arch->rows[i].name);
        unknown[arch->rows[i].nr] = there < 0;
        if (there < 0 || rule->action == POLICY_REFUSE)
            continue;
        int nr = seccomp_syscall_resolve_name(arch->rows[i].name);
        if (rule->action == POLICY_ALLOW && rule->mask != 0)
            result = seccomp_rule_add(context, SCMP_ACT_ALLOW, nr, 1,
                                      SCMP_CMP64(rule->arg, SCMP_CMP_MASKED_EQ, rule->mask, 0));
        else
            result = seccomp_rule_add(context,
                                      rule->action == POLICY_ALLOW   ? SCMP_ACT_ALLOW
                                      : rule->action == POLICY_ERRNO ? SCMP_ACT_ERRNO(rule->value)
                                                                     : SCMP_ACT_TRACE(FILTER_LIMITED),
                                      nr, 0);
        UNIT_CHECK(result == 0, "libseccomp: %s %s: %s", arch->name, arch->rows[i].name, strerror(-result));
    }
    if (result != 0 || seccomp_export_bpf(context, fd) != 0)
        goto out;
    ssize_t count = pread(fd, code, size * sizeof code[0], 0);
    length = count > 0 ? (size_t)count / sizeof code[0] : 0;
out:
    if (fd >= 0)
        (void)close(fd); /* a memfd */
    if (context != NULL)
        seccomp_release(context);
    return length;
}

static void compare_theirs(const char *name, const struct filter *filter, const struct policy *policy, int index)
{
    const struct syscall_arch *arch = policy->arches[index].arch;
    struct sock_filter code[4096];
    bool unknown[SYSCALL_NUMBERS] = {false};
    size_t length = build_theirs(policy, index, code, sizeof code / sizeof code[0], unknown);
    if (!UNIT_CHECK(length > 0 && length < sizeof code / sizeof code[0], "%s %s: no filter", name, arch->name))
        return;
    for (const char *const *word = (const char *const[]){"socketcall", "ipc", NULL}; *word != NULL; word++) {
        int nr = syscall_number(arch, *word); /* libseccomp looks into its argument for socketpair and the like */
        if (nr >= 0)
            unknown[nr] = true;
    }
    const struct machine theirs = {.code = code, .length = length};
    const struct machine ours = {.code = filter->code, .length = filter->length};
    int compared = 0;
    for (int nr = 0; nr < SYSCALL_NUMBERS; nr++) {
        if (unknown[nr])
            continue;
        compared++;
        for (unsigned bit = 0; bit < 33; bit++) { /* 32: no bit at all */
            struct seccomp_data data = {.nr = nr, .arch = arch->audit};
            for (unsigned arg = 0; arg < 6; arg++)
                data.args[arg] = bit < 32 ? (uint64_t)1 << bit : 0;
            uint32_t answer = simulate(&ours, &data);
            uint32_t other = simulate(&theirs, &data);
            UNIT_CHECK(answer == other, "%s %s %d bit %u: %x, theirs %x", name, arch->name, nr, bit, answer, other);
        }
    }
    UNIT_CHECK(compared > 900, "%s %s: only %d numbers compared", name, arch->name, compared);
    static const uint32_t others[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct seccomp_data data = {.nr = 1, .arch = others[i]};
        if (policy_rule(policy, others[i], 0) == NULL)
            UNIT_CHECK(simulate(&ours, &data) == simulate(&theirs, &data), "%s: arch %x", name, others[i]);
    }
    struct seccomp_data x32 = {.nr = 0x40000000 | SYS_write, .arch = AUDIT_ARCH_X86_64};
    if (arch->audit == AUDIT_ARCH_X86_64)
        UNIT_CHECK(simulate(&ours, &x32) == simulate(&theirs, &x32), "%s: x32", name);
}

static void test_libseccomp(void)
{
    for (size_t i = 0; i < 2 * shipped_count; i++) {
        struct policy policy;
        struct filter filter;
        if (!build(&filter, &policy, shipped[i / 2], i % 2 != 0))
            continue;
        for (int k = 0; k < policy.arch_count; k++)
            compare_theirs(shipped[i / 2], &filter, &policy, k);
    }
}

/* ---- the kernel */

/* In a child: installs filter, and calls every number that it does not allow. Without a tracer the kernel answers
 * SECCOMP_RET_TRACE with ENOSYS. It asks no filter about uprobe and uretprobe: anywhere but in a probe they are SIGILL. The exit code: 0, 1 not installed, 2 a wrong answer to the number in *failed. */
static int try_kernel(const struct filter *filter, const struct policy *policy, volatile int *failed)
{
    struct sock_filter code[FILTER_SIZE];
    memcpy(code, filter->code, filter->length * sizeof code[0]);
    struct sock_fprog program = {.len = filter->length, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return 1;
    for (int nr = 0; nr < SYSCALL_NUMBERS; nr++) {
        const struct policy_rule *rule = &policy->arches[0].rules[nr];
        const char *name = syscall_name(policy->arches[0].arch, nr);
        bool unasked = name != NULL && (strcmp(name, "uretprobe") == 0 || strcmp(name, "uprobe") == 0);
        if (rule->action == POLICY_ALLOW || unasked)
            continue;
        *failed = nr;
        errno = 0;
        if (syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L) != -1)
            return 2;
        if (errno != (rule->action == POLICY_ERRNO ? rule->value : ENOSYS))
            return 2;
    }
    *failed = 0x40000000 | SYS_getpid;
    if (syscall(0x40000000 | SYS_getpid) != -1 || errno != ENOSYS)
        return 2;
    *failed = SYS_getpid;
    return syscall(SYS_getpid) > 0 ? 0 : 2;
}

static void test_kernel(void)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
        unit_skip("this kernel has no seccomp");
        return;
    }
    volatile int *failed = mmap(NULL, sizeof *failed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_PTR_NOT_EQUAL_FATAL((void *)(uintptr_t)failed, MAP_FAILED);
    for (size_t i = 0; i < 2 * shipped_count; i++) {
        struct policy policy;
        struct filter filter;
        if (!build(&filter, &policy, shipped[i / 2], i % 2 != 0))
            continue;
        pid_t pid = fork();
        if (pid == 0)
            _exit(try_kernel(&filter, &policy, failed));
        int status = -1;
        CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
        UNIT_CHECK(status == 0, "%s: status %x at number %d", shipped[i / 2], (unsigned)status, *failed);
    }
    CU_ASSERT_EQUAL(munmap((void *)(uintptr_t)failed, sizeof *failed), 0);
}

static const struct unit_test tests[] = {
    {"every_number", test_every_number},
    {"allowed_is_plain", test_allowed_is_plain},
    {"sizes", test_sizes},
    {"random_policies", test_random_policies},
    {"extremes", test_extremes},
    {"libseccomp", test_libseccomp},
    {"kernel", test_kernel},
};
UNIT_MAIN("filter", tests)
