/*
 * log.c - see log.h. The one place that keeps file-scope state besides the loops' signal flags.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/banned.h"

static const char *log_name = "judge";
static int log_debugging;

void log_init(const char *name, int debug)
{
    log_name = name;
    log_debugging = debug;
}

/* One write(2) a line, so that lines of several processes do not mix. */
__attribute__((format(printf, 3, 0))) static void log_line(const char *level, int errnum, const char *format,
                                                           va_list args)
{
    char line[1024];
    int at = snprintf(line, sizeof line, "%s: %s", log_name, level);
    size_t length = at < 0 ? 0 : (size_t)at;
    at = vsnprintf(line + length, sizeof line - length, format, args);
    if (at > 0)
        length += (size_t)at;
    if (length < sizeof line && errnum != 0) {
        at = snprintf(line + length, sizeof line - length, ": %s", strerror(errnum));
        if (at > 0)
            length += (size_t)at;
    }
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    ssize_t count = write(STDERR_FILENO, line, length);
    (void)count; /* there is nowhere to say that the log cannot be written */
}

#define LOG_BODY(level, errnum)                                                                                        \
    do {                                                                                                               \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        log_line(level, errnum, format, args);                                                                         \
        va_end(args);                                                                                                  \
    } while (0)

void log_warn(const char *format, ...)
{
    int error = errno;
    LOG_BODY("warning: ", error);
}

void log_warnx(const char *format, ...)
{
    LOG_BODY("warning: ", 0);
}

void log_info(const char *format, ...)
{
    LOG_BODY("", 0);
}

void log_debug(const char *format, ...)
{
    if (log_debugging)
        LOG_BODY("debug: ", 0);
}

void fatal(const char *format, ...)
{
    LOG_BODY("", 0);
    exit(2);
}
