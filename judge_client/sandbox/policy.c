/*
 * policy.c - see policy.h. Reads policies; judge_client and the tests call it, as root, before a run.
 *
 * The files are the administrator's, so they are believed but not trusted: sizes, names, includes and numbers are
 * checked, and a line that cannot be read refuses the whole policy. It never writes, and keeps nothing.
 */
#include "judge_client/sandbox/policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

#define POLICY_SUFFIX ".policy"
#define POLICY_FILE_BYTES (1024 * 1024)
#define POLICY_DEPTH 16     /* includes within includes */
#define POLICY_INCLUDES 256 /* in all: a file may be read more than once */
#define POLICY_LISTED 64    /* names in the message that lists what there is */
#define POLICY_WORDS 256    /* in one line */
#define POLICY_ERRNOS 256   /* Linux has 133 */

struct words {
    size_t count;
    char *word[POLICY_WORDS];
};

struct parser {
    struct policy *policy;
    const char *const *folders;
    struct err *e;
    bool arches_only; /* the first of two passes: which architectures, since a rule holds for all of them */
    bool placed;      /* e names its file and line already */
    int includes;
    int depth;
    char open[POLICY_DEPTH][POLICY_NAME_SIZE]; /* the policies that include each other down to this one */
};

static bool policy_name_is_good(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return length > 0 && length < POLICY_NAME_SIZE && name[length] == '\0';
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Adds to names, which holds count, the policies in folder. Returns how many there are then. */
static size_t list_folder(const char *folder, char names[][POLICY_NAME_SIZE], size_t count)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return count;
    for (struct dirent *entry = readdir(dir); entry != NULL && count < POLICY_LISTED; entry = readdir(dir)) {
        char name[sizeof entry->d_name];
        size_t length = strlen(entry->d_name);
        size_t suffix = sizeof POLICY_SUFFIX - 1;
        if (length <= suffix || strcmp(entry->d_name + length - suffix, POLICY_SUFFIX) != 0)
            continue;
        (void)str_copy(name, sizeof name, entry->d_name); /* as large as its source */
        name[length - suffix] = '\0';
        if (policy_name_is_good(name))
            (void)str_copy(names[count++], POLICY_NAME_SIZE, name); /* a good name is short enough */
    }
    (void)closedir(dir); /* it was only read */
    return count;
}

static int no_policy(const struct parser *p, const char *name)
{
    char names[POLICY_LISTED][POLICY_NAME_SIZE];
    char list[400] = "";
    size_t count = 0;
    for (size_t i = 0; p->folders[i] != NULL; i++) {
        size_t length = strlen(list);
        (void)str_format(list + length, sizeof list - length, " %s", p->folders[i]); /* cut, it is still a hint */
        count = list_folder(p->folders[i], names, count);
    }
    if (count == 0)
        return err_set(p->e, "no policy '%s' (there is none at all in:%s)", name, list);
    qsort(names, count, sizeof names[0], compare_names);
    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
            continue;
        size_t length = strlen(list);
        if (str_format(list + length, sizeof list - length, " %s", names[i]) != 0)
            break; /* enough names for one line */
    }
    return err_set(p->e, "no policy '%s' (there are:%s)", name, list);
}

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

static int unknown_call(const struct parser *p, const char *name)
{
    for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL; arch++) {
        const char *names[SYSCALL_NUMBERS + 1];
        for (size_t i = 0; i < arch->row_count; i++)
            names[i] = arch->rows[i].name;
        names[arch->row_count] = NULL;
        const char *nearest = str_nearest(name, names);
        if (nearest != NULL)
            return err_set(p->e, "unknown system call '%.64s' (did you mean '%s'?)", name, nearest);
    }
    return err_set(p->e, "unknown system call '%.64s'", name);
}

