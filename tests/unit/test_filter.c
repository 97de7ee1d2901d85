/*
 * test_filter.c - the seccomp program of a policy, answered by a simulator of BPF for every number, against the policy's
 * own rules and against the program that libseccomp builds of the same policy; and by the kernel, in children.
 *
 * Runs in the project's folder. The children call only what their filter refuses.
 */
#include "judge_client/sandbox/filter.h"

#include <elf.h>
#include <errno.h>
#include <glob.h>
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
/* The name of the i-th policy that comes with the judge, or NULL after the last. */
static const char *shipped(size_t i)
{
    static char name[POLICY_NAME_SIZE];
    glob_t found;
    const char *result = NULL;
    if (glob("syscall_tables/policy/*.policy", 0, NULL, &found) != 0)
        return NULL;
    if (i < found.gl_pathc && str_copy(name, sizeof name, strrchr(found.gl_pathv[i], '/') + 1) == 0) {
        name[strcspn(name, ".")] = '\0';
        result = name;
    }
    globfree(&found);
    return result;
}

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

/* The answer for arch (or another audit), with value as argument arg in that architecture's order of halves. */
static uint32_t ask(const struct filter *filter, const struct syscall_arch *arch, uint32_t audit, uint32_t nr,
                    unsigned arg, uint64_t value)
{
    const struct machine machine = {.code = filter->code, .length = filter->length};
    struct seccomp_data data = {.nr = (int)nr, .arch = audit};
    memset(data.args, 0x5a, sizeof data.args);
    data.args[arg] = arch != NULL && arch->elf_data == ELFDATA2MSB ? value << 32 | value >> 32 : value;
    return simulate(&machine, &data);
}

/* ---- what the policy says */

static uint32_t expected(const struct policy *policy, uint32_t audit, uint32_t nr, unsigned arg, uint64_t value)
{
    int i = policy_arch(policy, audit);
    const struct syscall_arch *arch = i < 0 ? NULL : policy->arches[i].arch;
    if (arch == NULL || (arch->foreign_bit != 0 && nr >= arch->foreign_bit && nr < 0x80000000U))
        return TRACE(FILTER_FOREIGN);
    const struct policy_rule *rule = policy_rule(policy, audit, nr);
    if (rule == NULL || rule->action == POLICY_REFUSE)
        return TRACE(FILTER_REFUSED);
    if (rule->action == POLICY_LIMIT)
        return TRACE(FILTER_LIMITED);
    if (rule->action == POLICY_ERRNO)
        return SECCOMP_RET_ERRNO | rule->value;
    if (rule->mask != 0 && rule->arg == arg && !policy_holds(policy, arch, rule, value))
        return rule->value != 0 ? SECCOMP_RET_ERRNO | rule->value : TRACE(FILTER_REFUSED);
    return SECCOMP_RET_ALLOW;
}

/* Some numbers that are no call's. */
static const uint32_t odd_numbers[] = {
    4096,       0x0000ffff,       0x00010000, 0x000effff, 0x00100000, 0x3fffffff, 0x40000000,
    0x40000001, 0x40000000 | 512, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
};

/* The numbers that are tried: 0 to 1023, the same from 5000 and from 0xf0000 on (MIPS, ARM), and the odd ones. */
#define NUMBERS (3 * 1024 + sizeof odd_numbers / sizeof odd_numbers[0])

static uint32_t number_at(size_t i)
{
    static const uint32_t bases[] = {0, 5000, 0xf0000};
    return i < 3072 ? bases[i / 1024] + (uint32_t)(i % 1024) : odd_numbers[i - 3072];
}

#define VALUES 400

/* The arguments that matter to rule: none of its bits and all, each of its values, and those with one bit turned. */
static size_t list_values(const struct policy *policy, const struct policy_rule *rule, uint64_t *values)
{
    size_t count = 0;
    static const uint64_t usual[] = {0, UINT64_MAX, UINT32_MAX, 0xffffffff00000000U};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        values[count++] = usual[i];
    if (rule == NULL || rule->action != POLICY_ALLOW || rule->mask == 0)
        return 1;
    values[count++] = ~rule->mask;
    values[count++] = rule->mask;
    for (unsigned bit = 0; bit < 64; bit++)
        values[count++] = (uint64_t)1 << bit;
    for (size_t i = 0; i < rule->count; i++) {
        uint64_t value = policy->values[rule->first + i];
        values[count++] = value;
        values[count++] = value | ~rule->mask;
        values[count++] = value << 32 | value >> 32;
        for (unsigned bit = 0; i < 4 && bit < 64; bit++)
            values[count++] = value ^ (uint64_t)1 << bit;
    }
    return count;
}

