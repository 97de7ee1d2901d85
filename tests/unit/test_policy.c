/*
 * test_policy.c - the lines of a policy, what is wrong with a bad one in exact words, and what the policies that come
 * with the judge may never allow. Runs in the project's folder; writes only below a temporary one.
 */
#include "judge_client/sandbox/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sched.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static const char *const shipped_folders[] = {"syscall_tables/policy", NULL};
static const char *const shipped[] = {"base", "c",      "threads", "compiler", "runtime",
                                      "java", "python", "ruby",    "php",      "node",
                                      "go",   "csharp", "bash",    "sql",      "csharp-compiler"};
static const size_t shipped_count = sizeof shipped / sizeof shipped[0];

static const struct policy_rule *rule_of(const struct policy *policy, const char *arch_name, const char *call)
{
    const struct syscall_arch *arch = syscall_arch_by_name(arch_name);
    return policy_rule(policy, arch->audit, syscall_number(arch, call));
}

/* The tests name calls of x86_64, whatever they run on. */
static const struct syscall_arch *x86_64(void)
{
    return syscall_arch_by_name("x86_64");
}

static int parse(struct policy *policy, const char *text, struct err *e)
{
    return policy_parse_for(policy, x86_64(), shipped_folders, "t", text, strlen(text), e);
}

/* True where text parses, and call then has this rule. */
static bool gives(const char *text, const char *call, struct policy_rule expected)
{
    struct policy policy;
    struct err e = {""};
    if (!UNIT_CHECK(parse(&policy, text, &e) == 0, "%s: %s", text, e.text))
        return false;
    const struct policy_rule *rule = rule_of(&policy, "x86_64", call);
    return rule != NULL && rule->action == expected.action && rule->arg == expected.arg &&
           rule->value == expected.value && rule->mask == expected.mask;
}

static void test_lines(void)
{
    const struct policy_rule refuse = {.action = POLICY_REFUSE};
    const struct policy_rule allow = {.action = POLICY_ALLOW};
    const struct policy_rule enosys = {.action = POLICY_ERRNO, .value = ENOSYS};
    const struct policy_rule once = {.action = POLICY_LIMIT, .value = 1};
    const struct policy_rule most = {.action = POLICY_LIMIT, .value = UINT16_MAX};
    CU_ASSERT(gives("", "read", refuse));
    CU_ASSERT(gives("\n\n   \n# nothing\n", "read", refuse));
    CU_ASSERT(gives("allow read", "read", allow));
    CU_ASSERT(gives("allow read write\n", "write", allow));
    CU_ASSERT(gives(" \t allow\t read # write\r\n", "read", allow));
    CU_ASSERT(gives("allow read # write\n", "write", refuse));
    CU_ASSERT(gives("#allow read\n", "read", refuse));
    CU_ASSERT(gives("allow read#\n", "read", allow));
    CU_ASSERT(gives("errno ENOSYS clone3 read", "read", enosys));
    CU_ASSERT(gives("limit execve 1", "execve", once));
    CU_ASSERT(gives("limit execve 65535", "execve", most));
    CU_ASSERT(gives("allow clone unless arg0 & 0x7e82a080", "clone",
                    (struct policy_rule){.action = POLICY_ALLOW, .arg = 0, .mask = 0x7e82a080}));
    CU_ASSERT(gives("allow read write unless arg5 & 4294967295", "read",
                    (struct policy_rule){.action = POLICY_ALLOW, .arg = 5, .mask = UINT32_MAX}));
}

/* True where text parses on arch, and call with this argument is let through as expected. */
static bool lets(const char *arch_name, const char *text, const char *call, uint64_t argument, bool expected)
{
    struct policy policy;
    struct err e = {""};
    const struct syscall_arch *arch = syscall_arch_by_name(arch_name);
    if (!UNIT_CHECK(policy_parse_for(&policy, arch, shipped_folders, "t", text, strlen(text), &e) == 0, "%s: %s", text,
                    e.text))
        return false;
    const struct policy_rule *rule = rule_of(&policy, arch_name, call);
    return rule != NULL && rule->action == POLICY_ALLOW && policy_holds(&policy, arch, rule, argument) == expected;
}

