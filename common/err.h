/*
 * err.h - an error as a value: one line of text that says what failed, on what, and why.
 *
 * The lowest level sets it, a caller may put one piece of context before it, and it is logged once, where it is
 * handled. It holds no allocation and is untouched on success, so it can live on any stack.
 */
#ifndef JUDGE_ERR_H
#define JUDGE_ERR_H

struct err {
    char text[512];
};

/* Sets e to the formatted text, without a newline; control characters become '?'. Cut at the size of e->text.
 * Always returns -1, so that a function can `return err_set(e, ...)`. e may be NULL. */
int err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As err_set, followed by ": " and strerror(errnum). Always returns -1. */
int err_sys(struct err *e, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts the formatted text and ": " before what e already says. Always returns -1. */
int err_add(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