/* The filter of policy against its rules: each number of each architecture, with each argument's bits that matter. */
static void check_numbers(const struct filter *filter, const struct policy *policy)
{
    for (int k = 0; k < policy->arch_count; k++) {
        const struct syscall_arch *arch = policy->arches[k].arch;
        for (size_t n = 0; n < NUMBERS; n++) {
            uint32_t nr = number_at(n);
            const struct policy_rule *rule = policy_rule(policy, arch->audit, nr);
            unsigned arg = rule != NULL && rule->mask != 0 ? rule->arg : 0;
            uint64_t values[VALUES];
            size_t count = list_values(policy, rule, values);
            for (size_t i = 0; i < count; i++) {
                uint32_t answer = ask(filter, arch, arch->audit, nr, arg, values[i]);
                uint32_t right = expected(policy, arch->audit, nr, arg, values[i]);
                if (answer != right) { /* one is enough: a wrong load would be a million lines */
                    UNIT_CHECK(false, "%s %s %u %llx: %x, not %x", policy->name, arch->name, nr,
                               (unsigned long long)values[i], answer, right);
                    return;
                }
            }
        }
    }
    static const uint32_t others[] = {0, AUDIT_ARCH_S390X, AUDIT_ARCH_ARMEB, AUDIT_ARCH_MIPSEL, 0xffffffff};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        UNIT_CHECK(policy_arch(policy, others[i]) >= 0 ||
                       ask(filter, NULL, others[i], 0, 0, 0) == TRACE(FILTER_FOREIGN),
                   "arch %x", others[i]);
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        if (policy_arch(policy, arch->audit) < 0)
            UNIT_CHECK(ask(filter, NULL, arch->audit, 1, 0, 0) == TRACE(FILTER_FOREIGN), "%s", arch->name);
    }
    UNIT_CHECK(is_sound(filter), "%s: a jump out of the program", policy->name);
}

/* The policy name as on arch, perhaps with programs of a second architecture as well, and its filter. */
static bool build_for(struct filter *filter, struct policy *policy, const struct syscall_arch *arch, const char *name,
                      const char *second)
{
    struct err e = {""};
    char text[64];
    (void)str_format(text, sizeof text, "%s%s\ninclude %s\n", second == NULL ? "" : "arch ",
                     second == NULL ? "" : second, name); /* it fits */
    return UNIT_CHECK(policy_parse_for(policy, arch, folders, "test", text, strlen(text), &e) == 0, "%s: %s", name,
                      e.text) &&
           UNIT_CHECK(filter_build(filter, policy, &e) == 0, "%s: %s", name, e.text);
}

static bool build(struct filter *filter, struct policy *policy, const char *name, bool both)
{
    return build_for(filter, policy, syscall_arch_native(), name, both ? "i386" : NULL);
}

/* Programs of 32 bits beside the native ones: what a box of that kind can run. */
static const char *second_of(const struct syscall_arch *arch)
{
    return strcmp(arch->name, "x86_64") == 0 ? "i386" : strcmp(arch->name, "aarch64") == 0 ? "arm" : NULL;
}

static void test_every_number(void)
{
    struct policy policy;
    struct filter filter;
    CU_ASSERT_PTR_NOT_NULL_FATAL(shipped(14));
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        for (size_t i = 0; shipped(i) != NULL; i++) {
            if (build_for(&filter, &policy, arch, shipped(i), NULL))
                check_numbers(&filter, &policy);
            if (second_of(arch) != NULL && build_for(&filter, &policy, arch, shipped(i), second_of(arch)))
                check_numbers(&filter, &policy);
        }
    }
}

/* A call that is always allowed must be so without a look at its arguments: only then the kernel remembers it. */
static void test_allowed_is_plain(void)
{
    for (size_t i = 0; shipped(i / 2) != NULL; i++) {
        struct policy policy;
        struct filter filter;
        if (!build(&filter, &policy, shipped(i / 2), i % 2 != 0))
            continue;
        const struct machine machine = {.code = filter.code, .length = filter.length, .plain = true};
        for (int k = 0; k < policy.arch_count; k++) {
            for (size_t row = 0; row < policy.arches[k].arch->row_count; row++) {
                const struct policy_rule *rule = &policy.arches[k].rules[row];
                uint32_t nr = policy.arches[k].arch->rows[row].nr;
                if (rule->action != POLICY_ALLOW || rule->mask != 0)
                    continue;
                struct seccomp_data data = {.nr = (int)nr, .arch = policy.arches[k].arch->audit};
                UNIT_CHECK(simulate(&machine, &data) == SECCOMP_RET_ALLOW, "%s %s %u", shipped(i / 2),
                           policy.arches[k].arch->name, nr);
            }
        }
    }
}

