/*
 * local_policy.c - see local_policy.h. Runs in judge_client's local form; any uid that may read the files.
 *
 * It reads policies and prints; it changes nothing and starts nothing. What a policy means is policy.c's word, not its own.
 */
#include "judge_client/local_policy.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/places.h"
#include "judge_client/sandbox/filter.h"
#include "judge_client/sandbox/policy.h"

#include "common/banned.h"

enum {
    FILE_BYTES = 1024 * 1024, /* of a policy */
    LINE = 100,               /* columns of a list of names */
    RULE = 1024,              /* bytes of a rule in words */
};

static const char usage[] =
    "usage: judgectl policy check [FILE...]       read them, or each policy there is; say what is wrong, by line\n"
    "       judgectl policy show NAME             what it allows, with everything that it includes\n"
    "       judgectl policy explain LANG          the policies of a language, and where they come from\n"
    "       judgectl policy diff A B              the calls that two policies answer differently\n"
    "\n"
    "  --home OJ_HOME     whose etc/policy comes first\n"
    "  --used             check: only what a worker would read, and one line\n"
    "  --arch NAME        as on a box of this architecture\n"
    "\n"
    "A NAME with a slash is a file. Exit: 0; 1 where diff finds a difference; 2 where something cannot be read.\n";

struct wanted {
    const char *home;
    bool used; /* check: those that judging needs, and one line */
    const struct syscall_arch *arch;
    struct places places;
};

/* The policy of a name, or of a file where name has a slash. 0, or -1 with e. */
static int load(const struct wanted *wanted, const char *name, struct policy *policy, struct err *e)
{
    if (strchr(name, '/') == NULL)
        return policy_load_for(policy, wanted->arch, wanted->places.policies, name, e);
    char *text = malloc(FILE_BYTES + 1);
    if (text == NULL) {
        (void)err_sys(e, errno, "read %s", name); /* -1, as it always is */
        return -1;
    }
    ssize_t length = file_read(AT_FDCWD, name, text, FILE_BYTES + 1, e);
    int result = length < 0
                     ? -1
                     : policy_parse_for(policy, wanted->arch, wanted->places.policies, name, text, (size_t)length, e);
    free(text);
    return result;
}

/* The rule in words, as a policy's line has them: without the call's name. */
static void describe(const struct policy *policy, const struct policy_rule *rule, char *text, size_t size)
{
    size_t length;
    switch (rule->action) {
    case POLICY_REFUSE:
        (void)str_copy(text, size, "refuse"); /* it fits, as the words below do */
        return;
    case POLICY_ERRNO:
        (void)str_format(text, size, "errno %s", strerrorname_np(rule->value));
        return;
    case POLICY_LIMIT:
        (void)str_format(text, size, "limit %u", (unsigned)rule->value);
        return;
    default:
        break;
    }
    (void)str_copy(text, size, "allow");
    if (rule->mask == 0)
        return;
    length = strlen(text);
    bool whole = rule->count > 0 && (rule->mask == UINT64_MAX);
    if (whole)
        (void)str_format(text + length, size - length, " arg%u", (unsigned)rule->arg);
    else
        (void)str_format(text + length, size - length, "%s arg%u & 0x%llx", rule->count == 0 ? " unless" : "",
                         (unsigned)rule->arg, (unsigned long long)rule->mask);
    for (size_t i = 0; i < rule->count; i++) {
        length = strlen(text);
        (void)str_format(text + length, size - length, "%s0x%llx", i == 0 ? " = " : " ",
                         (unsigned long long)policy->values[rule->first + i]);
    }
    length = strlen(text);
    if (rule->value != 0)
        (void)str_format(text + length, size - length, " else errno %s", strerrorname_np(rule->value));
}

/* One policy: it can be read, and its filter is not too long. 0, or -1 after its line was printed. */
static int check_one(const struct wanted *wanted, const char *name)
{
    struct policy policy;
    struct filter filter = {.length = 0};
    struct err e = {""};
    if (load(wanted, name, &policy, &e) != 0 || filter_build(&filter, &policy, &e) != 0) {
        printf("bad   %s\n", e.text);
        return -1;
    }
    printf("good  %-16s %u instructions\n", name, (unsigned)filter.length);
    return 0;
}

