/*
 * policy.c - see policy.h. Reads policies; judge_client and the tests call it, as root, before a run.
 *
 * The files are the administrator's, so they are believed but not trusted: sizes, names, includes and numbers are
 * checked, and a line that cannot be read refuses the whole policy. It never writes, and keeps nothing. The lines
 * themselves are policy_lines.c's.
 */
#include "judge_client/sandbox/policy.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/policy_parts.h"

#include "common/banned.h"

#define POLICY_SUFFIX ".policy"
#define POLICY_FILE_BYTES (1024 * 1024)
#define POLICY_LISTED 64 /* names in the message that lists what there is */

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
        result = strlen(line) == (size_t)(end - line) ? policy_line(p, line) : err_set(p->e, "a NUL byte");
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

int policy_include(struct parser *p, const char *name)
{
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

/* Empties policy and gives it its name and its first architecture. */
static int policy_start(struct parser *p, const struct syscall_arch *native, const char *name)
{
    if (native == NULL)
        return err_set(p->e, "this processor has no table of system calls");
    memset(p->policy, 0, sizeof *p->policy);                       /* POLICY_REFUSE is 0 */
    (void)str_copy(p->policy->name, sizeof p->policy->name, name); /* names were checked; policy_parse's may be cut */
    p->policy->arches[0].arch = native;
    p->policy->arch_count = 1;
    return 0;
}

static uint64_t hash_add(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * UINT64_C(1099511628211);
}

/* FNV-1a over architectures, rules and the values of their conditions. */
static uint64_t policy_hash(const struct policy *policy)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 0; i < policy->arch_count; i++) {
        const struct syscall_arch *arch = policy->arches[i].arch;
        hash = hash_add(hash, arch->audit);
        for (size_t k = 0; k < arch->row_count; k++) {
            const struct policy_rule *rule = &policy->arches[i].rules[k];
            hash = hash_add(hash, (uint64_t)rule->value << 32 | (uint64_t)rule->count << 16 | (uint64_t)rule->arg << 8 |
                                      rule->action);
            hash = hash_add(hash, rule->mask);
            for (size_t v = 0; v < rule->count; v++)
                hash = hash_add(hash, policy->values[rule->first + v]);
        }
    }
    return hash;
}

int policy_load_for(struct policy *policy, const struct syscall_arch *arch, const char *const *folders,
                    const char *name, struct err *e)
{
    struct parser p = {.policy = policy, .folders = folders, .e = e, .arches_only = true};
    if (policy_start(&p, arch, name) != 0 || parse_file(&p, name) != 0)
        return -1;
    p.arches_only = false;
    p.includes = 0;
    int result = parse_file(&p, name);
    policy->hash = policy_hash(policy);
    return result;
}

int policy_load(struct policy *policy, const char *const *folders, const char *name, struct err *e)
{
    return policy_load_for(policy, syscall_arch_native(), folders, name, e);
}

int policy_parse_for(struct policy *policy, const struct syscall_arch *arch, const char *const *folders,
                     const char *name, const char *text, size_t length, struct err *e)
{
    struct parser p = {.policy = policy, .folders = folders, .e = e, .arches_only = true};
    if (policy_start(&p, arch, name) != 0)
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

int policy_parse(struct policy *policy, const char *const *folders, const char *name, const char *text, size_t length,
                 struct err *e)
{
    return policy_parse_for(policy, syscall_arch_native(), folders, name, text, length, e);
}

int policy_find(const char *const *folders, const char *name, char *path, size_t size, struct err *e)
{
    const struct parser p = {.folders = folders, .e = e};
    return find_file(&p, name, path, size);
}

int policy_arch(const struct policy *policy, uint32_t audit)
{
    for (int i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->audit == audit)
            return i;
    }
    return -1;
}

const struct policy_rule *policy_rule(const struct policy *policy, uint32_t audit, int64_t nr)
{
    int i = policy_arch(policy, audit);
    int row = i < 0 ? -1 : syscall_index(policy->arches[i].arch, nr);
    return row < 0 ? NULL : &policy->arches[i].rules[row];
}

bool policy_holds(const struct policy *policy, const struct syscall_arch *arch, const struct policy_rule *rule,
                  uint64_t argument)
{
    uint64_t wide = arch->elf_class == ELFCLASS64 ? UINT64_MAX : UINT32_MAX;
    if (rule->mask == 0)
        return true;
    if (rule->count == 0)
        return (argument & rule->mask & UINT32_MAX) == 0;
    for (size_t i = 0; i < rule->count; i++) {
        if ((argument & rule->mask & wide) == (policy->values[rule->first + i] & wide))
            return true;
    }
    return false;
}

bool policy_allows(const struct policy *policy, const char *name)
{
    for (int i = 0; i < policy->arch_count; i++) {
        int row = syscall_index_by_name(policy->arches[i].arch, name);
        if (row < 0)
            continue;
        uint8_t action = policy->arches[i].rules[row].action;
        if (action == POLICY_ALLOW || action == POLICY_LIMIT)
            return true;
    }
    return false;
}