/* Gives the calls word[first] to word[end - 1] this rule, each on every architecture of the policy that has it. */
static int set_rules(const struct parser *p, const struct words *words, size_t first, size_t end,
                     struct policy_rule rule)
{
    if (first >= end)
        return err_set(p->e, "'%s' names no system call", words->word[0]);
    for (size_t i = first; i < end; i++) {
        if (strcmp(words->word[i], "unless") == 0)
            return err_set(p->e, "'unless' belongs to 'allow' only");
        bool known = false;
        for (const struct syscall_arch *arch = syscall_arches; arch->name != NULL && !known; arch++)
            known = syscall_number(arch, words->word[i]) >= 0;
        if (!known)
            return unknown_call(p, words->word[i]);
        for (int k = 0; k < p->policy->arch_count; k++) {
            int nr = syscall_number(p->policy->arches[k].arch, words->word[i]);
            if (nr >= 0)
                p->policy->arches[k].rules[nr] = rule;
        }
    }
    return 0;
}

static int line_allow(struct parser *p, const struct words *words)
{
    struct policy_rule rule = {.action = POLICY_ALLOW};
    size_t end = 1;
    while (end < words->count && strcmp(words->word[end], "unless") != 0)
        end++;
    if (end < words->count) {
        char *const *condition = &words->word[end];
        if (words->count - end != 4 || strcmp(condition[2], "&") != 0)
            return err_set(p->e, "a condition is 'unless argN & MASK'");
        int64_t number;
        if (!str_starts(condition[1], "arg") || str_to_int64(condition[1] + 3, 0, 5, &number) != 0)
            return err_set(p->e, "no argument '%.64s' (there are arg0 to arg5)", condition[1]);
        uint64_t mask;
        if (str_to_uint64(condition[3], 1, UINT32_MAX, &mask) != 0)
            return err_set(p->e, "bad mask '%.64s' (0x1 to 0xffffffff)", condition[3]);
        rule.arg = (uint8_t)number;
        rule.mask = (uint32_t)mask;
    }
    return set_rules(p, words, 1, end, rule);
}

static int line_refuse(struct parser *p, const struct words *words)
{
    return set_rules(p, words, 1, words->count, (struct policy_rule){.action = POLICY_REFUSE});
}

static int line_errno(struct parser *p, const struct words *words)
{
    if (words->count < 2)
        return err_set(p->e, "'errno' names no error");
    const char *names[POLICY_ERRNOS + 1];
    size_t count = 0;
    for (int number = 1; number < POLICY_ERRNOS; number++) {
        const char *name = strerrorname_np(number);
        if (name == NULL)
            continue;
        if (strcmp(name, words->word[1]) == 0)
            return set_rules(p, words, 2, words->count,
                             (struct policy_rule){.action = POLICY_ERRNO, .value = (uint16_t)number});
        names[count++] = name;
    }
    names[count] = NULL;
    const char *nearest = str_nearest(words->word[1], names);
    if (nearest != NULL)
        return err_set(p->e, "unknown errno '%.64s' (did you mean '%s'?)", words->word[1], nearest);
    return err_set(p->e, "unknown errno '%.64s'", words->word[1]);
}

static int line_limit(struct parser *p, const struct words *words)
{
    if (words->count != 3)
        return err_set(p->e, "a limit is 'limit NAME N'");
    int64_t number;
    if (str_to_int64(words->word[2], 1, UINT16_MAX, &number) != 0)
        return err_set(p->e, "bad number '%.64s' (1 to %d)", words->word[2], UINT16_MAX);
    return set_rules(p, words, 1, 2, (struct policy_rule){.action = POLICY_LIMIT, .value = (uint16_t)number});
}

