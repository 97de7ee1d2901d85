/*
 * checker_builtin.h - checkers that need no program, beyond what compare.h does: any order, yes and no, exact numbers.
 *
 * Reads two regular files or memfds in pieces: time is linear in their sizes, memory fixed. For any order the sums of keyed
 * hashes of lines or words are compared (SipHash, 128 bits, a fresh key each time): nobody can make two that collide.
 */
#ifndef JUDGE_CHECKER_BUILTIN_H
#define JUDGE_CHECKER_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "judge_client/checker.h"

/* 0 with *accepted, and for what is not accepted a sentence in note; or -1 with e: a file cannot be read, no randomness, an
 * answer that its kind of problem cannot have. */
int checker_builtin_judge(enum checker_builtin builtin, int answer_fd, int output_fd, bool *accepted, char *note,
                          size_t note_size, enum ui_language ui, struct err *e);

#endif