/* Installing costs about 0.3 us an instruction, and is paid by each run. Calls of 32 bits are many. */
static void test_sizes(void)
{
    enum { MOST_X86_64 = 150, MOST = 180, MOST_OF_TWO = 345 };
    static const char *const ours[] = {"x86_64", "i386", "aarch64", "arm", "riscv64", "loongarch64", "mips64el", NULL};
    for (size_t k = 0; ours[k] != NULL; k++) { /* one that somebody adds may number its calls as it likes */
        const struct syscall_arch *arch = syscall_arch_by_name(ours[k]);
        int most = k == 0 ? MOST_X86_64 : MOST;
        for (size_t i = 0; shipped(i) != NULL; i++) {
            struct policy policy;
            struct filter filter;
            const char *second = second_of(arch);
            if (build_for(&filter, &policy, arch, shipped(i), NULL))
                UNIT_CHECK(filter.length <= most, "%s %s: %u instructions", shipped(i), arch->name, filter.length);
            if (second != NULL && build_for(&filter, &policy, arch, shipped(i), second))
                UNIT_CHECK(filter.length <= MOST_OF_TWO, "%s %s and %s: %u instructions", shipped(i), arch->name,
                           second, filter.length);
        }
    }
}

/* ---- policies that nobody would write */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* An architecture as no Linux has it: the tables of ours, with the upper half first, and of 32 bits. */
static const struct syscall_arch *made_up(unsigned i)
{
    static struct syscall_arch arches[2];
    arches[0] = *syscall_arch_by_name("x86_64");
    arches[0].name = "turned";
    arches[0].audit = AUDIT_ARCH_S390X;
    arches[0].elf_data = ELFDATA2MSB;
    arches[0].foreign_bit = 0;
    arches[1] = *syscall_arch_by_name("arm");
    arches[1].name = "turned32";
    arches[1].audit = AUDIT_ARCH_ARMEB;
    arches[1].elf_data = ELFDATA2MSB;
    return &arches[i];
}

static uint64_t random_value(uint32_t *state)
{
    uint64_t low = next_random(state) % 3 == 0 ? next_random(state) : next_random(state) % 8;
    uint64_t high = next_random(state) % 3 == 0 ? next_random(state) % 4 : 0;
    return high << 32 | low;
}

static void random_condition(struct policy *policy, struct policy_rule *rule, const struct syscall_arch *arch,
                             uint32_t *state)
{
    rule->arg = (uint8_t)(next_random(state) % 6);
    rule->value = next_random(state) % 2 == 0 ? 0 : (uint16_t)(1 + next_random(state) % 133);
    rule->mask = (uint64_t)1 << next_random(state) % 32;
    if (next_random(state) % 2 == 0)
        return;
    rule->mask = next_random(state) % 2 == 0 ? UINT64_MAX : (uint64_t)next_random(state) << 20 | 0xff;
    rule->count = (uint8_t)(1 + next_random(state) % 6);
    rule->first = (uint16_t)(next_random(state) % (POLICY_VALUES - 8));
    if (arch->elf_class == ELFCLASS32)
        rule->mask &= UINT32_MAX;
    for (size_t i = 0; i < rule->count; i++)
        policy->values[rule->first + i] &= rule->mask; /* as policy_lines.c makes sure; other rules have others then */
}

