/*
 * err.c - see err.h. Used by every process under any uid; never allocates, never exits.
 */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/banned.h"

/* One error is one line of a log: what a file name or a message from outside brings along must not start a second. */
static void err_clean(struct err *e)
{
    for (char *p = e->text; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    }
}

int err_set(struct err *e, const char *format, ...)
{
    if (e == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e->text, sizeof e->text, format, args); /* a cut message is still a message */
    va_end(args);
    err_clean(e);
    return -1;
}

int err_sys(struct err *e, int errnum, const char *format, ...)
{
    if (e == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e->text, sizeof e->text, format, args); /* a cut message is still a message */
    va_end(args);
    size_t length = strlen(e->text);
    (void)snprintf(e->text + length, sizeof e->text - length, ": %s", strerror(errnum));
    err_clean(e);
    return -1;
}

int err_add(struct err *e, const char *format, ...)
{
    if (e == NULL)
        return -1;
    struct err old = *e;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e->text, sizeof e->text, format, args); /* a cut message is still a message */
    va_end(args);
    size_t length = strlen(e->text);
    (void)snprintf(e->text + length, sizeof e->text - length, ": %.*s", (int)sizeof old.text, old.text);
    err_clean(e);
    return -1;
}
