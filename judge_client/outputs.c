/*
 * outputs.c - see outputs.h. Pure; runs in judge_client.
 */
#include "judge_client/outputs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

bool outputs_is_zip(const char *bytes, size_t size)
{
    return size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

static size_t skip_space(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && isspace((unsigned char)bytes[at]))
        at++;
    return at;
}

static size_t prefix_length(const char *bytes, size_t size)
{
    static const char prefix[] = OUTPUTS_PREFIX;
    size_t length = sizeof prefix - 1;
    return size >= length && memcmp(bytes, prefix, length) == 0 ? length : 0;
}

bool outputs_is_base64(const char *bytes, size_t size)
{
    size_t skip = skip_space(bytes, size);
    bytes += skip;
    size -= skip;
    return prefix_length(bytes, size) > 0 ||
           (size >= 6 && (memcmp(bytes, "UEsDB", 5) == 0 || memcmp(bytes, "UEsFB", 5) == 0));
}

static int value_of(char letter)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter == '\0' ? NULL : strchr(letters, letter);
    return at == NULL ? -1 : (int)(at - letters);
}

int outputs_decode(const char *bytes, size_t size, char **zip, size_t *zip_size)
{
    size_t at = skip_space(bytes, size);
    at += prefix_length(bytes + at, size - at);
    char *out = malloc(size / 4 * 3 + 3);
    unsigned bits = 0;
    size_t count = 0, letters = 0;
    if (out == NULL)
        return -1;
    for (; at < size && bytes[at] != '='; at++) {
        int value = value_of(bytes[at]);
        if (isspace((unsigned char)bytes[at]))
            continue;
        if (value < 0)
            break;
        bits = bits << 6 | (unsigned)value;
        if (letters++ % 4 > 0)
            out[count++] = (char)(bits >> (6 - 2 * ((letters - 1) % 4)) & 0xff);
    }
    while (at < size && (bytes[at] == '=' || isspace((unsigned char)bytes[at])))
        at++;
    if (at < size || letters % 4 == 1 || count == 0) {
        free(out);
        return 1;
    }
    *zip = out;
    *zip_size = count;
    return 0;
}

/* ---- a text */

/* Is the line at text + at a head? Its name then is *name, and *next what is behind the line. */
static bool is_head(const char *text, size_t size, size_t at, struct outputs_part *part, size_t *next)
{
    static const char open[] = "==> ", close[] = " <==";
    const char *line = text + at;
    const char *stop = memchr(line, '\n', size - at);
    size_t length = stop == NULL ? size - at : (size_t)(stop - line);
    *next = at + length + (stop != NULL);
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    if (length <= 8 || memcmp(line, open, 4) != 0 || memcmp(line + length - 4, close, 4) != 0)
        return false;
    part->name = line + 4;
    part->name_size = length - 8;
    return true;
}

bool outputs_next(const char *text, size_t size, size_t *at, struct outputs_part *part)
{
    struct outputs_part other;
    size_t next;
    while (*at < size && !is_head(text, size, *at, part, &next))
        *at = next;
    if (*at >= size)
        return false;
    *at = next;
    part->bytes = text + next;
    while (*at < size && !is_head(text, size, *at, &other, &next))
        *at = next;
    part->size = (size_t)(text + *at - part->bytes);
    if (*at < size && part->size > 0)
        part->size--; /* the line end that `tail -n +1 *.out` puts before a head */
    return true;
}