static void test_conditions(void)
{
    CU_ASSERT(lets("x86_64", "allow ioctl arg1 = TCGETS FIONREAD", "ioctl", 0x5401, true));
    CU_ASSERT(lets("x86_64", "allow ioctl arg1 = TCGETS FIONREAD", "ioctl", 0x541b, true));
    CU_ASSERT(lets("x86_64", "allow ioctl arg1 = TCGETS FIONREAD", "ioctl", 0x541c, false));
    CU_ASSERT(lets("x86_64", "allow ioctl arg1 = TCGETS FIONREAD", "ioctl", 0x10000541b, false));
    CU_ASSERT(lets("x86_64", "allow ioctl arg1 & 0xffffffff = FIONREAD", "ioctl", 0x10000541b, true));
    CU_ASSERT(lets("x86_64", "allow read write arg0 = 0x100000001 -1", "write", 0x100000001, true));
    CU_ASSERT(lets("x86_64", "allow read write arg0 = 0x100000001 -1", "write", UINT64_MAX, true));
    CU_ASSERT(lets("x86_64", "allow read write arg0 = 0x100000001 -1", "read", 1, false));
    CU_ASSERT(lets("x86_64", "allow clone arg0 & CLONE_THREAD|CLONE_NEWNS = CLONE_THREAD", "clone", 0x10f00, true));
    CU_ASSERT(lets("x86_64", "allow clone arg0 & CLONE_THREAD|CLONE_NEWNS = CLONE_THREAD", "clone", 0x30f00, false));
    CU_ASSERT(lets("x86_64", "allow clone arg0 & CLONE_THREAD|CLONE_NEWNS = CLONE_THREAD", "clone", 0, false));
    CU_ASSERT(lets("x86_64", "allow clone unless arg0 & CLONE_THREAD|0x80", "clone", 0x80, false));
    /* 32 bits are all that an argument has there. */
    CU_ASSERT(lets("arm", "allow openat arg0 = -100", "openat", 0xffffff9c, true));
    CU_ASSERT(lets("aarch64", "allow openat arg0 = -100", "openat", 0xffffff9c, false));
    CU_ASSERT(lets("aarch64", "allow openat arg0 = -100", "openat", 0xffffffffffffff9c, true));
    CU_ASSERT(lets("mips64el", "allow ioctl arg1 = TCGETS", "ioctl", 0x540d, true));
    CU_ASSERT(lets("mips64el", "allow ioctl arg1 = TCGETS", "ioctl", 0x5401, false));

    struct policy policy;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow ioctl arg1 = 1 2 else errno ENOTTY\nallow read arg0 = 1 2", &e), 0);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "ioctl")->value, ENOTTY);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "read")->value, 0);
    CU_ASSERT_EQUAL(policy.value_count, 2); /* kept once */
    uint64_t hash = policy.hash;
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow ioctl arg1 = 1 3 else errno ENOTTY\nallow read arg0 = 1 2", &e), 0);
    CU_ASSERT_NOT_EQUAL(policy.hash, hash);
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow clone unless arg0 & 1 else errno EPERM", &e), 0);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "clone")->value, EPERM);
}

/* 300 values in the conditions of one policy, and 33 in one condition. */
static void test_too_many_values(void)
{
    struct policy policy;
    struct err e = {""};
    char text[16384] = "";
    for (int i = 0; i < 300; i++) {
        size_t length = strlen(text);
        CU_ASSERT_EQUAL(str_format(text + length, sizeof text - length, "allow read arg0 = %d\n", i), 0);
    }
    CU_ASSERT_EQUAL(parse(&policy, text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t:257: more than 256 values of arguments in a policy");
    (void)str_copy(text, sizeof text, "allow read arg0 ="); /* it fits */
    for (int i = 0; i < 33; i++) {
        size_t length = strlen(text);
        CU_ASSERT_EQUAL(str_format(text + length, sizeof text - length, " %d", i), 0);
    }
    CU_ASSERT_EQUAL(parse(&policy, text, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t:1: more than 32 values in a condition");
}

static void test_on(void)
{
    struct policy policy;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "arch i386\nallow read\non i386 refuse read\non x86_64 limit execve 2", &e),
                          0);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "read")->action, POLICY_ALLOW);
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "read")->action, POLICY_REFUSE);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "execve")->value, 2);
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "execve")->action, POLICY_REFUSE);
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "on arm allow set_tls read", &e), 0); /* not here, but checked */
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "read")->action, POLICY_REFUSE);
}

static void test_later_line_wins(void)
{
    const struct policy_rule refuse = {.action = POLICY_REFUSE};
    const struct policy_rule allow = {.action = POLICY_ALLOW};
    CU_ASSERT(gives("allow read\nrefuse read", "read", refuse));
    CU_ASSERT(gives("refuse read\nallow read", "read", allow));
    CU_ASSERT(gives("limit execve 1\nerrno EPERM execve\nallow execve", "execve", allow));
    CU_ASSERT(gives("allow clone unless arg0 & 1\nallow clone", "clone", allow));
    CU_ASSERT(gives("include base\nrefuse read", "read", refuse));
    CU_ASSERT(gives("refuse read\ninclude base", "read", allow));
}