static int line_arch(struct parser *p, const struct words *words)
{
    if (words->count != 2)
        return err_set(p->e, "'arch' takes one name");
    const struct syscall_arch *arch = syscall_arch_by_name(words->word[1]);
    if (arch == NULL) {
        char list[128] = "";
        for (arch = syscall_arches; arch->name != NULL; arch++) {
            size_t length = strlen(list);
            (void)str_format(list + length, sizeof list - length, " %s", arch->name); /* cut, it is still a hint */
        }
        return err_set(p->e, "unknown architecture '%.64s' (there are:%s)", words->word[1], list);
    }
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

static int parse_file(struct parser *p, const char *name);

static int line_include(struct parser *p, const struct words *words)
{
    if (words->count != 2)
        return err_set(p->e, "'include' takes one name");
    const char *name = words->word[1];
    char chain[256] = "";
    bool loop = false;
    for (int i = 0; i < p->depth; i++) {
        size_t length = strlen(chain);
        loop = loop || strcmp(p->open[i], name) == 0;
        if (loop)
            (void)str_format(chain + length, sizeof chain - length, "%s -> ", p->open[i]); /* cut, it is still a hint */
    }
    if (loop)
        return err_set(p->e, "include loop: %s%s", chain, name);
    if (p->depth == POLICY_DEPTH)
        return err_set(p->e, "includes nest deeper than %d", POLICY_DEPTH);
    if (++p->includes > POLICY_INCLUDES)
        return err_set(p->e, "more than %d includes", POLICY_INCLUDES);
    return parse_file(p, name);
}

static int parse_line(struct parser *p, char *line)
{
    static const struct {
        const char *verb;
        int (*parse)(struct parser *p, const struct words *words);
        bool first_pass;
        bool second_pass;
    } verbs[] = {
        {"include", line_include, true, true}, {"arch", line_arch, true, false},   {"allow", line_allow, false, true},
        {"refuse", line_refuse, false, true},  {"errno", line_errno, false, true}, {"limit", line_limit, false, true},
    };
    line[strcspn(line, "#")] = '\0';
    struct words words;
    if (split_line(line, &words) != 0)
        return err_set(p->e, "more than %d words in a line", POLICY_WORDS);
    if (words.count == 0)
        return 0;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].verb, words.word[0]) != 0)
            continue;
        bool now = p->arches_only ? verbs[i].first_pass : verbs[i].second_pass;
        return now ? verbs[i].parse(p, &words) : 0;
    }
    return err_set(p->e, "unknown word '%.64s' (a line begins with include, arch, allow, refuse, errno or limit)",
                   words.word[0]);
}

/* Reads text (length bytes and a terminator, destroyed) as the policy name, called file in messages. */
static int parse_text(struct parser *p, const char *name, const char *file, char *text, size_t length)
{
    (void)str_copy(p->open[p->depth++], POLICY_NAME_SIZE, name); /* names were checked; policy_parse's may be cut */
    int number = 1;
    int result = 0;
    for (char *line = text; result == 0 && line <= text + length; number++) {
        char *end = memchr(line, '\n', (size_t)(text + length - line));
        if (end == NULL)
            end = text + length;
        *end = '\0';
        result = strlen(line) == (size_t)(end - line) ? parse_line(p, line) : err_set(p->e, "a NUL byte");
        if (result != 0 && !p->placed)
            (void)err_add(p->e, "%s:%d", file, number);
        line = end + 1;
    }
    p->placed = result != 0;
    p->depth--;
    return result;
}

/* Finds the policy name in the folders. 0 with its path, or -1. */
static int find_file(const struct parser *p, const char *name, char *path, size_t size)
{
    if (!policy_name_is_good(name))
        return err_set(p->e, "'%.64s' cannot be a policy's name (a-z, 0-9, _ and -, at most %d)", name,
                       POLICY_NAME_SIZE - 1);
    for (size_t i = 0; p->folders[i] != NULL; i++) {
        if (str_format(path, size, "%s/%s" POLICY_SUFFIX, p->folders[i], name) != 0)
            return err_set(p->e, "the folder's name is longer than %zu bytes", size - 1);
        struct stat info;
        if (stat(path, &info) == 0)
            return S_ISREG(info.st_mode) ? 0 : err_set(p->e, "%s is not a regular file", path);
        if (errno != ENOENT && errno != ENOTDIR)
            return err_sys(p->e, errno, "stat %s", path);
    }
    return no_policy(p, name);
}

