/*
 * fuzz_policy.c - any bytes as a policy, under libFuzzer: either one line says what is wrong, or it has a filter, on each
 * architecture in turn. Runs in the project's folder, whose policies the text may include.
 */
#include <assert.h>
#include <string.h>

#include "judge_client/sandbox/filter.h"
#include "judge_client/sandbox/policy.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct err *e)
{
    assert(e->text[0] != '\0');
    for (const char *p = e->text; *p != '\0'; p++)
        assert((unsigned char)*p >= ' ');
}

/* A jump never leads out of the program, and its end is a return: what the kernel asks for. */
static void check_filter(const struct filter *filter)
{
    assert(filter->length > 0 && filter->length <= FILTER_SIZE);
    for (size_t i = 0; i < filter->length; i++) {
        const struct sock_filter *code = &filter->code[i];
        size_t room = filter->length - i - 1;
        if (BPF_CLASS(code->code) != BPF_JMP)
            continue;
        assert(BPF_OP(code->code) == BPF_JA ? code->k < room : code->jt < room && code->jf < room);
    }
    assert(BPF_CLASS(filter->code[filter->length - 1].code) == BPF_RET);
}

/* A rule's values are inside of the pool, and inside of its mask. */
static void check_rules(const struct policy *policy)
{
    assert(policy->value_count <= POLICY_VALUES);
    for (int k = 0; k < policy->arch_count; k++) {
        for (size_t row = 0; row < policy->arches[k].arch->row_count; row++) {
            const struct policy_rule *rule = &policy->arches[k].rules[row];
            assert(rule->action <= POLICY_LIMIT && rule->arg < 6 && rule->first + rule->count <= policy->value_count);
            for (size_t i = 0; i < rule->count; i++)
                assert((policy->values[rule->first + i] & ~rule->mask) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const folders[] = {"syscall_tables/policy", NULL};
    struct policy policy;
    struct filter filter;
    struct err e = {""};
    const struct syscall_arch *arch = syscall_arches;
    for (size_t i = size; i > 0 && arch[1].name != NULL && i % 7 != 0; i--)
        arch++; /* by the text's length: a text is always for the same */
    if (policy_parse_for(&policy, arch, folders, "fuzz", (const char *)data, size, &e) != 0) {
        check_error(&e);
        return 0;
    }
    check_rules(&policy);
    assert(e.text[0] == '\0' && policy.arch_count >= 1 && policy.arch_count <= POLICY_ARCHES);
    if (filter_build(&filter, &policy, &e) != 0)
        check_error(&e);
    else
        check_filter(&filter);
    return 0;
}
