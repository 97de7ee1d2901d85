/*
 * problem_tree.c - see problem_tree.h: the tree itself. Runs in judge_client as root, on what the two readers found in a
 * teacher's file; it opens nothing.
 */
#include "judge_client/problem_tree.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

struct tree {
    char path[PATH_MAX];
    size_t count, most;
    struct tree_node *root;
};

struct tree *tree_new(const char *path, size_t most_nodes, struct err *e)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL) {
        err_set(e, "%.64s: out of memory", path);
        return NULL;
    }
    (void)str_copy(tree->path, sizeof tree->path, path); /* for messages: cut is fine */
    tree->most = most_nodes;
    return tree;
}

/* Not by recursion: each node's children go before the rest of the list. */
void tree_close(struct tree *tree)
{
    struct tree_node *node = tree == NULL ? NULL : tree->root;
    while (node != NULL) {
        struct tree_node *next = node->next;
        if (node->first != NULL) {
            node->last->next = next;
            next = node->first;
        }
        free(node->name);
        free(node->text);
        free(node);
        node = next;
    }
    free(tree);
}

struct tree_node *tree_add(struct tree *tree, struct tree_node *parent, enum tree_kind kind, const char *name,
                           const char *text, int line, struct err *e)
{
    if (tree->count == tree->most) {
        err_set(e, "more than %zu parts", tree->most);
        return NULL;
    }
    struct tree_node *node = calloc(1, sizeof *node);
    if (node == NULL || (node->name = strdup(name)) == NULL || (node->text = strdup(text)) == NULL) {
        if (node != NULL)
            free(node->name);
        free(node);
        err_set(e, "out of memory");
        return NULL;
    }
    node->kind = kind;
    node->line = line;
    tree->count++;
    if (parent == NULL)
        tree->root = node;
    else if (parent->first == NULL)
        parent->first = parent->last = node;
    else
        parent->last = parent->last->next = node;
    return node;
}

const struct tree_node *tree_root(const struct tree *tree)
{
    return tree->root;
}

const struct tree_node *tree_next(const struct tree_node *node, const char *name)
{
    while (node != NULL && strcmp(node->name, name) != 0)
        node = node->next;
    return node;
}

const struct tree_node *tree_find(const struct tree_node *from, const char *path)
{
    while (from != NULL && *path != '\0') {
        size_t length = strcspn(path, "/");
        const struct tree_node *child = from->first;
        while (child != NULL && (strncmp(child->name, path, length) != 0 || child->name[length] != '\0'))
            child = child->next;
        from = child;
        path += length + (path[length] == '/');
    }
    return from;
}

const char *tree_text(const struct tree_node *from, const char *path, const char *otherwise)
{
    const struct tree_node *node = tree_find(from, path);
    return node == NULL ? otherwise : node->text;
}

int tree_error(const struct tree *tree, const struct tree_node *node, struct err *e)
{
    return node == NULL ? err_add(e, "%s", tree->path) : err_add(e, "%s:%d", tree->path, node->line);
}

char *tree_read(int fd, size_t most, size_t *size, const char *path, struct err *e)
{
    struct stat info;
    char *text = NULL;
    if (fstat(fd, &info) != 0) {
        err_sys(e, errno, "%s", path);
        return NULL;
    }
    if (info.st_size > (off_t)most) {
        err_set(e, "%s: larger than %zu KiB", path, most >> 10);
        return NULL;
    }
    text = malloc((size_t)info.st_size + 1);
    if (text == NULL) {
        err_set(e, "%s: out of memory", path);
        return NULL;
    }
    ssize_t count = pread(fd, text, (size_t)info.st_size, 0); /* a regular file: all of it at once */
    if (count < 0) {
        err_sys(e, errno, "read %s", path);
        free(text);
        return NULL;
    }
    text[count] = '\0';
    *size = (size_t)count;
    if (memchr(text, '\0', *size) == NULL)
        return text;
    err_set(e, "%s: a NUL byte: no text (save it as UTF-8)", path);
    free(text);
    return NULL;
}
