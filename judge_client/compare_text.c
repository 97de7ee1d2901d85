/*
 * compare_text.c - a text read in pieces, from memory or a file. Runs in the worker, needs no privilege; leaves the
 * position of descriptors alone, never writes and never maps.
 */
#include "judge_client/compare_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/banned.h"

struct compare_text compare_text_of(const char *bytes, size_t size)
{
    return (struct compare_text){.window = (const unsigned char *)(bytes == NULL ? "" : bytes),
                                 .end = size,
                                 .size = (int64_t)size,
                                 .fd = -1,
                                 .name = "text"};
}

int compare_text_open(struct compare_text *text, const char *name, int fd, struct err *e)
{
    struct stat info;
    *text = (struct compare_text){.name = name, .fd = fd};
    if (fstat(fd, &info) != 0)
        return err_sys(e, errno, "read the %s", name);
    if (!S_ISREG(info.st_mode))
        return err_set(e, "read the %s: not a regular file", name);
    text->size = info.st_size;
    text->room = text->size < COMPARE_PIECE ? (size_t)text->size : (size_t)COMPARE_PIECE;
    text->buffer = malloc(text->room > 0 ? text->room : 1);
    if (text->buffer == NULL)
        return err_sys(e, errno, "read the %s", name);
    text->window = text->buffer;
    return 0;
}

void compare_text_close(struct compare_text *text)
{
    free(text->buffer);
    text->buffer = NULL;
}

int compare_text_check(const struct compare_text *text, struct err *e)
{
    if (text->error == COMPARE_SHORTER)
        return err_set(e, "read the %s: it became shorter meanwhile", text->name);
    return text->error == 0 ? 0 : err_sys(e, text->error, "read the %s", text->name);
}

/* Fills the buffer from `end` on, as far as there is room and text. */
static void read_on(struct compare_text *text)
{
    for (;;) {
        int64_t offset = text->base + (int64_t)text->end;
        size_t size = text->room - text->end;
        if ((int64_t)size > text->size - offset)
            size = (size_t)(text->size - offset);
        if (size == 0)
            return;
        ssize_t count = pread(text->fd, text->buffer + text->end, size, offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            text->error = count < 0 ? errno : COMPARE_SHORTER;
            text->size = offset;
            return;
        }
        text->end += (size_t)count;
    }
}

bool compare_fill(struct compare_text *text, size_t need)
{
    size_t left = text->end - text->at;
    if (left >= need || text->base + (int64_t)text->end >= text->size)
        return left >= need;
    size_t kept = text->at < COMPARE_HISTORY ? text->at : (size_t)COMPARE_HISTORY;
    size_t gone = text->at - kept;
    memmove(text->buffer, text->buffer + gone, kept + left);
    text->base += (int64_t)gone;
    text->at = kept;
    text->end = kept + left;
    read_on(text);
    return text->end - text->at >= need;
}

size_t compare_view(struct compare_text *text, int64_t offset)
{
    if (text->fd < 0) {
        text->window += offset - text->base;
        text->end = (size_t)(text->size - offset);
    } else {
        text->end = 0;
    }
    text->base = offset;
    text->at = 0;
    if (text->fd >= 0)
        read_on(text);
    return text->end;
}
