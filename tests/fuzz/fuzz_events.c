/*
 * fuzz_events.c - events under libFuzzer: any bytes as a datagram are refused, or make one line of JSON that reads back to the same; any
 * bytes as a line are refused, or give an event whose texts end.
 */
#include "common/events.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_datagram(const uint8_t *data, size_t size)
{
    static struct event bytes, event, back;
    char line[EVENTS_JSON_SIZE], again[EVENTS_JSON_SIZE];
    memset(&bytes, 0, sizeof bytes);
    memcpy(&bytes, data, size < sizeof bytes ? size : sizeof bytes);
    bytes.magic = EVENTS_MAGIC;
    if (!events_read(&event, &bytes, sizeof bytes))
        return;
    size_t length = events_json(&event, line);
    assert(length == strlen(line) && length < sizeof line && line[length - 1] == '\n');
    for (size_t i = 0; i + 1 < length; i++)
        assert((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
    assert(events_parse(&back, line));
    assert(events_json(&back, again) == length && strcmp(line, again) == 0);
}

static void check_line(const uint8_t *data, size_t size)
{
    struct event event;
    char line[EVENTS_JSON_SIZE];
    char *text = malloc(size + 1);
    assert(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (events_parse(&event, text))
        assert(events_json(&event, line) < sizeof line);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_datagram(data, size);
    check_line(data, size);
    return 0;
}