static void test_architectures(void)
{
    struct policy policy;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow read mmap2 socket\nlimit execve 2\narch i386\narch i386\n", &e), 0);
    CU_ASSERT_STRING_EQUAL(policy.name, "t");
    CU_ASSERT_EQUAL(policy.arch_count, 2);
    CU_ASSERT_PTR_EQUAL(policy.arches[0].arch, x86_64());
    /* The line of the architecture may come last: the rules hold for it all the same. */
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "read")->action, POLICY_ALLOW);
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "mmap2")->action, POLICY_ALLOW);
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "execve")->value, 2);
    CU_ASSERT_EQUAL(rule_of(&policy, "i386", "write")->action, POLICY_REFUSE);
    CU_ASSERT_EQUAL(rule_of(&policy, "x86_64", "read")->action, POLICY_ALLOW);
    /* i386's number of mmap2 is another call of x86_64. */
    CU_ASSERT_EQUAL(policy_rule(&policy, policy.arches[0].arch->audit, 192)->action, POLICY_REFUSE);
    CU_ASSERT_EQUAL(policy_arch(&policy, syscall_arch_by_name("i386")->audit), 1);
    CU_ASSERT_EQUAL(policy_arch(&policy, syscall_arch_by_name("arm")->audit), -1);
    CU_ASSERT(policy_allows(&policy, "mmap2"));

    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow read mmap2", &e), 0);
    CU_ASSERT_EQUAL(policy.arch_count, 1);
    CU_ASSERT_PTR_NULL(rule_of(&policy, "i386", "read"));
    CU_ASSERT_FALSE(policy_allows(&policy, "mmap2"));
}

static void test_rule_and_allows(void)
{
    struct policy policy;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(parse(&policy, "allow read\nlimit execve 1\nerrno EPERM socket\nrefuse write", &e), 0);
    uint32_t audit = policy.arches[0].arch->audit;
    CU_ASSERT_PTR_NULL(policy_rule(&policy, audit, -1));
    CU_ASSERT_PTR_NULL(policy_rule(&policy, audit, 1023));
    CU_ASSERT_PTR_NULL(policy_rule(&policy, audit, INT64_MAX));
    CU_ASSERT_PTR_NULL(policy_rule(&policy, audit, 0x40000000));
    CU_ASSERT_PTR_NULL(policy_rule(&policy, 0, 0));
    CU_ASSERT_PTR_NOT_NULL(policy_rule(&policy, audit, 0));
    CU_ASSERT(policy_allows(&policy, "read"));
    CU_ASSERT(policy_allows(&policy, "execve"));
    CU_ASSERT_FALSE(policy_allows(&policy, "socket"));
    CU_ASSERT_FALSE(policy_allows(&policy, "write"));
    CU_ASSERT_FALSE(policy_allows(&policy, "no_such_call"));
}

