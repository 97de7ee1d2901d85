/*
 * file.h - whole reads and writes of small files and of descriptors, with errors that name the file.
 */
#ifndef JUDGE_FILE_H
#define JUDGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/* Reads the file path below dir_fd (AT_FDCWD: the current folder) into text, at most size - 1 bytes, terminated.
 * Returns its length, or -1 with e: not there, not readable, or larger than size - 1. */
ssize_t file_read(int dir_fd, const char *path, char *text, size_t size, struct err *e);

/* Writes text to the existing file path below dir_fd in one write(2), as /sys and /proc files want it. 0, or -1 with e. */
int file_write(int dir_fd, const char *path, const char *text, struct err *e);

/* Writes all size bytes to fd, going on after short writes and EINTR. 0, or -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t size);

/* Copies everything from where in_fd stands to out_fd. Returns the bytes copied, or -1 with errno. */
int64_t file_copy(int in_fd, int out_fd);

/* Makes path and the folders above it that are missing, with mode. 0, or -1 with e. */
int file_make_folders(const char *path, mode_t mode, struct err *e);

/* Removes all plain files of the folder dir_fd; one that holds a folder is an error. 0, or -1 with e. */
int file_empty_folder(int dir_fd, struct err *e);

/* Is the open file fd still the one that path below dir_fd names? False where one of the two cannot be asked. */
bool file_is_named(int fd, int dir_fd, const char *path);

/* Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed, so that no other file gets its number.
 * For the start of a main. 0, or -1 with e. */
int file_open_standard(struct err *e);

/* Closes *fd unless it is -1, and sets it to -1. A close that fails has nothing to mend: the descriptor is gone. */
void file_close(int *fd);

#endif
