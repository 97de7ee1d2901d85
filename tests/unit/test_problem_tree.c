/*
 * test_problem_tree.c - YAML and XML of packages as trees, and what is refused with its line. What strangers write must neither
 * take long nor grow: bombs of aliases and entities, deep nesting, many parts.
 */
#include "judge_client/problem_tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static struct tree *parse(struct tree *(*open)(int, const char *, struct err *), const char *bytes, size_t size,
                          struct err *e)
{
    int fd = memfd_create("tree", MFD_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, bytes, size) == 0);
    struct tree *tree = open(fd, "t", e);
    file_close(&fd);
    return tree;
}

static struct tree *good(struct tree *(*open)(int, const char *, struct err *), const char *text)
{
    struct err e = {""};
    struct tree *tree = parse(open, text, strlen(text), &e);
    (void)UNIT_CHECK(tree != NULL && e.text[0] == '\0', "%s: %s", text, e.text);
    CU_ASSERT_FATAL(tree != NULL);
    /* cppcheck-suppress returnDanglingLifetime ; a tree keeps no error */
    return tree;
}

static void has(const struct tree *tree, const char *path, const char *wanted, int line)
{
    const struct tree_node *node = tree_find(tree_root(tree), path);
    if (UNIT_CHECK(node != NULL, "%s is not there", path))
        (void)UNIT_CHECK(strcmp(node->text, wanted) == 0 && node->line == line, "%s: '%s' in line %d", path, node->text,
                         node->line);
}

static void refused(struct tree *(*open)(int, const char *, struct err *), const char *text, const char *wanted)
{
    struct err e = {""};
    struct tree *tree = parse(open, text, strlen(text), &e);
    (void)UNIT_CHECK(tree == NULL && strcmp(e.text, wanted) == 0, "%.60s: %s", text, e.text);
    tree_close(tree);
}

