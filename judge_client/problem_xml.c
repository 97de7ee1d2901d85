/*
 * problem_xml.c - XML into a tree; the only file that knows expat. Runs in judge_client as root, on files of packages that
 * strangers wrote: it never expands an entity of a document's own, and reads no other file.
 */
#include "judge_client/problem_tree.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "common/str.h"

#include "common/banned.h"

enum { MOST_NODES = 100000, MOST_BYTES = 8 << 20, MOST_TEXT = 64 << 10 };

struct reading {
    XML_Parser parser;
    struct tree *tree;
    struct tree_node *open[TREE_DEPTH];
    size_t depth;
    char *text; /* of the innermost element so far */
    size_t length;
    bool failed;
    struct err *e;
};

static int line_of(const struct reading *reading)
{
    return (int)XML_GetCurrentLineNumber(reading->parser);
}

/* What e says is wrong with the file: no further event. */
static void stop(struct reading *reading)
{
    if (!reading->failed)
        (void)XML_StopParser(reading->parser, XML_FALSE); /* it runs: we are called by it */
    reading->failed = true;
}

static void XMLCALL start(void *data, const char *name, const char **attributes)
{
    struct reading *reading = data;
    reading->length = 0;
    if (reading->failed)
        return;
    if (reading->depth == TREE_DEPTH) {
        err_set(reading->e, "more than %d levels", TREE_DEPTH);
        stop(reading);
        return;
    }
    struct tree_node *parent = reading->depth == 0 ? NULL : reading->open[reading->depth - 1];
    struct tree_node *node = tree_add(reading->tree, parent, TREE_MAP, name, "", line_of(reading), reading->e);
    for (size_t i = 0; node != NULL && attributes[i] != NULL; i += 2) {
        char key[64];
        if (str_format(key, sizeof key, "@%s", attributes[i]) != 0)
            continue; /* none that we know is so long */
        if (tree_add(reading->tree, node, TREE_TEXT, key, attributes[i + 1], node->line, reading->e) == NULL)
            node = NULL;
    }
    if (node == NULL)
        stop(reading);
    else
        reading->open[reading->depth++] = node;
}

static void XMLCALL end(void *data, const char *name)
{
    static const char blanks[] = " \t\r\n";
    struct reading *reading = data;
    (void)name; /* the parser has compared it */
    if (reading->failed)
        return;
    struct tree_node *node = reading->open[--reading->depth];
    reading->text[reading->length] = '\0';
    char *from = reading->text + strspn(reading->text, blanks);
    for (char *last = reading->text + reading->length; last > from && strchr(blanks, last[-1]) != NULL; last--)
        last[-1] = '\0';
    char *copy = *from == '\0' ? NULL : strdup(from);
    if (copy != NULL) {
        free(node->text);
        node->text = copy;
    } else if (*from != '\0') {
        err_set(reading->e, "out of memory");
        stop(reading);
    }
    reading->length = 0;
}

static void XMLCALL take_text(void *data, const char *text, int length)
{
    struct reading *reading = data;
    if (reading->failed)
        return;
    if (reading->length + (size_t)length > MOST_TEXT) {
        err_set(reading->e, "a text of more than %d KiB", MOST_TEXT >> 10);
        stop(reading);
        return;
    }
    memcpy(reading->text + reading->length, text, (size_t)length);
    reading->length += (size_t)length;
}

static void XMLCALL doctype(void *data, const char *name, const char *system_id, const char *public_id, int own)
{
    struct reading *reading = data;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)own; /* none of them is wanted */
    if (!reading->failed)
        err_set(reading->e, "a document type (<!DOCTYPE) is not allowed");
    stop(reading);
}

static int parse(struct reading *reading, const char *text, size_t size, const char *path)
{
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, start, end);
    XML_SetCharacterDataHandler(reading->parser, take_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, doctype);
    if (XML_Parse(reading->parser, text, (int)size, XML_TRUE) == XML_STATUS_OK && !reading->failed)
        return 0;
    if (!reading->failed)
        err_set(reading->e, "%s", XML_ErrorString(XML_GetErrorCode(reading->parser)));
    return err_add(reading->e, "%s:%d", path, line_of(reading));
}

struct tree *tree_open_xml(int fd, const char *path, struct err *e)
{
    size_t size;
    char *text = tree_read(fd, MOST_BYTES, &size, path, e);
    if (text == NULL)
        return NULL;
    struct reading reading = {
        .parser = XML_ParserCreate(NULL), .tree = tree_new(path, MOST_NODES, e), .text = malloc(MOST_TEXT + 1), .e = e};
    int result = -1;
    if (reading.parser == NULL || reading.text == NULL)
        err_set(e, "%s: out of memory", path);
    else if (reading.tree != NULL)
        result = parse(&reading, text, size, path);
    if (reading.parser != NULL)
        XML_ParserFree(reading.parser);
    free(reading.text);
    free(text);
    if (result == 0)
        return reading.tree;
    tree_close(reading.tree);
    return NULL;
}
