/*
 * fuzz_problem_tree.c - problem.yaml and problem.xml of strangers under libFuzzer: any bytes are refused with one line, or give a
 * tree that keeps its promises. The first byte says which of the two.
 */
#include "judge_client/problem_tree.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each node is found again by its name, and no deeper than promised. */
static size_t check(const struct tree_node *node, int depth)
{
    size_t count = 1;
    assert(depth <= TREE_DEPTH + 1);
    assert(node->name != NULL && node->text != NULL && node->line > 0);
    assert((node->first == NULL) == (node->last == NULL));
    for (const struct tree_node *child = node->first; child != NULL; child = child->next) {
        assert(child->next != NULL || child == node->last);
        const struct tree_node *same = tree_next(node->first, child->name);
        assert(same != NULL && strcmp(same->name, child->name) == 0);
        count += check(child, depth + 1);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {""};
    int fd = size == 0 ? -1 : memfd_create("tree", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    struct tree *tree = NULL;
    if (file_write_all(fd, data + 1, size - 1) == 0)
        tree = data[0] == 'x' ? tree_open_xml(fd, "t", &e) : tree_open_yaml(fd, "t", &e);
    file_close(&fd);
    if (tree == NULL) {
        assert(str_starts(e.text, "t:"));
        for (const char *at = e.text; *at != '\0'; at++)
            assert((unsigned char)*at >= ' ');
        return 0;
    }
    assert(e.text[0] == '\0');
    if (tree_root(tree) != NULL)
        assert(check(tree_root(tree), 0) <= 100000);
    tree_close(tree);
    return 0;
}