/* Every policy of the folders, each as a language would find it: an earlier folder hides the same name in a later one. */
static int check_all(const struct wanted *wanted, struct err *e)
{
    int bad = 0;
    int found = 0;
    for (size_t i = 0; wanted->places.policies[i] != NULL; i++) {
        char pattern[PATH_MAX];
        glob_t files;
        if (str_format(pattern, sizeof pattern, "%s/*.policy", wanted->places.policies[i]) != 0 ||
            glob(pattern, 0, NULL, &files) != 0)
            continue;
        for (size_t k = 0; k < files.gl_pathc; k++) {
            char name[PATH_MAX], path[PATH_MAX];
            struct err why;
            (void)str_copy(name, sizeof name, strrchr(files.gl_pathv[k], '/') + 1); /* as large as its source */
            name[strlen(name) - (sizeof ".policy" - 1)] = '\0';
            if (policy_find(wanted->places.policies, name, path, sizeof path, &why) == 0 &&
                strcmp(path, files.gl_pathv[k]) != 0)
                continue;
            found++;
            bad += check_one(wanted, name) != 0;
        }
        globfree(&files);
    }
    if (found == 0)
        return err_set(e, "no policy in any folder (%s is the first)", wanted->places.policies[0]);
    return bad == 0 ? 0 : err_set(e, "%d of %d policies cannot be used", bad, found);
}

/* What a worker would say that reads its policies again. */
static int check_used(const struct wanted *wanted, struct err *e)
{
    struct languages *languages = languages_open(wanted->places.languages, e);
    if (languages == NULL)
        return -1;
    int result = judge_check_policies(wanted->places.policies, languages, e);
    languages_close(languages);
    return result;
}

static int do_check(const struct wanted *wanted, int count, char **names, struct err *e)
{
    int bad = 0;
    if (wanted->used)
        return check_used(wanted, e);
    if (count == 0)
        return check_all(wanted, e);
    for (int i = 0; i < count; i++)
        bad += check_one(wanted, names[i]) != 0;
    return bad == 0 ? 0 : err_set(e, "%d of %d policies cannot be used", bad, count);
}

/* The calls of one architecture whose rule is in these words, behind them, in lines. */
static void print_group(const struct policy *policy, int k, const char *words)
{
    const struct syscall_arch *arch = policy->arches[k].arch;
    size_t column = 0;
    for (size_t row = 0; row < arch->row_count; row++) {
        char text[RULE];
        describe(policy, &policy->arches[k].rules[row], text, sizeof text);
        if (strcmp(text, words) != 0)
            continue;
        size_t length = strlen(arch->rows[row].name);
        if (column == 0)
            column = (size_t)printf("  %s:", words);
        if (column + 1 + length > LINE)
            column = (size_t)printf("\n   ") - 1;
        column += (size_t)printf(" %s", arch->rows[row].name);
    }
    if (column > 0)
        printf("\n");
}

/* Each rule in words once, with its calls; what is refused is the rest. */
static void print_policy(const struct policy *policy)
{
    for (int k = 0; k < policy->arch_count; k++) {
        const struct syscall_arch *arch = policy->arches[k].arch;
        size_t refused = 0;
        printf("%s\n", arch->name);
        for (size_t row = 0; row < arch->row_count; row++) {
            char words[RULE], before[RULE];
            bool seen = false;
            describe(policy, &policy->arches[k].rules[row], words, sizeof words);
            refused += strcmp(words, "refuse") == 0;
            for (size_t i = 0; i < row && !seen; i++) {
                describe(policy, &policy->arches[k].rules[i], before, sizeof before);
                seen = strcmp(words, before) == 0;
            }
            if (!seen && strcmp(words, "refuse") != 0)
                print_group(policy, k, words);
        }
        printf("  refused: the other %zu calls\n", refused);
    }
}

static int do_show(const struct wanted *wanted, int count, char **names, struct err *e)
{
    struct policy policy;
    (void)count; /* one, as the table says */
    if (load(wanted, names[0], &policy, e) != 0)
        return -1;
    print_policy(&policy);
    return 0;
}

static int explain_step(const struct wanted *wanted, const char *what, const char *name, struct err *e)
{
    struct policy policy;
    char path[PATH_MAX];
    size_t counts[POLICY_LIMIT + 1] = {0};
    if (policy_find(wanted->places.policies, name, path, sizeof path, e) != 0 || load(wanted, name, &policy, e) != 0)
        return -1;
    printf("%s: policy %s, %s\n", what, name, path);
    for (int k = 0; k < policy.arch_count; k++) {
        memset(counts, 0, sizeof counts);
        for (size_t row = 0; row < policy.arches[k].arch->row_count; row++)
            counts[policy.arches[k].rules[row].action]++;
        printf("  %s: %zu calls allowed, %zu limited, %zu told an error, %zu refused\n", policy.arches[k].arch->name,
               counts[POLICY_ALLOW], counts[POLICY_LIMIT], counts[POLICY_ERRNO], counts[POLICY_REFUSE]);
    }
    for (size_t row = 0; row < policy.arches[0].arch->row_count; row++) {
        const struct policy_rule *rule = &policy.arches[0].rules[row];
        char words[RULE];
        describe(&policy, rule, words, sizeof words);
        if (rule->action == POLICY_LIMIT || (rule->action == POLICY_ALLOW && rule->mask != 0))
            printf("  %s: %s\n", policy.arches[0].arch->rows[row].name, words);
    }
    return 0;
}

