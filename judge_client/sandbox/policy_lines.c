/*
 * policy_lines.c - the lines of a policy: words into rules. See policy.h for what a line may say; policy.c calls it, as
 * root, before a run.
 *
 * The text is the administrator's: each word is checked against a table before it counts. It opens nothing but what
 * `include` names, and keeps nothing but rules.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/sandbox/policy_parts.h"

#include "common/banned.h"

#define POLICY_WORDS 256  /* in one line */
#define POLICY_ERRNOS 256 /* Linux has 133 */
#define POLICY_CHOICES 32 /* values of one condition */
#define POLICY_NAMES 256  /* of values, in a search for the nearest */

struct words {
    size_t count;
    char *word[POLICY_WORDS];
};

/* What `allow` says after the names, as words: each architecture has numbers of its own for them. */
struct condition {
    bool unless;
    uint8_t arg;
    const char *mask; /* NULL: the whole argument */
    char *const *values;
    size_t value_count;
    uint16_t other; /* errno, or 0 */
};

/* Cuts line into words, in place. Returns 0, or -1 where there are too many. */
static int split_line(char *line, struct words *words)
{
    static const char blanks[] = " \t\r\v\f";
    words->count = 0;
    for (char *at = line + strspn(line, blanks); *at != '\0'; at += strspn(at, blanks)) {
        if (words->count == POLICY_WORDS)
            return -1;
        words->word[words->count++] = at;
        at += strcspn(at, blanks);
        if (*at != '\0')
            *at++ = '\0';
    }
    return 0;
}

static const char *nearest_call(const struct syscall_arch *arch, const char *name)
{
    const char *names[SYSCALL_ROWS + 1];
    for (size_t i = 0; i < arch->row_count; i++)
        names[i] = arch->rows[i].name;
    names[arch->row_count] = NULL;
    return str_nearest(name, names);
}

/* Is name a system call of the line's architecture, or without `on` of any? 0, or -1 with e. */
static int check_call(const struct parser *p, const char *name)
{
    if (p->only != NULL && syscall_index_by_name(p->only, name) >= 0)
        return 0;
    const char *nearest = NULL;
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL && p->only == NULL; arch++) {
        if (syscall_index_by_name(arch, name) >= 0)
            return 0;
    }
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL && nearest == NULL; arch++) {
        if (p->only == NULL || p->only == arch)
            nearest = nearest_call(arch, name);
    }
    return err_set(p->e, "%s%s%s system call '%.64s'%s%s%s", p->only == NULL ? "" : p->only->name,
                   p->only == NULL ? "" : " has no", p->only == NULL ? "unknown" : "", name,
                   nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "'?)");
}

static int errno_by_name(const struct parser *p, const char *word, uint16_t *value)
{
    const char *names[POLICY_ERRNOS + 1];
    size_t count = 0;
    for (int number = 1; number < POLICY_ERRNOS; number++) {
        const char *name = strerrorname_np(number);
        if (name == NULL)
            continue;
        if (strcmp(name, word) == 0) {
            *value = (uint16_t)number;
            return 0;
        }
        names[count++] = name;
    }
    names[count] = NULL;
    const char *nearest = str_nearest(word, names);
    if (nearest != NULL)
        return err_set(p->e, "unknown errno '%.64s' (did you mean '%s'?)", word, nearest);
    return err_set(p->e, "unknown errno '%.64s'", word);
}

