/*
 * log.h - one event is one line, `word key=value ...`.
 *
 * Lines go to standard error, from where systemd, the init script or a terminal takes them. Never source code,
 * passwords or test data.
 */
#ifndef JUDGE_LOG_H
#define JUDGE_LOG_H

/* The program's name before each line, and whether log_debug prints. name must outlive the process. */
void log_init(const char *name, int debug);

/* For a service: from here on a line begins with its level where standard error is journald's ("<4>", as sd-daemon(3) has it), else
 * with the time. */
void log_service(void);

/* A warning with strerror(errno), one without, an event, and a detail that is printed only with debug. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the line and exits with 2. Only in a main.c before its loop. */
void fatal(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