static int parse_file(struct parser *p, const char *name)
{
    char path[1024];
    if (find_file(p, name, path, sizeof path) != 0)
        return -1;
    char *text = malloc(POLICY_FILE_BYTES + 1);
    if (text == NULL)
        return err_sys(p->e, errno, "read %s", path);
    ssize_t length = file_read(AT_FDCWD, path, text, POLICY_FILE_BYTES + 1, p->e);
    int result = length < 0 ? -1 : parse_text(p, name, path, text, (size_t)length);
    free(text);
    return result;
}

/* Empties policy and gives it its name and the native architecture. */
static int policy_start(struct parser *p, const char *name)
{
    const struct syscall_arch *native = syscall_arch_native();
    if (native == NULL)
        return err_set(p->e, "this processor has no table of system calls");
    memset(p->policy, 0, sizeof *p->policy);                       /* POLICY_REFUSE is 0 */
    (void)str_copy(p->policy->name, sizeof p->policy->name, name); /* names were checked; policy_parse's may be cut */
    p->policy->arches[0].arch = native;
    p->policy->arch_count = 1;
    return 0;
}

/* FNV-1a over architectures and rules. */
static uint64_t policy_hash(const struct policy *policy)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 0; i < policy->arch_count; i++) {
        hash = (hash ^ policy->arches[i].arch->audit) * UINT64_C(1099511628211);
        for (size_t nr = 0; nr < SYSCALL_NUMBERS; nr++) {
            const struct policy_rule *rule = &policy->arches[i].rules[nr];
            hash = (hash ^ ((uint64_t)rule->mask << 32 | (uint64_t)rule->value << 16 | (uint64_t)rule->arg << 8 |
                            rule->action)) *
                   UINT64_C(1099511628211);
        }
    }
    return hash;
}

int policy_load(struct policy *policy, const char *const *folders, const char *name, struct err *e)
{
    struct parser p = {.policy = policy, .folders = folders, .e = e, .arches_only = true};
    if (policy_start(&p, name) != 0 || parse_file(&p, name) != 0)
        return -1;
    p.arches_only = false;
    p.includes = 0;
    int result = parse_file(&p, name);
    policy->hash = policy_hash(policy);
    return result;
}

int policy_parse(struct policy *policy, const char *const *folders, const char *name, const char *text, size_t length,
                 struct err *e)
{
    struct parser p = {.policy = policy, .folders = folders, .e = e, .arches_only = true};
    if (policy_start(&p, name) != 0)
        return -1;
    if (length > POLICY_FILE_BYTES)
        return err_set(e, "%s: larger than %d bytes", name, POLICY_FILE_BYTES);
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return err_sys(e, errno, "read %s", name);
    int result = 0;
    for (int pass = 1; pass <= 2 && result == 0; pass++) {
        memcpy(copy, text, length);
        copy[length] = '\0';
        p.arches_only = pass == 1;
        p.includes = 0;
        result = parse_text(&p, name, name, copy, length);
    }
    free(copy);
    policy->hash = policy_hash(policy);
    return result;
}

const struct policy_rule *policy_rule(const struct policy *policy, uint32_t audit, int64_t nr)
{
    if (nr < 0 || nr >= SYSCALL_NUMBERS)
        return NULL;
    for (int i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->audit == audit)
            return &policy->arches[i].rules[nr];
    }
    return NULL;
}

bool policy_allows(const struct policy *policy, const char *name)
{
    for (int i = 0; i < policy->arch_count; i++) {
        int nr = syscall_number(policy->arches[i].arch, name);
        if (nr < 0)
            continue;
        uint8_t action = policy->arches[i].rules[nr].action;
        if (action == POLICY_ALLOW || action == POLICY_LIMIT)
            return true;
    }
    return false;
}
