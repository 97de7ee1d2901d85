/*
 * data.h - the data folder of a problem on a box of many: brought here by a command, and known by a version.
 */
#ifndef JUDGE_DATA_H
#define JUDGE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define DATA_VERSION_SIZE 17

/* Runs `command PROBLEM` (an absolute path; no shell) with the problem's number, its output to the log, and waits up to
 * timeout_s; tick is called at least each second. 0, or -1 with e: not there, its exit code, a signal, too late (it is then
 * killed with its process group). */
int data_sync(const char *command, int64_t problem, int64_t timeout_s, void (*tick)(void *context), void *context,
              struct err *e);

/* Whether folder, which holds the problems, can be read and holds anything: not so where a network folder is not mounted. */
bool data_is_there(const char *folder);

/* A hash of the names, sizes and times of the plain files in folder, in any order, as 16 hexadecimal digits: the same data gives
 * the same version on each box that copies times to the nanosecond (rsync -t, cp -p, a network folder). "" where the folder cannot be read. */
void data_version(char version[DATA_VERSION_SIZE], const char *folder);

#endif