static void test_bad_lines(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"allow opne", "t:1: unknown system call 'opne' (did you mean 'open'?)"},
        {"allow read\n\nrefuse sokcet # x", "t:3: unknown system call 'sokcet' (did you mean 'socket'?)"},
        {"allow mmap2x", "t:1: unknown system call 'mmap2x' (did you mean 'mmap'?)"},
        {"allow xxxxxxxxqqqqqqq", "t:1: unknown system call 'xxxxxxxxqqqqqqq'"},
        {"allow READ", "t:1: unknown system call 'READ'"},
        {"allow 0", "t:1: unknown system call '0'"},
        {"allow", "t:1: 'allow' names no system call"},
        {"refuse # read", "t:1: 'refuse' names no system call"},
        {"errno", "t:1: 'errno' names no error"},
        {"errno ENOSYS", "t:1: 'errno' names no system call"},
        {"errno ENOSIS read", "t:1: unknown errno 'ENOSIS' (did you mean 'ENOSYS'?)"},
        {"errno 38 read", "t:1: unknown errno '38'"},
        {"limit execve", "t:1: a limit is 'limit NAME N'"},
        {"limit", "t:1: a limit is 'limit NAME N'"},
        {"limit execve 1 2", "t:1: a limit is 'limit NAME N'"},
        {"limit execve one", "t:1: bad number 'one' (1 to 65535)"},
        {"limit execve 0", "t:1: bad number '0' (1 to 65535)"},
        {"limit execve -1", "t:1: bad number '-1' (1 to 65535)"},
        {"limit execve 65536", "t:1: bad number '65536' (1 to 65535)"},
        {"limit execve 99999999999999999999", "t:1: bad number '99999999999999999999' (1 to 65535)"},
        {"limit exceve 1", "t:1: unknown system call 'exceve' (did you mean 'execve'?)"},
        {"allow unless arg0 & 1", "t:1: 'allow' names no system call"},
        {"allow clone unless", "t:1: a condition is 'unless argN & MASK'"},
        {"allow clone unless arg0", "t:1: a condition is 'unless argN & MASK'"},
        {"allow clone unless arg0 & 1 2", "t:1: a condition is 'unless argN & MASK'"},
        {"allow clone unless arg0 | 1", "t:1: a condition is 'unless argN & MASK'"},
        {"allow clone unless arg6 & 1", "t:1: no argument 'arg6' (there are arg0 to arg5)"},
        {"allow clone unless arg & 1", "t:1: no argument 'arg' (there are arg0 to arg5)"},
        {"allow clone unless flags & 1", "t:1: no argument 'flags' (there are arg0 to arg5)"},
        {"allow clone unless arg0 & 0", "t:1: bad mask '0' (0x1 to 0xffffffff)"},
        {"allow clone unless arg0 & 0x100000000", "t:1: bad mask '0x100000000' (0x1 to 0xffffffff)"},
        {"allow clone unless arg0 & 0xzz", "t:1: unknown value '0xzz' (a number)"},
        {"refuse clone unless arg0 & 1", "t:1: 'unless' belongs to 'allow' only"},
        {"refuse ioctl arg1 = 1", "t:1: unknown system call 'arg1'"},
        {"allow arg1 = 1", "t:1: 'allow' names no system call"},
        {"allow ioctl arg1", "t:1: a condition is 'argN = VALUE...' or 'argN & MASK = VALUE...'"},
        {"allow ioctl arg1 =", "t:1: a condition is 'argN = VALUE...' or 'argN & MASK = VALUE...'"},
        {"allow ioctl arg1 & 1", "t:1: a condition is 'argN = VALUE...' or 'argN & MASK = VALUE...'"},
        {"allow ioctl arg1 & 1 =", "t:1: a condition is 'argN = VALUE...' or 'argN & MASK = VALUE...'"},
        {"allow ioctl arg6 = 1", "t:1: no argument 'arg6' (there are arg0 to arg5)"},
        {"allow ioctl arg1 = TCGET", "t:1: unknown value 'TCGET' (a number, or did you mean 'TCGETS'?)"},
        {"allow ioctl arg1 = 18446744073709551616", "t:1: unknown value '18446744073709551616' (a number)"},
        {"allow ioctl arg1 = 1||2", "t:1: bad value '1||2' (a number or a name; several with | between them)"},
        {"allow ioctl arg1 = |", "t:1: bad value '|' (a number or a name; several with | between them)"},
        {"allow ioctl arg1 & 0 = 0", "t:1: bad mask '0' (it has no bit)"},
        {"allow ioctl arg1 & 1 = 3", "t:1: the value '3' has bits outside of the mask '1': it never holds"},
        {"allow ioctl arg1 = 1 else", "t:1: after a condition: 'else errno NAME'"},
        {"allow ioctl arg1 = 1 else refuse", "t:1: after a condition: 'else errno NAME'"},
        {"allow ioctl arg1 = 1 else errno ENOTTI", "t:1: unknown errno 'ENOTTI' (did you mean 'ENOTTY'?)"},
        {"allow ioctl arg1 = 1 else errno ENOTTY x", "t:1: after a condition: 'else errno NAME'"},
        {"on", "t:1: a line for one architecture is 'on NAME LINE'"},
        {"on arm", "t:1: a line for one architecture is 'on NAME LINE'"},
        {"on arm on arm allow read", "t:1: 'on' cannot be for one architecture"},
        {"on arm include base", "t:1: 'include' cannot be for one architecture"},
        {"on arm arch i386", "t:1: 'arch' cannot be for one architecture"},
        {"on arm allow set_tlz", "t:1: arm has no system call 'set_tlz' (did you mean 'set_tls'?)"},
        {"on x86_64 allow mmap2", "t:1: x86_64 has no system call 'mmap2' (did you mean 'mmap'?)"},
        {"arch", "t:1: 'arch' takes one name"},
        {"arch i386 x86_64", "t:1: 'arch' takes one name"},
        {"arch vax",
         "t:1: unknown architecture 'vax' (there are: x86_64 i386 aarch64 arm riscv64 loongarch64 mips64el)"},
        {"include", "t:1: 'include' takes one name"},
        {"include base c", "t:1: 'include' takes one name"},
        {"include nope",
         "t:1: no policy 'nope' (there are: base bash c checker compiler csharp csharp-compiler go java node "
         "php python ruby runtime sql threads)"},
        {"include ../base", "t:1: '../base' cannot be a policy's name (a-z, 0-9, _ and -, at most 31)"},
        {"include base.policy", "t:1: 'base.policy' cannot be a policy's name (a-z, 0-9, _ and -, at most 31)"},
        {"include t", "t:1: include loop: t -> t"},
        {"permit read",
         "t:1: unknown word 'permit' (a line begins with include, arch, allow, refuse, errno, limit or on)"},
        {"Allow read",
         "t:1: unknown word 'Allow' (a line begins with include, arch, allow, refuse, errno, limit or on)"},
        {"allow \033[2J", "t:1: unknown system call '?[2J'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct policy policy;
        struct err e = {""};
        UNIT_CHECK(parse(&policy, rows[i].text, &e) == -1, "accepted: %s", rows[i].text);
        UNIT_CHECK(strcmp(e.text, rows[i].message) == 0, "said: %s", e.text);
    }
}

