/*
 * problem_yaml.c - YAML into a tree; the only file that knows libyaml. Runs in judge_client as root, on files of packages
 * that strangers wrote: it takes events one by one and stops at the first that it does not want.
 */
#include "judge_client/problem_tree.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "common/banned.h"

enum { MOST_NODES = 10000, MOST_BYTES = 256 << 10 };

struct reading {
    struct tree *tree;
    struct tree_node *open[TREE_DEPTH]; /* the maps and lists that are not closed */
    char *key;                          /* the one that was read, and waits for its value */
    size_t depth;
    int documents;
    struct err *e;
};

/* Is it a map's turn to have a key? */
static bool wants_key(const struct reading *reading)
{
    if (reading->depth == 0)
        return false;
    const struct tree_node *in = reading->open[reading->depth - 1];
    return in != NULL && in->kind == TREE_MAP && reading->key == NULL;
}

static struct tree_node *add(struct reading *reading, enum tree_kind kind, const char *text, int line)
{
    struct tree_node *parent = reading->depth == 0 ? NULL : reading->open[reading->depth - 1];
    struct tree_node *node =
        tree_add(reading->tree, parent, kind, reading->key == NULL ? "" : reading->key, text, line, reading->e);
    free(reading->key);
    reading->key = NULL;
    return node;
}

static int take_scalar(struct reading *reading, const yaml_event_t *event, int line)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length)
        return err_set(reading->e, "a NUL in a text");
    if (!wants_key(reading))
        return add(reading, TREE_TEXT, text, line) == NULL ? -1 : 0;
    if (tree_next(reading->open[reading->depth - 1]->first, text) != NULL)
        return err_set(reading->e, "'%.64s' is there twice", text);
    reading->key = strdup(text);
    return reading->key == NULL ? err_set(reading->e, "out of memory") : 0;
}

static int take_start(struct reading *reading, enum tree_kind kind, int line)
{
    if (wants_key(reading))
        return err_set(reading->e, "a key must be a text");
    if (reading->depth == TREE_DEPTH)
        return err_set(reading->e, "more than %d levels", TREE_DEPTH);
    struct tree_node *node = add(reading, kind, "", line);
    if (node == NULL)
        return -1;
    reading->open[reading->depth++] = node;
    return 0;
}

static int take_event(struct reading *reading, const yaml_event_t *event)
{
    int line = (int)event->start_mark.line + 1;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return reading->documents++ == 0 ? 0 : err_set(reading->e, "a second document");
    case YAML_SCALAR_EVENT:
        return take_scalar(reading, event, line);
    case YAML_MAPPING_START_EVENT:
        return take_start(reading, TREE_MAP, line);
    case YAML_SEQUENCE_START_EVENT:
        return take_start(reading, TREE_LIST, line);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        reading->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return err_set(reading->e, "aliases (*%.32s) are not supported: write it out",
                       (const char *)event->data.alias.anchor);
    default:
        return 0;
    }
}

static int read_events(struct reading *reading, yaml_parser_t *parser, const char *path)
{
    for (bool end = false; !end;) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0)
            return err_set(reading->e, "%s:%zu: %s", path, parser->problem_mark.line + 1,
                           parser->problem != NULL ? parser->problem : "no YAML");
        int result = take_event(reading, &event);
        end = event.type == YAML_STREAM_END_EVENT;
        size_t line = event.start_mark.line + 1;
        yaml_event_delete(&event);
        if (result != 0)
            return err_add(reading->e, "%s:%zu", path, line);
    }
    return 0;
}

struct tree *tree_open_yaml(int fd, const char *path, struct err *e)
{
    size_t size;
    yaml_parser_t parser;
    char *text = tree_read(fd, MOST_BYTES, &size, path, e);
    if (text == NULL)
        return NULL;
    struct reading reading = {.tree = tree_new(path, MOST_NODES, e), .e = e};
    int result = -1;
    if (reading.tree != NULL && yaml_parser_initialize(&parser) == 0) {
        err_set(e, "%s: out of memory", path);
    } else if (reading.tree != NULL) {
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
        result = read_events(&reading, &parser, path);
        yaml_parser_delete(&parser);
    }
    free(reading.key);
    free(text);
    if (result == 0)
        return reading.tree;
    tree_close(reading.tree);
    return NULL;
}
