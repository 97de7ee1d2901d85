/*
 * log.c - see log.h. The one place that keeps file-scope state besides the loops' signal flags.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/banned.h"

static const char *log_name = "judge";
static int log_debugging;
static enum { LOG_PLAIN, LOG_TIMED, LOG_JOURNAL } log_style;

void log_init(const char *name, int debug)
{
    log_name = name;
    log_debugging = debug;
}

/* systemd names its stream in the environment, which outlives a redirection: see systemd.exec(5). */
static int log_to_journal(void)
{
    struct stat info;
    char stream[64];
    const char *journal = getenv("JOURNAL_STREAM"); /* NOLINT(concurrency-mt-unsafe): nobody sets variables */
    if (journal == NULL || fstat(STDERR_FILENO, &info) != 0)
        return 0;
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)info.st_dev,
                   (unsigned long long)info.st_ino); /* it fits */
    return strcmp(stream, journal) == 0;
}

void log_service(void)
{
    log_style = log_to_journal() ? LOG_JOURNAL : LOG_TIMED;
}

/* What a service's line begins with: "<4>", or the time. Its length. */
static size_t log_head(char *line, size_t size, int priority)
{
    char text[48], zone[16];
    struct timespec now = {0};
    struct tm local;
    int length = 0;
    if (log_style == LOG_JOURNAL)
        length = snprintf(line, size, "<%d>", priority);
    if (log_style == LOG_TIMED && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
        localtime_r(&now.tv_sec, &local) != NULL && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local) > 0 &&
        strftime(zone, sizeof zone, "%z", &local) > 0)
        length = snprintf(line, size, "%s.%03ld%s ", text, now.tv_nsec / 1000000, zone);
    return length < 0 ? 0 : (size_t)length;
}

/* One write(2) a line, so that lines of several processes do not mix. */
__attribute__((format(printf, 4, 0))) static void log_line(int priority, const char *level, int errnum,
                                                           const char *format, va_list args)
{
    char line[1024];
    size_t length = log_head(line, sizeof line, priority);
    int at = snprintf(line + length, sizeof line - length, "%s: %s", log_name, level);
    if (at > 0)
        length += (size_t)at;
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
    /* A name from a table or a site may hold whatever it likes: an event stays one line. */
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 127)
            line[i] = ' ';
    }
    line[length++] = '\n';
    ssize_t count = write(STDERR_FILENO, line, length);
    (void)count; /* there is nowhere to say that the log cannot be written */
}

#define LOG_BODY(priority, level, errnum)                                                                              \
    do {                                                                                                               \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        log_line(priority, level, errnum, format, args);                                                               \
        va_end(args);                                                                                                  \
    } while (0)

void log_warn(const char *format, ...)
{
    int error = errno;
    LOG_BODY(4, "warning: ", error);
}

void log_warnx(const char *format, ...)
{
    LOG_BODY(4, "warning: ", 0);
}

void log_info(const char *format, ...)
{
    LOG_BODY(6, "", 0);
}

void log_debug(const char *format, ...)
{
    if (log_debugging)
        LOG_BODY(7, "debug: ", 0);
}

void fatal(const char *format, ...)
{
    LOG_BODY(3, "", 0);
    exit(2);
}