static void test_bad_bytes(void)
{
    struct policy policy;
    struct err e = {""};
    static const char nul[] = "allow read\nallow wri\0te\n";
    CU_ASSERT_EQUAL(policy_parse(&policy, shipped_folders, "t", nul, sizeof nul - 1, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t:2: a NUL byte");

    /* A name of 1 MiB, a line of 1 MiB of words, and a text that is a byte too long. */
    size_t most = 1024 * 1024;
    char *text = malloc(most + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', most + 1);
    memcpy(text, "allow ", 6);
    CU_ASSERT_EQUAL(policy_parse(&policy, shipped_folders, "t", text, most, &e), -1);
    UNIT_CHECK(str_starts(e.text, "t:1: unknown system call 'xxxxx") && strlen(e.text) < 120, "%s", e.text);
    for (size_t i = 0; i + 1 < most; i += 2)
        memcpy(text + i, "a ", 2);
    CU_ASSERT_EQUAL(policy_parse(&policy, shipped_folders, "t", text, most, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t:1: more than 256 words in a line");
    CU_ASSERT_EQUAL(policy_parse(&policy, shipped_folders, "t", text, most + 1, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t: larger than 1048576 bytes");
    memset(text, '\n', most);
    CU_ASSERT_EQUAL(policy_parse(&policy, shipped_folders, "t", text, most, &e), 0);
    free(text);
}

/* A temporary folder with a first/ and a second/ folder of policies. */
struct fixture {
    char root[64];
    char first[80];
    char second[80];
    const char *folders[3];
};

static void fixture_init(struct fixture *f)
{
    (void)str_copy(f->root, sizeof f->root, "/tmp/test_policy.XXXXXX"); /* it fits */
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->root));
    CU_ASSERT_EQUAL(str_format(f->first, sizeof f->first, "%s/first", f->root), 0);
    CU_ASSERT_EQUAL(str_format(f->second, sizeof f->second, "%s/second", f->root), 0);
    CU_ASSERT_EQUAL(mkdir(f->first, 0700), 0);
    CU_ASSERT_EQUAL(mkdir(f->second, 0700), 0);
    f->folders[0] = f->first;
    f->folders[1] = f->second;
    f->folders[2] = NULL;
}

/* Writes, or with NULL removes, the file name in folder. */
static void fixture_file(const char *folder, const char *name, const char *text)
{
    char path[160];
    CU_ASSERT_EQUAL(str_format(path, sizeof path, "%s/%s", folder, name), 0);
    if (text == NULL) {
        UNIT_CHECK(unlink(path) == 0, "cannot remove %s", path);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    UNIT_CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0, "cannot write %s", path);
    file_close(&fd);
}

static void fixture_fini(struct fixture *f)
{
    CU_ASSERT_EQUAL(rmdir(f->first), 0);
    CU_ASSERT_EQUAL(rmdir(f->second), 0);
    CU_ASSERT_EQUAL(rmdir(f->root), 0);
}

static void test_load_folders(void)
{
    struct fixture f;
    struct policy policy;
    struct err e = {""};
    fixture_init(&f);
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), -1);
    UNIT_CHECK(str_starts(e.text, "no policy 'a' (there is none at all in: /tmp/test_policy."), "%s", e.text);

    fixture_file(f.second, "a.policy", "include b\nallow read\n");
    fixture_file(f.second, "b.policy", "allow write\n");
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), 0);
    CU_ASSERT_STRING_EQUAL(policy.name, "a");
    CU_ASSERT(policy_allows(&policy, "read") && policy_allows(&policy, "write"));
    /* The first folder's file wins, for an include of the second's as well. */
    fixture_file(f.first, "b.policy", "allow lseek\n");
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), 0);
    CU_ASSERT(policy_allows(&policy, "read") && policy_allows(&policy, "lseek"));
    CU_ASSERT_FALSE(policy_allows(&policy, "write"));

    fixture_file(f.first, "B.policy", "");
    fixture_file(f.first, ".policy", "");
    fixture_file(f.first, "b.policy~", "");
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "c", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "no policy 'c' (there are: a b)");
    static const char *const bad[] = {
        "", "..", "a/b", "/etc/passwd", "a.policy", "A", "a b", "a\n", "a23456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        UNIT_CHECK(policy_load(&policy, f.folders, bad[i], &e) == -1, "accepted the name '%s'", bad[i]);
        UNIT_CHECK(strstr(e.text, "' cannot be a policy's name (a-z, 0-9, _ and -, at most 31)") != NULL, "%s", e.text);
    }
    fixture_file(f.first, "B.policy", NULL);
    fixture_file(f.first, ".policy", NULL);
    fixture_file(f.first, "b.policy~", NULL);
    fixture_file(f.first, "b.policy", NULL);
    fixture_file(f.second, "a.policy", NULL);
    fixture_file(f.second, "b.policy", NULL);
    fixture_fini(&f);
}

/* True where loading name fails with this text after the folder's name. */
static bool load_says(const struct fixture *f, const char *name, const char *message)
{
    struct policy policy;
    struct err e = {""};
    if (policy_load(&policy, f->folders, name, &e) != -1)
        return UNIT_CHECK(false, "loaded %s", name) != 0;
    size_t length = strlen(f->first);
    const char *text = strncmp(e.text, f->first, length) == 0 ? e.text + length : e.text;
    return UNIT_CHECK(strcmp(text, message) == 0, "said: %s", e.text) != 0;
}

