/*
 * local_java.c - see local_java.h. Pure, any uid.
 */
#include "judge_client/local_java.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '$' || (byte & 0x80) != 0;
}

/* Where the comment, text or character that begins at `at` ends; at itself where none does. */
static size_t skip(const char *text, size_t size, size_t at)
{
    size_t left = size - at;
    if (left >= 2 && memcmp(text + at, "//", 2) == 0) {
        const char *end = memchr(text + at, '\n', left);
        return end == NULL ? size : (size_t)(end - text);
    }
    if (left >= 2 && memcmp(text + at, "/*", 2) == 0) {
        const char *end = memmem(text + at + 2, left - 2, "*/", 2);
        return end == NULL ? size : (size_t)(end - text) + 2;
    }
    if (left >= 3 && memcmp(text + at, "\"\"\"", 3) == 0) {
        const char *end = memmem(text + at + 3, left - 3, "\"\"\"", 3);
        return end == NULL ? size : (size_t)(end - text) + 3;
    }
    if (text[at] != '"' && text[at] != '\'')
        return at;
    size_t end = at + 1;
    while (end < size && text[end] != text[at] && text[end] != '\n')
        end += text[end] == '\\' && end + 1 < size ? 2 : 1;
    return end < size ? end + 1 : size;
}

/* Copies text to out (NULL: only counts) with Main for name. *classes: how often `class name` is in it. Returns the size. */
static size_t copy(const char *text, size_t size, const char *name, char *out, size_t *classes)
{
    static const char wanted[] = "Main";
    size_t length = strlen(name), count = 0, end;
    bool behind_class = false;
    *classes = 0;
    for (size_t at = 0; at < size; at = end) {
        bool word = is_word(text[at]);
        end = word ? at : skip(text, size, at);
        while (word && end < size && is_word(text[end]))
            end++;
        end += end == at;
        bool same = word && end - at == length && memcmp(text + at, name, length) == 0;
        const char *from = same ? wanted : text + at;
        size_t piece = same ? sizeof wanted - 1 : end - at;
        *classes += same && behind_class;
        if (word || !isspace((unsigned char)text[at]))
            behind_class = end - at == 5 && memcmp(text + at, "class", 5) == 0;
        if (out != NULL)
            memcpy(out + count, from, piece);
        count += piece;
    }
    return count;
}

char *local_java_main(const char *text, size_t size, const char *name, size_t *new_size)
{
    size_t classes;
    size_t count = copy(text, size, name, NULL, &classes);
    char *out = classes == 0 || name[0] == '\0' ? NULL : malloc(count + 1);
    if (out != NULL)
        *new_size = copy(text, size, name, out, &classes);
    return out;
}