static int do_explain(const struct wanted *wanted, int count, char **names, struct err *e)
{
    (void)count; /* one, as the table says */
    struct languages *languages = languages_open(wanted->places.languages, e);
    if (languages == NULL)
        return -1;
    int result = 0;
    int64_t id;
    const struct language *language = str_to_int64(names[0], 0, INT32_MAX, &id) == 0
                                          ? languages_by_id(languages, (int)id)
                                          : languages_by_name(languages, names[0]);
    const char *nearest = language == NULL ? languages_nearest(languages, names[0]) : NULL;
    if (language == NULL)
        result = err_set(e, "unknown language '%.64s'%s%s%s: judgectl languages lists them", names[0],
                         nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                         nearest == NULL ? "" : "?)");
    if (language != NULL && language->compile.argv != NULL)
        result = explain_step(wanted, "compile", language->compile.policy, e);
    if (language != NULL && result == 0)
        result = explain_step(wanted, "run", language->run.policy, e);
    languages_close(languages);
    return result;
}

/* Of the architectures that both have. 1 where a call differs. */
static int print_differences(const struct policy *a, const struct policy *b)
{
    int result = a->arch_count != b->arch_count;
    for (int k = 0; k < a->arch_count; k++) {
        const struct syscall_arch *arch = a->arches[k].arch;
        int other = policy_arch(b, arch->audit);
        if (other < 0) {
            result = 1;
            printf("%s: only the first has it\n", arch->name);
            continue;
        }
        for (size_t row = 0; row < arch->row_count; row++) {
            char left[RULE], right[RULE];
            describe(a, &a->arches[k].rules[row], left, sizeof left);
            describe(b, &b->arches[other].rules[row], right, sizeof right);
            if (strcmp(left, right) == 0)
                continue;
            result = 1;
            printf("%s%s%s: %s -> %s\n", k == 0 ? "" : arch->name, k == 0 ? "" : ":", arch->rows[row].name, left,
                   right);
        }
    }
    for (int k = 0; k < b->arch_count; k++) {
        if (policy_arch(a, b->arches[k].arch->audit) < 0)
            printf("%s: only the second has it\n", b->arches[k].arch->name);
    }
    return result;
}

static int do_diff(const struct wanted *wanted, int count, char **names, struct err *e)
{
    struct policy policies[2];
    (void)count; /* two, as the table says */
    for (int i = 0; i < 2; i++) {
        if (load(wanted, names[i], &policies[i], e) != 0)
            return -1;
    }
    return print_differences(&policies[0], &policies[1]);
}

/* 0; 1 after --help was printed; -1 with e. What is left of the arguments begins at optind. */
static int parse(struct wanted *wanted, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {
        {"home", required_argument, NULL, 'H'},
        {"arch", required_argument, NULL, 'a'},
        {"used", no_argument, NULL, 'u'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        switch (word) {
        case 'H':
            wanted->home = optarg;
            break;
        case 'u':
            wanted->used = true;
            break;
        case 'a':
            wanted->arch = syscall_arch_by_name(optarg);
            if (wanted->arch == NULL)
                return err_set(e, "unknown architecture '%.64s' (docs/adding-an-architecture.md)", optarg);
            break;
        case 'h':
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        default:
            return err_set(e, "%s '%s': judgectl policy --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        }
    }
    return 0;
}

static int run(struct wanted *wanted, int count, char **words, struct err *e)
{
    static const struct {
        const char *name;
        int least, most;
        int (*run)(const struct wanted *wanted, int count, char **names, struct err *e);
    } verbs[] = {
        {"check", 0, 1000, do_check},
        {"show", 1, 1, do_show},
        {"explain", 1, 1, do_explain},
        {"diff", 2, 2, do_diff},
    };
    if (count == 0)
        return err_set(e, "one of check, show, explain, diff: judgectl policy --help says more");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].name, words[0]) != 0)
            continue;
        if (count - 1 < verbs[i].least || count - 1 > verbs[i].most)
            return err_set(e, "%s takes %d name%s", words[0], verbs[i].least, verbs[i].least == 1 ? "" : "s");
        return verbs[i].run(wanted, count - 1, words + 1, e);
    }
    return err_set(e, "unknown word '%.64s': one of check, show, explain, diff", words[0]);
}

int local_policy(int argc, char **argv)
{
    struct err e = {""};
    struct wanted wanted = {.arch = syscall_arch_native()};
    int code = parse(&wanted, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0) {
        places_find(&wanted.places, wanted.home);
        code = run(&wanted, argc - optind, argv + optind, &e);
    }
    if (code < 0)
        (void)fprintf(stderr, "judgectl policy: %s\n", e.text); /* nowhere else to say it */
    return code < 0 ? 2 : code;
}
