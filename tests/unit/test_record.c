/*
 * test_record.c - record mode without a sandbox: what a policy's open form lets through, how calls are counted, and which lines
 * are proposed of them, which a policy must be able to read back.
 */
#include "judge_client/sandbox/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sched.h>

#include "common/str.h"
#include "judge_client/local_record_rows.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static const char *const folders[] = {"syscall_tables/policy", NULL};

struct scene {
    struct policy policy;
    struct record record;
    uint16_t calls[POLICY_ARCHES][SYSCALL_ROWS];
    const struct syscall_arch *arch;
};

static void scene_open(struct scene *scene, const char *text)
{
    struct err e = {""};
    memset(scene, 0, sizeof *scene);
    scene->arch = syscall_arch_by_name("x86_64");
    (void)UNIT_CHECK(policy_parse_for(&scene->policy, scene->arch, folders, "t", text, strlen(text), &e) == 0, "%s: %s",
                     text, e.text);
    record_init(&scene->record, true);
    scene->record.program = RECORD_PROGRAM;
}

static void make(struct scene *scene, int64_t nr, uint64_t arg0, uint64_t arg1)
{
    struct record_event event = {.audit = scene->arch->audit, .nr = (uint64_t)nr, .args = {arg0, arg1}};
    record_take(&scene->record, &scene->policy, scene->calls, &event);
}

static void call(struct scene *scene, const char *name, uint64_t arg0, uint64_t arg1)
{
    make(scene, syscall_number(scene->arch, name), arg0, arg1);
}