static void test_includes(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_file(f.first, "a.policy", "# a\ninclude b\n");
    fixture_file(f.first, "b.policy", "\n\ninclude c\n");
    fixture_file(f.first, "c.policy", "include a\n");
    CU_ASSERT(load_says(&f, "a", "/c.policy:1: include loop: a -> b -> c -> a"));
    CU_ASSERT(load_says(&f, "c", "/b.policy:3: include loop: c -> a -> b -> c"));
    fixture_file(f.first, "c.policy", "include c\n");
    CU_ASSERT(load_says(&f, "a", "/c.policy:1: include loop: c -> c"));
    fixture_file(f.first, "c.policy", "allow read\nallow rite\n");
    CU_ASSERT(load_says(&f, "a", "/c.policy:2: unknown system call 'rite' (did you mean 'write'?)"));
    fixture_file(f.first, "c.policy", "include d");
    CU_ASSERT(load_says(&f, "a", "/c.policy:1: no policy 'd' (there are: a b c)"));

    /* Twice is no loop. Too deep, and too many. */
    struct policy policy;
    struct err e = {""};
    fixture_file(f.first, "c.policy", "allow read");
    fixture_file(f.first, "a.policy", "include b\ninclude b\ninclude c");
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), 0);
    for (int i = 0; i <= 16; i++) {
        char name[32];
        char text[160];
        (void)str_format(name, sizeof name, "d%d.policy", i); /* it fits */
        (void)str_format(text, sizeof text, "include d%d\ninclude d%d\n", i + 1, i + 1);
        fixture_file(f.first, name, text);
    }
    CU_ASSERT(load_says(&f, "d0", "/d15.policy:1: includes nest deeper than 16"));
    fixture_file(f.first, "d12.policy", "allow read");
    CU_ASSERT(load_says(&f, "d4", "/d5.policy:1: more than 256 includes"));
    for (int i = 0; i <= 16; i++) {
        char name[32];
        (void)str_format(name, sizeof name, "d%d.policy", i); /* it fits */
        fixture_file(f.first, name, NULL);
    }
    fixture_file(f.first, "a.policy", NULL);
    fixture_file(f.first, "b.policy", NULL);
    fixture_file(f.first, "c.policy", NULL);
    fixture_fini(&f);
}

static void test_bad_files(void)
{
    struct fixture f;
    struct policy policy;
    struct err e = {""};
    char path[160];
    fixture_init(&f);
    CU_ASSERT_EQUAL(str_format(path, sizeof path, "%s/a.policy", f.first), 0);
    CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), -1);
    UNIT_CHECK(strstr(e.text, "/a.policy is not a regular file") != NULL, "%s", e.text);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0); /* opened, it would wait for a writer */
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), -1);
    UNIT_CHECK(strstr(e.text, "/a.policy is not a regular file") != NULL, "%s", e.text);
    CU_ASSERT_EQUAL(unlink(path), 0);

    fixture_file(f.first, "a.policy", "");
    CU_ASSERT_EQUAL(truncate(path, 1024 * 1024 + 1), 0);
    CU_ASSERT_EQUAL(policy_load(&policy, f.folders, "a", &e), -1);
    UNIT_CHECK(strstr(e.text, "/a.policy: larger than 1048576 bytes") != NULL, "%s", e.text);
    fixture_file(f.first, "a.policy", NULL);
    fixture_fini(&f);
}

/* Calls that no policy of ours lets through, on any architecture: another namespace, another's memory, the box. */
static const char never[] =
    "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise unshare setns clone3 "
    "chroot pivot_root mount umount umount2 mount_setattr move_mount open_tree open_tree_attr fsopen "
    "fsconfig fsmount fspick statmount listmount bpf perf_event_open userfaultfd io_uring_setup "
    "io_uring_enter io_uring_register keyctl add_key request_key openat2 open_by_handle_at "
    "name_to_handle_at execveat kexec_load kexec_file_load reboot init_module finit_module delete_module "
    "iopl ioperm modify_ldt vm86 uselib swapon swapoff acct quotactl settimeofday clock_settime "
    "clock_adjtime adjtimex sethostname setdomainname syslog personality socket socketcall connect bind "
    "sendmsg sendmmsg shmget shmat semget msgget ipc mq_open mknod mknodat chown fchown lchown fchownat "
    "setuid setgid setgroups capset setxattr setpriority nice sched_setaffinity sched_setscheduler "
    "sched_setattr seccomp io_setup io_submit splice tee vmsplice fanotify_init remap_file_pages "
    "memfd_secret sync syncfs vhangup lookup_dcookie uretprobe";

/* The next of the words in *list, into name; false at the end. */
static bool next_name(const char **list, char *name, size_t size)
{
    *list += strspn(*list, " ");
    size_t length = strcspn(*list, " ");
    if (length == 0 || length >= size)
        return false;
    memcpy(name, *list, length);
    name[length] = '\0';
    *list += length;
    return true;
}