static void test_yaml(void)
{
    struct tree *tree = good(tree_open_yaml, "# a comment\nname: Two words\nlimits:\n  time_limit: 2.5\n  memory:\n"
                                             "type: [scoring, interactive]\nquoted: \"a: #b\"\nlist:\n- a\n- b: c\n");
    has(tree, "name", "Two words", 2);
    has(tree, "limits/time_limit", "2.5", 4);
    has(tree, "limits/memory", "", 5);
    has(tree, "quoted", "a: #b", 7);
    const struct tree_node *list = tree_find(tree_root(tree), "type");
    CU_ASSERT_FATAL(list != NULL && list->kind == TREE_LIST && list->first != NULL && list->first->next != NULL);
    CU_ASSERT_STRING_EQUAL(list->first->text, "scoring");
    CU_ASSERT_STRING_EQUAL(list->first->next->text, "interactive");
    CU_ASSERT_PTR_NULL(tree_find(tree_root(tree), "limit"));
    CU_ASSERT_PTR_NULL(tree_find(tree_root(tree), "name/x"));
    CU_ASSERT_PTR_NULL(tree_find(NULL, "name"));
    CU_ASSERT_STRING_EQUAL(tree_text(tree_root(tree), "none", "otherwise"), "otherwise");
    struct err e;
    (void)err_set(&e, "wrong");
    CU_ASSERT_EQUAL(tree_error(tree, tree_find(tree_root(tree), "limits/time_limit"), &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "t:4: wrong");
    tree_close(tree);
}

static void test_yaml_empty(void)
{
    static const char *const texts[] = {"", "\n# nothing\n", "---\n...\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tree *tree = good(tree_open_yaml, texts[i]);
        CU_ASSERT(tree_root(tree) == NULL || tree_root(tree)->text[0] == '\0');
        tree_close(tree);
    }
    tree_close(NULL);
}

static void test_yaml_refused(void)
{
    static const char *const rows[][2] = {
        {"a: 1\na: 2\n", "t:2: 'a' is there twice"},
        {"a: 1\nb: {c: 1, c: 2}\n", "t:2: 'c' is there twice"},
        {"a: &x 1\nb: *x\n", "t:2: aliases (*x) are not supported: write it out"},
        {"a: &a [*a]\n", "t:1: aliases (*a) are not supported: write it out"},
        {"a: 1\n---\nb: 2\n", "t:2: a second document"},
        {"? [a]\n: b\n", "t:1: a key must be a text"},
        {"a: \"b\\0c\"\n", "t:1: a NUL in a text"},
        {"a: 1\n b: 2\n", "t:2: mapping values are not allowed in this context"},
        {"a: [1, 2\n", "t:2: did not find expected ',' or ']'"},
        {"a: \"b\n", "t:2: found unexpected end of stream"},
        {"a:\n\t- b\n", "t:2: found character that cannot start any token"},
        {"a: \xff\n", "t:1: invalid leading UTF-8 octet"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(tree_open_yaml, rows[i][0], rows[i][1]);
    struct err e = {""};
    CU_ASSERT_PTR_NULL(parse(tree_open_yaml, "a: b\0c\n", 7, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "t: a NUL byte: no text (save it as UTF-8)");
}

/* count times text, then end. To be freed. */
static char *many(const char *text, size_t count, const char *end)
{
    size_t length = strlen(text);
    char *all = malloc(count * length + strlen(end) + 1);
    CU_ASSERT_FATAL(all != NULL);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * length, text, length);
    memcpy(all + count * length, end, strlen(end) + 1);
    return all;
}

static void refused_many(struct tree *(*open)(int, const char *, struct err *), const char *text, size_t count,
                         const char *end, const char *wanted)
{
    char *all = many(text, count, end);
    refused(open, all, wanted);
    free(all);
}

static void test_yaml_bombs(void)
{
    refused(tree_open_yaml,
            "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n",
            "t:2: aliases (*a) are not supported: write it out");
    refused_many(tree_open_yaml, "[", 33, "", "t:1: more than 32 levels");
    refused_many(tree_open_yaml, "[", 200000, "", "t:1: more than 32 levels");
    refused_many(tree_open_yaml, "{a: ", 60000, "", "t:1: more than 32 levels");
    refused_many(tree_open_yaml, "- x\n", 10000, "", "t:10000: more than 10000 parts");
    refused_many(tree_open_yaml, "#", (256 << 10) + 1, "", "t: larger than 256 KiB");
    char *fine = many("[", 32, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    tree_close(good(tree_open_yaml, fine));
    free(fine);
}

static void test_xml(void)
{
    struct tree *tree = good(tree_open_xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<problem revision='3'>\n"
                                            " <judging input-file=''><testset name='tests'>\n"
                                            "  <time-limit> 1000\n</time-limit><a>x &lt; &#233; <b/> y</a>\n"
                                            " </testset><testset name='b'/></judging></problem>\n");
    CU_ASSERT_STRING_EQUAL(tree_root(tree)->name, "problem");
    has(tree, "@revision", "3", 2);
    has(tree, "judging/@input-file", "", 3);
    has(tree, "judging/testset/time-limit", "1000", 4);
    has(tree, "judging/testset/a", "y", 5);
    const struct tree_node *set = tree_find(tree_root(tree), "judging/testset");
    set = tree_next(set == NULL ? NULL : set->next, "testset");
    CU_ASSERT_STRING_EQUAL(tree_text(set, "@name", ""), "b");
    CU_ASSERT_PTR_NULL(set == NULL ? NULL : tree_next(set->next, "testset"));
    tree_close(tree);
}

static void test_xml_refused(void)
{
    static const char *const rows[][2] = {
        {"", "t:1: no element found"},
        {"<a>\n<b></a>", "t:2: mismatched tag"},
        {"<a/><b/>", "t:1: junk after document element"},
        {"<a b='1' b='2'/>", "t:1: duplicate attribute"},
        {"<a>&x;</a>", "t:1: undefined entity"},
        {"<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x 'yy'>]>\n<a>&x;</a>",
         "t:2: a document type (<!DOCTYPE) is not allowed"},
        {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "t:1: a document type (<!DOCTYPE) is not allowed"},
        {"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/shadow'>]><a>&x;</a>",
         "t:1: a document type (<!DOCTYPE) is not allowed"},
        {"<?xml version='1.0' encoding='windows-1251'?><a/>", "t:1: unknown encoding"},
        {"<a>\xff</a>", "t:1: not well-formed (invalid token)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(tree_open_xml, rows[i][0], rows[i][1]);
}

static void test_xml_bombs(void)
{
    refused(tree_open_xml,
            "<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'><!ENTITY y '&x;&x;&x;&x;'><!ENTITY z '&y;&y;&y;&y;'>]><a>&z;</a>",
            "t:1: a document type (<!DOCTYPE) is not allowed");
    refused_many(tree_open_xml, "<a>", 33, "", "t:1: more than 32 levels");
    refused_many(tree_open_xml, "<a>", 1000000, "", "t:1: more than 32 levels");
    char *all = many("<b/>\n", 100001, "</a>");
    memcpy(all, "<a> \n", 5);
    refused(tree_open_xml, all, "t:100001: more than 100000 parts");
    free(all);
    all = many("x", 65539, "</a>");
    memcpy(all, "<a>", 3);
    tree_close(good(tree_open_xml, all));
    free(all);
    all = many("x", 65540, "</a>");
    memcpy(all, "<a>", 3);
    refused(tree_open_xml, all, "t:1: a text of more than 64 KiB");
    free(all);
    refused_many(tree_open_xml, " ", (8 << 20) + 1, "", "t: larger than 8192 KiB");
}

static const struct unit_test tests[] = {
    {"yaml", test_yaml},
    {"yaml_empty", test_yaml_empty},
    {"yaml_refused", test_yaml_refused},
    {"yaml_bombs", test_yaml_bombs},
    {"xml", test_xml},
    {"xml_refused", test_xml_refused},
    {"xml_bombs", test_xml_bombs},
};

UNIT_MAIN("problem_tree", tests)