static const struct record_call *row_of(const struct scene *scene, const char *name)
{
    for (size_t i = 0; i < scene->record.count; i++) {
        const struct record_call *row = &scene->record.calls[i];
        if (row->name != NULL && strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static const struct policy *policy_of(void *context, const char *name)
{
    (void)name;
    return &((struct scene *)context)->policy;
}

/* The lines that the scene proposes; and that they can be read after the policy's own text, twice over. */
static void proposes(struct scene *scene, const char *text, const char *const *yes, const char *expected)
{
    struct record_rows rows;
    struct err e = {""};
    (void)UNIT_CHECK(record_rows_make(&rows, &scene->record, policy_of, scene, yes, &e) == 0, "%s", e.text);
    char *lines = record_rows_text(&rows, "t", &e);
    if (UNIT_CHECK(lines != NULL, "%s", e.text)) {
        char both[4096];
        struct policy policy;
        (void)UNIT_CHECK(strcmp(lines, expected) == 0, "'%s' instead of '%s'", lines, expected);
        CU_ASSERT(str_format(both, sizeof both, "%s\n%s", text, lines) == 0);
        (void)UNIT_CHECK(policy_parse_for(&policy, scene->arch, folders, "t", both, strlen(both), &e) == 0, "%s: %s",
                         both, e.text);
    }
    free(lines);
    record_rows_fini(&rows);
    record_fini(&scene->record);
}

static const struct policy_rule *open_rule_of(const struct policy *policy, const char *arch, const char *name)
{
    const struct syscall_arch *of = syscall_arch_by_name(arch);
    return policy_rule(policy, of->audit, syscall_number(of, name));
}

static void test_open(void)
{
    static struct policy policy, open;
    struct err e = {""};
    CU_ASSERT_FATAL(policy_load_for(&policy, syscall_arch_by_name("x86_64"), folders, "python", &e) == 0);
    record_open_policy(&policy, &open);
    CU_ASSERT(open.hash != policy.hash && open.unknown_error == ENOSYS);
    CU_ASSERT(open_rule_of(&open, "x86_64", "fork")->action == POLICY_ALLOW);
    CU_ASSERT(open_rule_of(&open, "x86_64", "execve")->action == POLICY_ALLOW);
    CU_ASSERT(open_rule_of(&open, "x86_64", "mount")->action == POLICY_ERRNO);
    CU_ASSERT(open_rule_of(&open, "x86_64", "keyctl")->action == POLICY_ERRNO);
    /* What the policy answers itself stays so. */
    CU_ASSERT(open_rule_of(&open, "x86_64", "mlock")->action == POLICY_ERRNO);
    CU_ASSERT(open_rule_of(&open, "x86_64", "mlock")->value == EPERM);
    CU_ASSERT(open_rule_of(&open, "x86_64", "ioctl")->value == ENOTTY);
    const struct policy_rule *clone = open_rule_of(&open, "x86_64", "clone");
    CU_ASSERT(clone->action == POLICY_ALLOW && clone->count == 0 && clone->value == EPERM);
    CU_ASSERT(policy_holds(&open, open.arches[0].arch, clone, 17));
    CU_ASSERT(!policy_holds(&open, open.arches[0].arch, clone, CLONE_UNTRACED | 17));
    CU_ASSERT(!policy_holds(&open, open.arches[0].arch, clone, CLONE_NEWUSER));
}

/* Whatever the policy, no call that record mode must not let through is allowed where the policy did not allow it. */
static void test_open_every_policy(void)
{
    static const char *const names[] = {"base", "c",      "threads", "compiler", "runtime",
                                        "java", "python", "checker", "bash"};
    static struct policy policy, open;
    struct err e = {""};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
            CU_ASSERT_FATAL(policy_load_for(&policy, arch, folders, names[n], &e) == 0);
            record_open_policy(&policy, &open);
            for (size_t i = 0; i < arch->row_count; i++) {
                const struct policy_rule *rule = &open.arches[0].rules[i];
                bool plain = rule->action == POLICY_ALLOW && rule->mask == 0;
                bool was = policy.arches[0].rules[i].action == POLICY_ALLOW;
                const char *name = arch->rows[i].name;
                (void)UNIT_CHECK(!plain || was || danger_of(name).error == 0, "%s of %s on %s is let through", name,
                                 names[n], arch->name);
                (void)UNIT_CHECK(rule->action != POLICY_REFUSE, "%s of %s on %s ends the run", name, names[n],
                                 arch->name);
            }
        }
    }
}

static void test_count(void)
{
    static struct scene scene;
    scene_open(&scene, "allow read\nlimit mkdir 2\nerrno EPERM mlock\n");
    for (int i = 0; i < 5; i++) {
        call(&scene, "read", 0, 0);
        call(&scene, "mkdir", 0, 0);
        call(&scene, "mlock", 0, 0);
        call(&scene, "fork", 0, 0);
    }
    make(&scene, 100000, 0, 0);
    make(&scene, 0x40000000 | 39, 0, 0);
    call(&scene, "keyctl", 0, 0);
    CU_ASSERT(scene.record.total == 23 && scene.record.lost == 0);
    CU_ASSERT(row_of(&scene, "read")->why == RECORD_ALLOWED && row_of(&scene, "read")->count == 5);
    CU_ASSERT(row_of(&scene, "mlock")->why == RECORD_ANSWERED && row_of(&scene, "mlock")->answer == EPERM);
    CU_ASSERT(row_of(&scene, "fork")->why == RECORD_REFUSED && row_of(&scene, "fork")->count == 5);
    CU_ASSERT(row_of(&scene, "keyctl")->answer == ENOSYS);
    int limited = 0, unknown = 0, foreign = 0;
    for (size_t i = 0; i < scene.record.count; i++) {
        const struct record_call *row = &scene.record.calls[i];
        limited += row->why == RECORD_LIMIT ? (int)row->count : 0;
        unknown += row->why == RECORD_UNKNOWN && row->nr == 100000;
        foreign += row->why == RECORD_FOREIGN;
    }
    CU_ASSERT(limited == 3 && unknown == 1 && foreign == 1);
    record_fini(&scene.record);
}

/* A program that makes every call there is, and many that are not there, fills the table and no more. */
static void test_too_many(void)
{
    static struct scene scene;
    scene_open(&scene, "");
    for (int64_t nr = 0; nr < 5000; nr++)
        make(&scene, nr, (uint64_t)nr, 0);
    for (uint64_t value = 0; value < 5000; value++)
        call(&scene, "prctl", value, 0);
    CU_ASSERT(scene.record.count == RECORD_CALLS);
    CU_ASSERT(scene.record.total == 10000 && scene.record.lost > 0);
    record_fini(&scene.record);
}

static void test_rows(void)
{
    static struct scene scene;
    static const char *const yes[] = {"keyctl", NULL};
    scene_open(&scene, "");
    call(&scene, "getrandom", 0, 0);
    call(&scene, "fork", 0, 0);
    call(&scene, "keyctl", 0, 0);
    call(&scene, "clone3", 0, 0);
    call(&scene, "fork", 0, 0);
    make(&scene, 100000, 0, 0);
    proposes(&scene, "", NULL, "allow getrandom fork\nerrno ENOSYS clone3\n");
    scene_open(&scene, "");
    call(&scene, "keyctl", 0, 0);
    proposes(&scene, "", yes, "errno ENOSYS keyctl\n");
}

static void test_rows_of_arguments(void)
{
    static struct scene scene;
    static const char *const yes[] = {"prctl", NULL};
    static const char threads[] = "allow clone arg0 & 0x7e83a080 = CLONE_THREAD\n";
    static const char unless[] = "allow renameat2 unless arg1 & 12\n";
    /* A call that no line allows, of which one argument says what it does. */
    scene_open(&scene, "");
    call(&scene, "prctl", 15, 0);
    call(&scene, "prctl", 4, 0);
    call(&scene, "prctl", 15, 0);
    proposes(&scene, "", NULL, "allow prctl arg0 & 0xffffffff = PR_SET_NAME PR_SET_DUMPABLE\n");
    /* Dangerous values are left out, and taken in where somebody agrees. */
    scene_open(&scene, "");
    call(&scene, "prctl", 22, 0);
    call(&scene, "prctl", 15, 0);
    proposes(&scene, "", NULL, "allow prctl arg0 & 0xffffffff = PR_SET_NAME\n");
    scene_open(&scene, "");
    call(&scene, "prctl", 15, 0);
    call(&scene, "prctl", 22, 0);
    proposes(&scene, "", yes, "allow prctl arg0 & 0xffffffff = PR_SET_NAME PR_SET_SECCOMP\n");
    /* What a condition has is kept. Namespaces are never proposed. */
    scene_open(&scene, threads);
    call(&scene, "clone", CLONE_VM | CLONE_VFORK | 17, 0);
    call(&scene, "clone", CLONE_THREAD | CLONE_VM, 0);
    call(&scene, "clone", CLONE_NEWUSER | 17, 0);
    CU_ASSERT(scene.record.count == 3);
    proposes(&scene, threads, NULL, "allow clone arg0 & 0x7e83a080 = CLONE_THREAD 0x0\n");
    scene_open(&scene, unless);
    call(&scene, "renameat2", 0, 8);
    proposes(&scene, unless, NULL, "allow renameat2 unless arg1 & 0x4\n");
    scene_open(&scene, unless);
    call(&scene, "renameat2", 0, 8);
    call(&scene, "renameat2", 0, 4);
    proposes(&scene, unless, NULL, "allow renameat2\n");
}

/* More values than a condition may have: no line is better than one that cannot be read. */
static void test_too_many_values(void)
{
    static struct scene scene;
    scene_open(&scene, "");
    for (uint64_t value = 1000; value < 1040; value++)
        call(&scene, "ioctl", 3, value);
    proposes(&scene, "", NULL, "");
}

static void test_two_architectures(void)
{
    static struct scene scene;
    const struct syscall_arch *i386 = syscall_arch_by_name("i386");
    scene_open(&scene, "arch i386\n");
    struct record_event event = {.audit = i386->audit, .nr = (uint64_t)syscall_number(i386, "mkdir")};
    record_take(&scene.record, &scene.policy, scene.calls, &event);
    call(&scene, "rmdir", 0, 0);
    proposes(&scene, "arch i386\n", NULL, "on i386 allow mkdir\non x86_64 allow rmdir\n");
    scene_open(&scene, "allow read\n");
    record_take(&scene.record, &scene.policy, scene.calls, &event);
    CU_ASSERT(scene.record.calls[0].why == RECORD_FOREIGN);
    proposes(&scene, "allow read\n", NULL, "");
}

static const struct unit_test tests[] = {
    {"open", test_open},
    {"open-every-policy", test_open_every_policy},
    {"count", test_count},
    {"too-many", test_too_many},
    {"rows", test_rows},
    {"rows-of-arguments", test_rows_of_arguments},
    {"too-many-values", test_too_many_values},
    {"two-architectures", test_two_architectures},
};

UNIT_MAIN("record", tests)
