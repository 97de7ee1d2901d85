/*
 * sql_text.c - see sql_text.h. Runs in whoever opens a store; never sees a value, so nothing of a user's gets into a statement.
 */
#include "store/sql_text.h"

#include <string.h>

#include "common/banned.h"

struct sql_writer {
    const struct sql_statement *statement;
    sql_has *has;
    const void *context;
    struct sql_ready *ready;
    size_t used;
    bool full;
};

static void put_bytes(struct sql_writer *writer, const char *bytes, size_t length)
{
    if (writer->used + length >= sizeof writer->ready->text) {
        writer->full = true;
        return;
    }
    memcpy(writer->ready->text + writer->used, bytes, length);
    writer->used += length;
}

/* "?12": a place for value 12, or for that of the row where it is one of the row's. Returns the first byte after it. */
static const char *put_place(struct sql_writer *writer, const char *at, int row)
{
    const struct sql_statement *statement = writer->statement;
    int number = 0;
    for (at++; *at >= '0' && *at <= '9' && number < SQL_TEXT_PLACES; at++)
        number = number * 10 + (*at - '0');
    if (row >= 0 && number >= statement->first)
        number += row * statement->width;
    struct sql_ready *ready = writer->ready;
    if (number < 1 || number > UINT16_MAX || ready->places == SQL_TEXT_PLACES) {
        writer->full = true;
        return at;
    }
    ready->value[ready->places++] = (uint16_t)(number - 1);
    put_bytes(writer, "?", 1);
    return at;
}

/* Writes from at to end; nested parts are written by themselves. */
static void put_part(struct sql_writer *writer, const char *at, const char *end, int row);

/* The part that opens at `at`: up to its own closing character, parts inside it counted. NULL where it is not closed. */
static const char *part_end(const char *at, const char *end)
{
    int depth = 0;
    for (; at < end; at++) {
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && --depth == 0)
            return at;
    }
    return NULL;
}

static const char *put_inner(struct sql_writer *writer, const char *at, const char *end, int row)
{
    const char *close = part_end(at, end);
    const char *bar = close == NULL ? NULL : memchr(at, '|', (size_t)(close - at));
    if (close == NULL || bar == NULL) {
        writer->full = true;
        return end;
    }
    const char *word = at + 1;
    if (*at == '[') {
        for (int i = 0; i < writer->statement->repeat; i++) {
            if (i > 0)
                put_bytes(writer, word, (size_t)(bar - word));
            put_part(writer, bar + 1, close, i);
        }
        return close + 1;
    }
    bool wanted = *word != '!';
    word += wanted ? 0 : 1;
    if (writer->has(writer->context, word, (size_t)(bar - word)) == wanted)
        put_part(writer, bar + 1, close, row);
    return close + 1;
}

static void put_part(struct sql_writer *writer, const char *at, const char *end, int row)
{
    while (at < end && !writer->full) {
        size_t plain = strcspn(at, "?{[");
        if (plain > (size_t)(end - at))
            plain = (size_t)(end - at);
        put_bytes(writer, at, plain);
        at += plain;
        if (at < end)
            at = *at == '?' ? put_place(writer, at, row) : put_inner(writer, at, end, row);
    }
}

int sql_text_ready(const struct sql_statement *statement, sql_has *has, const void *context, struct sql_ready *ready,
                   struct err *e)
{
    struct sql_writer writer = {.statement = statement, .has = has, .context = context, .ready = ready};
    ready->places = 0;
    put_part(&writer, statement->text, statement->text + strlen(statement->text), -1);
    ready->text[writer.used] = '\0';
    if (writer.full)
        return err_set(e, "a statement of the store is malformed or too long: %.60s", statement->text);
    return 0;
}