/* One number or name of a value. 0, or -1 with e. */
static int read_number(const struct parser *p, const struct syscall_arch *arch, const char *word, uint64_t *value)
{
    int64_t below = 0;
    if (str_to_uint64(word, 0, UINT64_MAX, value) == 0 || syscall_value(arch, word, value) == 0)
        return 0;
    if (str_to_int64(word, INT64_MIN, -1, &below) == 0) {
        *value = (uint64_t)below;
        return 0;
    }
    const char *names[POLICY_NAMES + 1];
    size_t count = 0;
    while (count < POLICY_NAMES && syscall_value_name(count) != NULL) {
        names[count] = syscall_value_name(count);
        count++;
    }
    names[count] = NULL;
    const char *nearest = str_nearest(word, names);
    return err_set(p->e, "unknown value '%.64s' (a number%s%s%s)", word, nearest == NULL ? "" : ", or did you mean '",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

/* word: numbers and names with | between them, as wide as an argument of arch is. 0, or -1 with e. */
static int read_value(const struct parser *p, const struct syscall_arch *arch, const char *word, uint64_t *value)
{
    *value = 0;
    for (const char *at = word;; at++) {
        char part[65];
        uint64_t bits;
        size_t length = strcspn(at, "|");
        if (length == 0 || length >= sizeof part)
            return err_set(p->e, "bad value '%.64s' (a number or a name; several with | between them)", word);
        memcpy(part, at, length);
        part[length] = '\0';
        if (read_number(p, arch, part, &bits) != 0)
            return -1;
        *value |= bits;
        at += length;
        if (*at == '\0')
            break;
    }
    if (arch->elf_class == ELFCLASS32)
        *value &= UINT32_MAX;
    return 0;
}

/* Finds the values in the policy's pool, where another rule has them already, or adds them. 0, or -1 with e. */
static int keep_values(const struct parser *p, const uint64_t *values, size_t count, uint16_t *first)
{
    struct policy *policy = p->policy;
    size_t place = 0;
    while (place + count <= policy->value_count &&
           memcmp(&policy->values[place], values, count * sizeof values[0]) != 0)
        place++;
    if (place + count > policy->value_count) {
        place = policy->value_count;
        if (place + count > POLICY_VALUES)
            return err_set(p->e, "more than %d values of arguments in a policy", POLICY_VALUES);
        memcpy(&policy->values[place], values, count * sizeof values[0]);
        policy->value_count = place + count;
    }
    *first = (uint16_t)place;
    return 0;
}

/* The rule of `allow` with this condition on arch. 0, or -1 with e. */
static int condition_rule(const struct parser *p, const struct syscall_arch *arch, const struct condition *condition,
                          struct policy_rule *rule)
{
    uint64_t values[POLICY_CHOICES];
    *rule = (struct policy_rule){.action = POLICY_ALLOW, .arg = condition->arg, .value = condition->other};
    rule->mask = arch->elf_class == ELFCLASS32 ? UINT32_MAX : UINT64_MAX;
    if (condition->mask != NULL && read_value(p, arch, condition->mask, &rule->mask) != 0)
        return -1;
    if (condition->unless && (rule->mask == 0 || rule->mask > UINT32_MAX))
        return err_set(p->e, "bad mask '%.64s' (0x1 to 0xffffffff)", condition->mask);
    if (rule->mask == 0)
        return err_set(p->e, "bad mask '%.64s' (it has no bit)", condition->mask);
    if (condition->unless)
        return 0;
    for (size_t i = 0; i < condition->value_count; i++) {
        if (read_value(p, arch, condition->values[i], &values[i]) != 0)
            return -1;
        if ((values[i] & ~rule->mask) != 0)
            return err_set(p->e, "the value '%.64s' has bits outside of the mask '%.64s': it never holds",
                           condition->values[i], condition->mask == NULL ? "" : condition->mask);
    }
    rule->count = (uint8_t)condition->value_count;
    return keep_values(p, values, condition->value_count, &rule->first);
}

/* Gives the calls word[first] to word[end - 1] this rule, each on every architecture of the policy that has it. */
static int set_rules(const struct parser *p, const struct words *words, size_t first, size_t end,
                     struct policy_rule rule, const struct condition *condition)
{
    if (first >= end)
        return err_set(p->e, "'%s' names no system call", words->word[0]);
    for (size_t i = first; i < end; i++) {
        if (strcmp(words->word[i], "unless") == 0)
            return err_set(p->e, "'unless' belongs to 'allow' only");
        if (check_call(p, words->word[i]) != 0)
            return -1;
    }
    for (int k = 0; k < p->policy->arch_count; k++) {
        const struct syscall_arch *arch = p->policy->arches[k].arch;
        if (p->only != NULL && p->only != arch)
            continue;
        if (condition != NULL && condition_rule(p, arch, condition, &rule) != 0)
            return -1;
        for (size_t i = first; i < end; i++) {
            int row = syscall_index_by_name(arch, words->word[i]);
            if (row >= 0)
                p->policy->arches[k].rules[row] = rule;
        }
    }
    return 0;
}

static int bad_condition(const struct parser *p, bool unless)
{
    return err_set(p->e, "a condition is '%s'",
                   unless ? "unless argN & MASK" : "argN = VALUE...' or 'argN & MASK = VALUE...");
}

/* Reads the words of words from start on, up to `else`, as a condition. 0, or -1 with e. */
static int read_condition(const struct parser *p, const struct words *words, size_t start, struct condition *condition)
{
    char *const *at = &words->word[start];
    size_t left = words->count - start;
    int64_t number;
    condition->unless = strcmp(at[0], "unless") == 0;
    for (size_t i = 0; i < left; i++) {
        if (strcmp(at[i], "else") != 0)
            continue;
        if (left - i != 3 || strcmp(at[i + 1], "errno") != 0)
            return err_set(p->e, "after a condition: 'else errno NAME'");
        if (errno_by_name(p, at[i + 2], &condition->other) != 0)
            return -1;
        left = i;
    }
    if (condition->unless) {
        if (left != 4 || strcmp(at[2], "&") != 0)
            return bad_condition(p, true);
        at++;
        left--;
    }
    if (!str_starts(at[0], "arg") || str_to_int64(at[0] + 3, 0, 5, &number) != 0)
        return err_set(p->e, "no argument '%.64s' (there are arg0 to arg5)", at[0]);
    condition->arg = (uint8_t)number;
    if (left >= 3 && strcmp(at[1], "&") == 0) {
        condition->mask = at[2];
        at += 2;
        left -= 2;
    }
    if (condition->unless)
        return 0;
    if (left < 3 || strcmp(at[1], "=") != 0)
        return bad_condition(p, false);
    condition->values = at + 2;
    condition->value_count = left - 2;
    if (condition->value_count > POLICY_CHOICES)
        return err_set(p->e, "more than %d values in a condition", POLICY_CHOICES);
    return 0;
}

static int line_allow(struct parser *p, const struct words *words)
{
    struct condition condition = {.arg = 0};
    size_t end = 1;
    while (end < words->count && strcmp(words->word[end], "unless") != 0 && !str_starts(words->word[end], "arg"))
        end++;
    if (end == words->count)
        return set_rules(p, words, 1, end, (struct policy_rule){.action = POLICY_ALLOW}, NULL);
    if (read_condition(p, words, end, &condition) != 0)
        return -1;
    struct policy_rule rule;
    if (condition_rule(p, p->only != NULL ? p->only : p->policy->arches[0].arch, &condition, &rule) != 0)
        return -1; /* also where no architecture of the policy has such a call */
    return set_rules(p, words, 1, end, rule, &condition);
}

static int line_refuse(struct parser *p, const struct words *words)
{
    return set_rules(p, words, 1, words->count, (struct policy_rule){.action = POLICY_REFUSE}, NULL);
}

static int line_errno(struct parser *p, const struct words *words)
{
    struct policy_rule rule = {.action = POLICY_ERRNO};
    if (words->count < 2)
        return err_set(p->e, "'errno' names no error");
    if (errno_by_name(p, words->word[1], &rule.value) != 0)
        return -1;
    return set_rules(p, words, 2, words->count, rule, NULL);
}

static int line_limit(struct parser *p, const struct words *words)
{
    if (words->count != 3)
        return err_set(p->e, "a limit is 'limit NAME N'");
    int64_t number;
    if (str_to_int64(words->word[2], 1, UINT16_MAX, &number) != 0)
        return err_set(p->e, "bad number '%.64s' (1 to %d)", words->word[2], UINT16_MAX);
    struct policy_rule rule = {.action = POLICY_LIMIT, .value = (uint16_t)number};
    return set_rules(p, words, 1, 2, rule, NULL);
}

/* NULL with e where there is no architecture of this name. */
static const struct syscall_arch *find_arch(const struct parser *p, const char *name)
{
    const struct syscall_arch *arch = syscall_arch_by_name(name);
    char list[128] = "";
    if (arch != NULL)
        return arch;
    for (arch = syscall_arches; arch->name != NULL; arch++) {
        size_t length = strlen(list);
        (void)str_format(list + length, sizeof list - length, " %s", arch->name); /* cut, it is still a hint */
    }
    (void)err_set(p->e, "unknown architecture '%.64s' (there are:%s)", name, list);
    return NULL;
}

static int line_arch(struct parser *p, const struct words *words)
{
    if (words->count != 2)
        return err_set(p->e, "'arch' takes one name");
    const struct syscall_arch *arch = find_arch(p, words->word[1]);
    if (arch == NULL)
        return -1;
    struct policy *policy = p->policy;
    for (int i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch == arch)
            return 0;
    }
    if (policy->arch_count == POLICY_ARCHES)
        return err_set(p->e, "more than %d architectures", POLICY_ARCHES);
    policy->arches[policy->arch_count++].arch = arch;
    return 0;
}

static int line_include(struct parser *p, const struct words *words)
{
    if (words->count != 2)
        return err_set(p->e, "'include' takes one name");
    return policy_include(p, words->word[1]);
}

static int parse_words(struct parser *p, const struct words *words);

static int line_on(struct parser *p, const struct words *words)
{
    static const char *const never[] = {"on", "arch", "include"};
    struct words rest = {.count = words->count - 2};
    if (words->count < 3)
        return err_set(p->e, "a line for one architecture is 'on NAME LINE'");
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        if (strcmp(words->word[2], never[i]) == 0)
            return err_set(p->e, "'%s' cannot be for one architecture", never[i]);
    }
    p->only = find_arch(p, words->word[1]);
    if (p->only == NULL)
        return -1;
    memcpy(rest.word, words->word + 2, rest.count * sizeof rest.word[0]);
    int result = parse_words(p, &rest);
    p->only = NULL;
    return result;
}

static int parse_words(struct parser *p, const struct words *words)
{
    static const struct {
        const char *verb;
        int (*parse)(struct parser *p, const struct words *words);
        bool first_pass;
        bool second_pass;
    } verbs[] = {
        {"include", line_include, true, true}, {"arch", line_arch, true, false},   {"allow", line_allow, false, true},
        {"refuse", line_refuse, false, true},  {"errno", line_errno, false, true}, {"limit", line_limit, false, true},
        {"on", line_on, false, true},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].verb, words->word[0]) != 0)
            continue;
        bool now = p->arches_only ? verbs[i].first_pass : verbs[i].second_pass;
        return now ? verbs[i].parse(p, words) : 0;
    }
    return err_set(p->e, "unknown word '%.64s' (a line begins with include, arch, allow, refuse, errno, limit or on)",
                   words->word[0]);
}

int policy_line(struct parser *p, char *line)
{
    struct words words;
    line[strcspn(line, "#")] = '\0';
    if (split_line(line, &words) != 0)
        return err_set(p->e, "more than %d words in a line", POLICY_WORDS);
    return words.count == 0 ? 0 : parse_words(p, &words);
}
