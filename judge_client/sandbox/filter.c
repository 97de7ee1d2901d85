/*
 * filter.c - see filter.h. judge_client builds the program; the run's child installs it. Arithmetic only: it makes no
 * system call and keeps nothing.
 *
 * A program for one architecture is a balanced tree over the ranges of numbers that have the same answer, where a
 * number that differs from both its neighbours is an exception in their range: one comparison, not two. Only loads of
 * nr and arch, comparisons and returns are used, since that is what the kernel (5.11 and later) can work out beforehand
 * for each number: a call that is always allowed then does not run the program at all.
 *
 * BPF jumps forward only, so the program is written from its end: what a jump leads to is there before the jump.
 */
#include "judge_client/sandbox/filter.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <linux/seccomp.h>

#include "judge_client/sandbox/policy.h"

#include "common/banned.h"

#define FILTER_REACH 255 /* how far a conditional jump can skip */
#define FILTER_NEGATIVE 0x80000000U
#define FILTER_RANGES (2 * SYSCALL_ROWS + 3)
#define FILTER_EXCEPTIONS 3 /* in one range: more would make the tree lopsided */

/* Instructions code[start] to code[FILTER_SIZE - 1] are written. Places are indices into code. */
struct writer {
    struct sock_filter *code;
    size_t start;
    bool full;                       /* there was no room: what was written is of no use */
    const struct policy *policy;     /* its values */
    const struct syscall_arch *arch; /* whose program is written */
};

/* Numbers from first up to the next range's first are answered like this. */
struct range {
    uint32_t first;
    uint32_t answer;                /* SECCOMP_RET_* with its data */
    const struct policy_rule *rule; /* not NULL: the answer where its condition holds */
};

static uint32_t answer_trace(enum filter_why why)
{
    return SECCOMP_RET_TRACE | (uint32_t)why;
}

static size_t put(struct writer *w, struct sock_filter instruction)
{
    if (w->start == 0) {
        w->full = true;
        return 0;
    }
    w->code[--w->start] = instruction;
    return w->start;
}

/* Makes target reachable from the instruction that is `more` instructions before the next one to be written: by a copy
 * of a return, or by an unconditional jump, which has 32 bits for its distance. */
static size_t put_near(struct writer *w, size_t target, size_t more)
{
    if (target - w->start + more <= FILTER_REACH)
        return target;
    if (w->code[target].code == (BPF_RET | BPF_K))
        return put(w, w->code[target]);
    return put(w, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)(target - w->start)));
}

static size_t put_jump(struct writer *w, uint16_t code, uint32_t value, size_t yes, size_t no)
{
    yes = put_near(w, yes, 1);
    no = put_near(w, no, 0);
    return put(w, (struct sock_filter)BPF_JUMP(code, value, (uint8_t)(yes - w->start), (uint8_t)(no - w->start)));
}