static void test_shipped_never(void)
{
    for (size_t i = 0; i < shipped_count; i++) {
        struct policy policy;
        struct err e = {""};
        char text[64];
        CU_ASSERT_EQUAL(str_format(text, sizeof text, "arch i386\ninclude %s", shipped[i]), 0);
        UNIT_CHECK(parse(&policy, text, &e) == 0, "%s: %s", shipped[i], e.text);
        const char *names = never;
        char name[32];
        while (next_name(&names, name, sizeof name)) {
            UNIT_CHECK(rule_of(&policy, "x86_64", name) != NULL || rule_of(&policy, "i386", name) != NULL, "%s?", name);
            bool usual = strcmp(name, "sched_setscheduler") == 0 && str_starts(shipped[i], "csharp");
            UNIT_CHECK(usual || !policy_allows(&policy, name), "%s allows %s", shipped[i], name);
            /* Mono may set what is set anyway. */
            UNIT_CHECK(!usual || rule_of(&policy, "x86_64", name)->mask == UINT32_MAX, "%s: %s", shipped[i], name);
        }
        UNIT_CHECK(*names == '\0', "stopped before %s", names);
    }
}

/* Does name let clone through with these flags, on the k-th architecture? */
static bool clones(const struct policy *policy, int k, uint64_t flags)
{
    const struct syscall_arch *arch = policy->arches[k].arch;
    const struct policy_rule *rule = rule_of(policy, arch->name, "clone");
    return rule->action == POLICY_ALLOW && rule->mask != 0 && rule->arg == 0 && policy_holds(policy, arch, rule, flags);
}

static void test_shipped_clone(void)
{
    static const uint64_t refused[] = {CLONE_UNTRACED,  CLONE_PTRACE, CLONE_PARENT, CLONE_NEWNS,
                                       CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                                       CLONE_NEWPID,    CLONE_NEWNET, CLONE_NEWTIME};
    const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                            CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    const uint64_t process = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_VFORK | CLONE_PIDFD | 17U; /* SIGCHLD */
    for (size_t i = 0; i < shipped_count; i++) {
        struct policy policy;
        struct err e = {""};
        char text[64];
        CU_ASSERT_EQUAL(str_format(text, sizeof text, "arch i386\ninclude %s", shipped[i]), 0);
        UNIT_CHECK(parse(&policy, text, &e) == 0, "%s: %s", shipped[i], e.text);
        bool many = i >= 2;
        bool forks = strstr(" compiler csharp-compiler bash sql", shipped[i]) != NULL && many && i != 11;
        for (int k = 0; k < policy.arch_count; k++) {
            const char *arch = policy.arches[k].arch->name;
            UNIT_CHECK(clones(&policy, k, thread) == many, "%s %s: a thread", shipped[i], arch);
            UNIT_CHECK(clones(&policy, k, process) == forks, "%s %s: a process", shipped[i], arch);
            for (size_t f = 0; f < sizeof refused / sizeof refused[0]; f++) {
                bool any = clones(&policy, k, refused[f]) || clones(&policy, k, thread | refused[f]) ||
                           clones(&policy, k, refused[f] | UINT64_C(0x100000000));
                UNIT_CHECK(!any, "%s %s: clone with %llx", shipped[i], arch, (unsigned long long)refused[f]);
            }
            const struct policy_rule *rule = rule_of(&policy, arch, "clone3");
            UNIT_CHECK(rule->action == (many ? POLICY_ERRNO : POLICY_REFUSE), "%s %s: clone3", shipped[i], arch);
            UNIT_CHECK(!many || rule->value == ENOSYS, "%s %s: clone3's errno", shipped[i], arch);
        }
    }
}

/* ioctl and prctl: what is asked for by libraries, and nothing that sets. What else there is, is told no. */
static void test_shipped_arguments(void)
{
    static const struct {
        const char *call;
        uint64_t value;
        bool holds;
    } rows[] = {
        {"ioctl", 0x5401, true},     {"ioctl", 0x541b, true},
        {"ioctl", 0x802c542a, true}, {"ioctl", 0xffffffff802c542a, true},
        {"ioctl", 0x5412, false},    {"ioctl", 0x40049409, false},
        {"ioctl", 0, false},         {"ioctl", 0x1541b, false},
        {"prctl", 15, true},         {"prctl", 0x53564d41, true},
        {"prctl", 22, false},        {"prctl", 4, false},
        {"prctl", 36, false},        {"prctl", 35, false},
    };
    struct policy policy;
    struct err e = {""};
    for (size_t i = 0; i < shipped_count; i++) {
        CU_ASSERT_EQUAL(policy_load_for(&policy, x86_64(), shipped_folders, shipped[i], &e), 0);
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            const struct policy_rule *rule = rule_of(&policy, "x86_64", rows[k].call);
            bool whole = rule->action == POLICY_REFUSE && strcmp(rows[k].call, "prctl") == 0 && i != 2;
            UNIT_CHECK(whole || rule->mask == UINT32_MAX, "%s: any %s", shipped[i], rows[k].call);
            UNIT_CHECK(whole || policy_holds(&policy, policy.arches[0].arch, rule, rows[k].value) == rows[k].holds,
                       "%s: %s %llx", shipped[i], rows[k].call, (unsigned long long)rows[k].value);
            UNIT_CHECK(whole || rule->value != 0, "%s: %s is not told no", shipped[i], rows[k].call);
        }
    }
}