/* Rules in runs of 1 to longest calls. Long trees: their jumps are further than a conditional jump can skip. */
static void fill(struct policy *policy, uint32_t longest, uint32_t *state)
{
    static const char *const names[] = {"x86_64", "i386", "aarch64", "arm", "mips64el"};
    memset(policy, 0, sizeof *policy);
    (void)str_copy(policy->name, sizeof policy->name, "random"); /* it fits */
    for (size_t i = 0; i < POLICY_VALUES; i++)
        policy->values[i] = random_value(state);
    while (policy->arch_count < 2) {
        uint32_t pick = next_random(state) % 7;
        const struct syscall_arch *arch = pick < 5 ? syscall_arch_by_name(names[pick]) : made_up(pick - 5);
        if (policy_arch(policy, arch->audit) >= 0)
            continue;
        struct policy_rule rule = {.action = POLICY_REFUSE};
        uint32_t left = 0;
        for (size_t row = 0; row < arch->row_count; row++) {
            if (left-- == 0) {
                left = next_random(state) % longest;
                rule = (struct policy_rule){.action = (uint8_t)(next_random(state) % 4)};
                rule.value = rule.action == POLICY_ALLOW ? 0 : (uint16_t)(1 + next_random(state) % 133);
                if (rule.action == POLICY_ALLOW && next_random(state) % 2 == 0)
                    random_condition(policy, &rule, arch, state);
            }
            policy->arches[policy->arch_count].rules[row] = rule;
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
    for (int round = 0; round < 40; round++) {
        struct policy policy;
        struct filter filter;
        struct err e = {""};
        fill(&policy, 1 + (uint32_t)round / 4, &state);
        if (filter_build(&filter, &policy, &e) != 0) {
            UNIT_CHECK(strcmp(e.text, "policy random: its filter is longer than 1024 instructions") == 0, "%s", e.text);
            refused++;
            continue;
        }
        check_numbers(&filter, &policy);
        built++;
        long_ones += filter.length > 600;
    }
    UNIT_CHECK(built > 20 && refused > 2 && long_ones > 2, "%d built, %d refused, %d long", built, refused, long_ones);
}

static void test_extremes(void)
{
    static struct policy policy;
    struct filter filter;
    struct err e = {""};
    memset(&policy, 0, sizeof policy);
    (void)str_copy(policy.name, sizeof policy.name, "extreme"); /* it fits */
    policy.arch_count = 1;
    policy.arches[0].arch = syscall_arch_by_name("x86_64"); /* aarch64 has too few calls for the longest */
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), 0); /* nothing is allowed */
    check_numbers(&filter, &policy);
    for (int row = 0; row < SYSCALL_ROWS; row++)
        policy.arches[0].rules[row].action = POLICY_ALLOW; /* everything */
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), 0);
    check_numbers(&filter, &policy);
    for (int row = 0; row < SYSCALL_ROWS; row++)
        policy.arches[0].rules[row].mask = 1U + (uint32_t)row; /* four instructions each */
    CU_ASSERT_EQUAL(filter_build(&filter, &policy, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "policy extreme: its filter is longer than 1024 instructions");
}

/* ---- libseccomp */

/* Tells libseccomp the rule for its call nr. What follows `else` it cannot say: compare_theirs knows it. */
static int add_theirs(scmp_filter_ctx context, const struct policy *policy, const struct policy_rule *rule, int nr)
{
    int result = 0;
    if (rule->action == POLICY_ERRNO)
        return seccomp_rule_add(context, SCMP_ACT_ERRNO(rule->value), nr, 0);
    if (rule->action == POLICY_LIMIT)
        return seccomp_rule_add(context, SCMP_ACT_TRACE(FILTER_LIMITED), nr, 0);
    if (rule->mask == 0)
        return seccomp_rule_add(context, SCMP_ACT_ALLOW, nr, 0);
    if (rule->count == 0)
        return seccomp_rule_add(context, SCMP_ACT_ALLOW, nr, 1,
                                SCMP_CMP64(rule->arg, SCMP_CMP_MASKED_EQ, rule->mask, 0));
    for (size_t i = 0; result == 0 && i < rule->count; i++)
        result =
            seccomp_rule_add(context, SCMP_ACT_ALLOW, nr, 1,
                             SCMP_CMP64(rule->arg, SCMP_CMP_MASKED_EQ, rule->mask, policy->values[rule->first + i]));
    return result;
}

/* libseccomp's program for one architecture of policy, into code. Its length, or 0. unknown[row]: calls whose names it
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
        const struct policy_rule *rule = &policy->arches[index].rules[i];
        int there = seccomp_syscall_resolve_name_arch(arch->audit, arch->rows[i].name);
        unknown[i] = there < 0;
        if (there < 0 || rule->action == POLICY_REFUSE)
            continue;
        result = add_theirs(context, policy, rule, seccomp_syscall_resolve_name(arch->rows[i].name));
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

/* One number, with the arguments that matter, in both programs. */
static void compare_number(const struct machine *ours, const struct machine *theirs, const struct policy *policy,
                           const struct syscall_arch *arch, uint32_t nr)
{
    const struct policy_rule *rule = policy_rule(policy, arch->audit, nr);
    uint64_t values[VALUES];
    size_t count = list_values(policy, rule, values);
    bool conditional = rule != NULL && rule->action == POLICY_ALLOW && rule->mask != 0;
    for (size_t i = 0; i < count; i++) {
        struct seccomp_data data = {.nr = (int)nr, .arch = arch->audit};
        if (arch->elf_class == ELFCLASS32)
            values[i] &= UINT32_MAX; /* all that there is */
        for (unsigned arg = 0; arg < 6; arg++)
            data.args[arg] = values[i];
        uint32_t answer = simulate(ours, &data);
        uint32_t other = simulate(theirs, &data);
        if (conditional && rule->value != 0 && other == TRACE(FILTER_REFUSED))
            other = SECCOMP_RET_ERRNO | rule->value;
        if (arch->foreign_bit != 0 && nr > 0x80000000U - 1 && other == TRACE(FILTER_FOREIGN))
            other = TRACE(FILTER_REFUSED); /* x32's, it says: refused as well */
        if (answer != other)
            UNIT_CHECK(false, "%s %s %u %llx: %x, theirs %x", policy->name, arch->name, nr,
                       (unsigned long long)values[i], answer, other);
    }
}

