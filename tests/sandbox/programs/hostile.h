/*
 * hostile.h - what the hostile programs share. Runs as a cell's uid, inside the sandbox and nowhere else.
 *
 * A program begins with begin(). It hands the outcome of each attack to attack(), whose rule is that of most system
 * calls: -1 means that the attack failed, as it should. It ends with `return outcome();`: 0 when all attacks failed, 1
 * when one worked; standard error says which.
 */
#ifndef JUDGE_HOSTILE_H
#define JUDGE_HOSTILE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int hostile_worked;

/* Tells the driver that the program has begun. A hostile program that somebody starts outside the sandbox ends here:
 * the driver names the sandbox in the environment, and nothing runs as root in it. No system call but the write. */
static inline void begin(void)
{
    if (getenv("JUDGE_HOSTILE") == NULL || getauxval(AT_UID) == 0)
        _exit(99);
    if (write(2, "begin\n", 6) != 6)
        _exit(98);
}

static inline void worked(const char *what)
{
    hostile_worked++;
    dprintf(2, "worked: %s\n", what);
}

static inline void attack(const char *what, long result)
{
    if (result != -1)
        worked(what);
}

/* As attack(); it must also have failed with one of two errors (give the same twice for one). */
static inline void attack_errno(const char *what, long result, int want, int or_want)
{
    if (result != -1)
        worked(what);
    else if (errno != want && errno != or_want) {
        hostile_worked++;
        dprintf(2, "unexpected: %s: %s\n", what, strerror(errno));
    }
}

/* The program itself could not do what it wants to test. */
static inline void need(const char *what, int is_true)
{
    if (!is_true) {
        dprintf(2, "cannot: %s: %s\n", what, strerror(errno));
        _exit(97);
    }
}

static inline int outcome(void)
{
    return hostile_worked > 0 ? 1 : 0;
}

/* So that no compiler leaves out a write to memory. */
static inline void touch(void *memory, size_t size)
{
    for (size_t i = 0; i < size; i += 4096)
        ((volatile char *)memory)[i] = 1;
}

static inline _Noreturn void spin(void)
{
    for (volatile unsigned long i = 0;; i++)
        ;
}

#endif