/* A return of answer that a jump written soon can reach. */
static size_t put_return(struct writer *w, uint32_t answer)
{
    for (size_t i = w->start; i < FILTER_SIZE && i - w->start < FILTER_REACH - 32; i++) {
        if (w->code[i].code == (BPF_RET | BPF_K) && w->code[i].k == answer)
            return i;
    }
    return put(w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

static uint32_t answer_otherwise(const struct policy_rule *rule)
{
    return rule->value != 0 ? SECCOMP_RET_ERRNO | rule->value : answer_trace(FILTER_REFUSED);
}

/* Loads the lower or upper half of argument arg, with these bits of it only. Leads into what was written last. */
static size_t put_load(struct writer *w, uint8_t arg, bool upper, uint32_t mask)
{
    bool second = upper == (w->arch->elf_data == ELFDATA2LSB);
    uint32_t offset = (uint32_t)offsetof(struct seccomp_data, args) + 8U * arg + (second ? 4U : 0U);
    if (mask != UINT32_MAX)
        (void)put(w, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
    return put(w, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

/* The lower half is one of those that belong to the upper half of values[k]: yes, else no. */
static size_t put_lower(struct writer *w, const struct policy_rule *rule, size_t k, uint32_t yes, uint32_t no)
{
    const uint64_t *values = w->policy->values + rule->first;
    bool wide = w->arch->elf_class == ELFCLASS64;
    size_t place = put_return(w, no);
    for (size_t i = rule->count; i-- > 0;) {
        if (!wide || values[i] >> 32 == values[k] >> 32)
            place = put_jump(w, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)values[i], put_return(w, yes), place);
    }
    return put_load(w, rule->arg, false, (uint32_t)rule->mask);
}

/* The argument is one of the rule's values: the upper half decides among which lower halves. Where the architecture's
 * arguments have 32 bits there is no upper half. */
static size_t put_one_of(struct writer *w, const struct policy_rule *rule, uint32_t yes)
{
    const uint64_t *values = w->policy->values + rule->first;
    uint32_t no = answer_otherwise(rule);
    uint32_t upper = (uint32_t)(rule->mask >> 32);
    if (w->arch->elf_class == ELFCLASS32 || upper == 0)
        return put_lower(w, rule, 0, yes, no);
    size_t place = put_return(w, no);
    for (size_t k = rule->count; k-- > 0;) {
        size_t earlier = 0;
        while (values[earlier] >> 32 != values[k] >> 32)
            earlier++;
        if (earlier < k)
            continue; /* the first of an upper half stands for all of them */
        size_t lower = put_lower(w, rule, k, yes, no);
        place = put_jump(w, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(values[k] >> 32), lower, place);
    }
    return put_load(w, rule->arg, true, upper);
}

static size_t put_answer(struct writer *w, const struct range *range)
{
    const struct policy_rule *rule = range->rule;
    if (rule == NULL)
        return put_return(w, range->answer);
    if (rule->count > 0)
        return put_one_of(w, rule, range->answer);
    size_t refused = put_return(w, answer_otherwise(rule));
    size_t allowed = put_return(w, range->answer);
    (void)put_jump(w, BPF_JMP | BPF_JSET | BPF_K, (uint32_t)rule->mask, refused, allowed); /* the load leads into it */
    return put_load(w, rule->arg, false, UINT32_MAX);
}

static bool rule_same(const struct policy_rule *a, const struct policy_rule *b)
{
    return a == b || (a != NULL && b != NULL && a->arg == b->arg && a->mask == b->mask && a->count == b->count &&
                      a->first == b->first && a->value == b->value);
}

static bool range_same(const struct range *a, const struct range *b)
{
    return a->answer == b->answer && rule_same(a->rule, b->rule);
}

/* How many of the count ranges make one leaf of the tree: the first, and after it pairs of a single number and a range
 * that answers like the first. An odd number. */
static size_t leaf_length(const struct range *ranges, size_t count)
{
    size_t length = 1;
    while (length + 1 < count && length < 2 * FILTER_EXCEPTIONS && range_same(&ranges[0], &ranges[length + 1]) &&
           ranges[length + 1].first - ranges[length].first == 1)
        length += 2;
    return length;
}

static size_t put_leaf(struct writer *w, const struct range *ranges, size_t length)
{
    size_t place = put_answer(w, ranges);
    for (size_t i = 1; i < length; i += 2)
        place = put_jump(w, BPF_JMP | BPF_JEQ | BPF_K, ranges[i].first, put_answer(w, &ranges[i]), place);
    return place;
}

/* The tree over count leaves, which begin at ranges[starts[0]] and so on; starts[count] is where the last one ends. */
static size_t put_tree(struct writer *w, const struct range *ranges, const size_t *starts, size_t count)
{
    if (count == 1)
        return put_leaf(w, ranges + starts[0], starts[1] - starts[0]);
    size_t middle = count / 2;
    size_t above = put_tree(w, ranges, starts + middle, count - middle);
    size_t below = put_tree(w, ranges, starts, middle);
    return put_jump(w, BPF_JMP | BPF_JGE | BPF_K, ranges[starts[middle]].first, above, below);
}

static struct range range_of(uint32_t nr, const struct policy_rule *rule)
{
    struct range range = {.first = nr, .answer = answer_trace(FILTER_REFUSED)};
    if (rule->action == POLICY_ALLOW) {
        range.answer = SECCOMP_RET_ALLOW;
        range.rule = rule->mask != 0 ? rule : NULL;
    } else if (rule->action == POLICY_LIMIT) {
        range.answer = answer_trace(FILTER_LIMITED);
    } else if (rule->action == POLICY_ERRNO) {
        range.answer = SECCOMP_RET_ERRNO | rule->value;
    }
    return range;
}

/* Appends range to the count ranges, unless it answers like the last of them. Returns the count then. */
static size_t add_range(struct range *ranges, size_t count, struct range range)
{
    if (count > 0 && range_same(&ranges[count - 1], &range))
        return count;
    ranges[count] = range;
    return count + 1;
}

/* The ranges of the numbers of w's architecture: its rows, and refused numbers between them. Their count. */
static size_t list_ranges(const struct writer *w, const struct policy_rule *rules, struct range *ranges)
{
    const struct syscall_arch *arch = w->arch;
    uint16_t error = w->policy->unknown_error;
    struct range refused = {.answer = error != 0 ? SECCOMP_RET_ERRNO | error : answer_trace(FILTER_REFUSED)};
    size_t count = add_range(ranges, 0, refused);
    for (size_t i = 0; i < arch->row_count; i++) {
        uint32_t nr = arch->rows[i].nr;
        if (i == 0 && nr == 0)
            count = 0;
        count = add_range(ranges, count, range_of(nr, &rules[i]));
        refused.first = nr + 1;
        if (i + 1 == arch->row_count || arch->rows[i + 1].nr != nr + 1)
            count = add_range(ranges, count, refused);
    }
    if (arch->foreign_bit != 0) {
        struct range foreign = {.first = arch->foreign_bit, .answer = answer_trace(FILTER_FOREIGN)};
        count = add_range(ranges, count, foreign);
        refused.first = FILTER_NEGATIVE;
        count = add_range(ranges, count, refused);
    }
    return count;
}

/* The program for calls of one architecture. Its place. */
static size_t put_arch(struct writer *w, const struct syscall_arch *arch, const struct policy_rule *rules)
{
    struct range ranges[FILTER_RANGES];
    w->arch = arch;
    size_t count = list_ranges(w, rules, ranges);
    size_t starts[FILTER_RANGES + 1] = {0};
    size_t leaves = 0;
    for (size_t i = 0; i < count; i = starts[leaves]) {
        starts[leaves + 1] = i + leaf_length(ranges + i, count - i);
        leaves++;
    }
    (void)put_tree(w, ranges, starts, leaves); /* its root is the last instruction written: the load leads into it */
    return put(w, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
}

int filter_build(struct filter *filter, const struct policy *policy, struct err *e)
{
    struct writer w = {.code = filter->code, .start = FILTER_SIZE, .policy = policy};
    size_t arches[POLICY_ARCHES];
    for (int i = policy->arch_count - 1; i >= 0; i--)
        arches[i] = put_arch(&w, policy->arches[i].arch, policy->arches[i].rules);
    size_t other = put(&w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer_trace(FILTER_FOREIGN)));
    for (int i = policy->arch_count - 1; i >= 0; i--)
        other = put_jump(&w, BPF_JMP | BPF_JEQ | BPF_K, policy->arches[i].arch->audit, arches[i], other);
    (void)put(&w, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    if (w.full)
        return err_set(e, "policy %s: its filter is longer than %d instructions", policy->name, FILTER_SIZE);
    filter->length = (uint16_t)(FILTER_SIZE - w.start);
    memmove(filter->code, filter->code + w.start, filter->length * sizeof filter->code[0]);
    return 0;
}