static void compare_theirs(const struct filter *filter, const struct policy *policy, int index)
{
    const struct syscall_arch *arch = policy->arches[index].arch;
    struct sock_filter code[4096];
    bool unknown[SYSCALL_ROWS] = {false};
    size_t length = build_theirs(policy, index, code, sizeof code / sizeof code[0], unknown);
    if (!UNIT_CHECK(length > 0 && length < sizeof code / sizeof code[0], "%s %s: no filter", policy->name, arch->name))
        return;
    for (const char *const *word = (const char *const[]){"socketcall", "ipc", NULL}; *word != NULL; word++) {
        int row =
            syscall_index_by_name(arch, *word); /* libseccomp looks into its argument for socketpair and the like */
        if (row >= 0)
            unknown[row] = true;
    }
    const struct machine theirs = {.code = code, .length = length};
    const struct machine ours = {.code = filter->code, .length = filter->length};
    int compared = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        int row = syscall_index(arch, number_at(i));
        if (row >= 0 && unknown[row])
            continue;
        compared++;
        compare_number(&ours, &theirs, policy, arch, number_at(i));
    }
    UNIT_CHECK(compared > 3000, "%s %s: only %d numbers compared", policy->name, arch->name, compared);
    for (const struct syscall_arch *other = syscall_arches; other->name != NULL; other++) {
        struct seccomp_data data = {.nr = 1, .arch = other->audit};
        if (policy_arch(policy, other->audit) < 0)
            UNIT_CHECK(simulate(&ours, &data) == simulate(&theirs, &data), "%s: %s", policy->name, other->name);
    }
}

/* Does libseccomp know arch? LoongArch came with 2.6. */
static bool theirs_knows(const struct syscall_arch *arch)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_KILL);
    bool knows =
        context != NULL && (arch->audit == seccomp_arch_native() || seccomp_arch_add(context, arch->audit) == 0);
    if (context != NULL)
        seccomp_release(context);
    return knows;
}

static void test_libseccomp(void)
{
    struct policy policy;
    struct filter filter;
    int arches = 0;
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        if (!theirs_knows(arch))
            continue;
        arches++;
        for (size_t i = 0; shipped(i) != NULL; i++) {
            if (!build_for(&filter, &policy, arch, shipped(i), second_of(arch)))
                continue;
            for (int k = 0; k < policy.arch_count; k++)
                compare_theirs(&filter, &policy, k);
        }
    }
    UNIT_CHECK(arches >= 6, "libseccomp knows only %d architectures", arches);
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
    for (int nr = 0; nr < 1024; nr++) {
        const struct policy_rule *rule = policy_rule(policy, policy->arches[0].arch->audit, nr);
        const char *name = syscall_name(policy->arches[0].arch, nr);
        bool unasked = name != NULL && (strcmp(name, "uretprobe") == 0 || strcmp(name, "uprobe") == 0);
        if (unasked || (rule != NULL && rule->action == POLICY_ALLOW))
            continue;
        *failed = nr;
        errno = 0;
        if (syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L) != -1)
            return 2;
        if (errno != (rule != NULL && rule->action == POLICY_ERRNO ? rule->value : ENOSYS))
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
    for (size_t i = 0; shipped(i / 2) != NULL; i++) {
        struct policy policy;
        struct filter filter;
        if (!build(&filter, &policy, shipped(i / 2), i % 2 != 0))
            continue;
        pid_t pid = fork();
        if (pid == 0)
            _exit(try_kernel(&filter, &policy, failed));
        int status = -1;
        CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
        UNIT_CHECK(status == 0, "%s: status %x at number %d", shipped(i / 2), (unsigned)status, *failed);
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