/* Each policy for each architecture, and what only one has. */
static void test_shipped_everywhere(void)
{
    struct policy policy;
    struct err e = {""};
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        for (size_t i = 0; i < shipped_count; i++) {
            UNIT_CHECK(policy_load_for(&policy, arch, shipped_folders, shipped[i], &e) == 0, "%s: %s", shipped[i],
                       e.text);
            CU_ASSERT_PTR_EQUAL(policy.arches[0].arch, arch);
            static const char *const always[] = {"read", "write", "openat", "exit_group", "futex", "brk", "munmap"};
            for (size_t k = 0; k < sizeof always / sizeof always[0]; k++)
                UNIT_CHECK(policy_allows(&policy, always[k]), "%s on %s: %s", shipped[i], arch->name, always[k]);
            CU_ASSERT_EQUAL(policy_allows(&policy, "arch_prctl"), strcmp(arch->name, "x86_64") == 0);
            CU_ASSERT_EQUAL(policy_allows(&policy, "set_tls"), strcmp(arch->name, "arm") == 0);
            const struct policy_rule *rule = rule_of(&policy, arch->name, "ioctl");
            uint64_t tcgets = 0; /* MIPS has a number of its own for it */
            CU_ASSERT_EQUAL(syscall_value(arch, "TCGETS", &tcgets), 0);
            CU_ASSERT(policy_holds(&policy, arch, rule, tcgets));
            CU_ASSERT_FALSE(policy_holds(&policy, arch, rule, tcgets == 0x540d ? 0x5401 : 0x540d));
        }
    }
}

static void test_shipped_execve(void)
{
    struct policy policy;
    struct err e = {""};
    for (size_t i = 0; i < shipped_count; i++) {
        UNIT_CHECK(policy_load_for(&policy, x86_64(), shipped_folders, shipped[i], &e) == 0, "%s: %s", shipped[i],
                   e.text);
        const struct policy_rule *rule = rule_of(&policy, "x86_64", "execve");
        bool unlimited = strstr(shipped[i], "compiler") != NULL || strcmp(shipped[i], "bash") == 0;
        int most = strcmp(shipped[i], "sql") == 0 ? 3 : 1; /* a shell, and sqlite3 twice */
        UNIT_CHECK(rule->action == (unlimited ? POLICY_ALLOW : POLICY_LIMIT), "%s: execve", shipped[i]);
        UNIT_CHECK(unlimited || rule->value == most, "%s: execve %d times", shipped[i], rule->value);
    }
}

/* What ends a run under c, named. */
static void test_shipped_c_refuses(void)
{
    const char *names =
        "fork vfork clone clone3 socket socketpair connect ptrace execveat memfd_create link linkat symlink "
        "symlinkat mknod mknodat chmod fchmod fchmodat chown flock prctl sched_setaffinity setpriority shmget "
        "semget msgget mq_open setuid setsid personality getxattr io_uring_setup eventfd2 epoll_create1 "
        "inotify_init1 renameat2 mlock seccomp capget";
    struct policy policy;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(policy_load_for(&policy, x86_64(), shipped_folders, "c", &e), 0);
    char name[32];
    while (next_name(&names, name, sizeof name)) {
        const struct policy_rule *rule = rule_of(&policy, "x86_64", name);
        UNIT_CHECK(rule != NULL && rule->action == POLICY_REFUSE, "c does not refuse %s", name);
    }
    UNIT_CHECK(*names == '\0', "stopped before %s", names);
}

static const struct unit_test tests[] = {
    {"lines", test_lines},
    {"conditions", test_conditions},
    {"too_many_values", test_too_many_values},
    {"on", test_on},
    {"later_line_wins", test_later_line_wins},
    {"architectures", test_architectures},
    {"rule_and_allows", test_rule_and_allows},
    {"bad_lines", test_bad_lines},
    {"bad_bytes", test_bad_bytes},
    {"load_folders", test_load_folders},
    {"includes", test_includes},
    {"bad_files", test_bad_files},
    {"shipped_never", test_shipped_never},
    {"shipped_clone", test_shipped_clone},
    {"shipped_arguments", test_shipped_arguments},
    {"shipped_everywhere", test_shipped_everywhere},
    {"shipped_execve", test_shipped_execve},
    {"shipped_c_refuses", test_shipped_c_refuses},
};
UNIT_MAIN("policy", tests)
