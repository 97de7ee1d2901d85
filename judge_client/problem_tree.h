/*
 * problem_tree.h - what a package's problem.yaml or problem.xml says, as one kind of tree.
 *
 * Both come from strangers. What could blow up is refused with its line: aliases, document types and entities, keys that
 * are there twice, NUL bytes, more than 32 levels, more than 100,000 parts (10,000 of YAML), more than 8 MiB (256 KiB).
 */
#ifndef JUDGE_PROBLEM_TREE_H
#define JUDGE_PROBLEM_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define TREE_DEPTH 32

enum tree_kind { TREE_TEXT, TREE_MAP, TREE_LIST };

struct tree_node {
    enum tree_kind kind;
    char *name; /* a map's key, an element's name, "@" and an attribute's; "" for a list's items and for the root */
    char *text; /* of a TEXT, and of an element, without white space around it; else "" */
    int line;
    struct tree_node *first, *last, *next;
};

struct tree;

/* Reads fd, a regular file which stays the caller's, from its start; path is for messages only. NULL with e:
 * `data/1000/problem.yaml:3: ...`. An XML file's root is its outermost element. */
struct tree *tree_open_yaml(int fd, const char *path, struct err *e);
struct tree *tree_open_xml(int fd, const char *path, struct err *e);
void tree_close(struct tree *tree);

/* NULL for an empty YAML file. */
const struct tree_node *tree_root(const struct tree *tree);

/* The node at "limits/memory" below from (which may be NULL): the first of each name. NULL where there is none. */
const struct tree_node *tree_find(const struct tree_node *from, const char *path);
/* Its text, or otherwise where it is not there. */
const char *tree_text(const struct tree_node *from, const char *path, const char *otherwise);
/* The next sibling from node on (itself included) with that name. */
const struct tree_node *tree_next(const struct tree_node *node, const char *name);

/* Puts `data/1000/problem.yaml:3: ` before what e says. Always returns -1. */
int tree_error(const struct tree *tree, const struct tree_node *node, struct err *e);

/* For the two readers: */
struct tree *tree_new(const char *path, size_t most_nodes, struct err *e);
/* A new last child of parent (NULL: the root). Texts are copied. NULL with e, without the line. */
struct tree_node *tree_add(struct tree *tree, struct tree_node *parent, enum tree_kind kind, const char *name,
                           const char *text, int line, struct err *e);
/* The whole of fd, terminated, for free(); NULL with e. */
char *tree_read(int fd, size_t most, size_t *size, const char *path, struct err *e);

#endif
