/*
 * difference.h - what a student sees of a wrong output: Markdown for the site's page, as OJ_FULL_DIFF says.
 *
 * Reads the three files around the place where they first differ, never all of them.
 */
#ifndef JUDGE_DIFFERENCE_H
#define JUDGE_DIFFERENCE_H

#include "common/err.h"
#include "judge_client/verdict.h"

struct compare_difference;

#define DIFFERENCE_BYTES (10 << 10) /* of what is shown, at most */

/* level 1: a table of the line that differs and the next ones, 5 rows, 128 bytes of a line; 2: side by side, 100 rows, with
 * lines before it; 3: the beginnings of input and output as well. Any bytes may be in the files: the text is valid UTF-8, and no
 * Markdown or HTML of theirs. Returns it, malloc'd, or NULL with e. Files are read from where they begin, whatever their offsets. */
char *difference_show(const struct compare_difference *difference, int level, int input_fd, int output_fd,
                      int answer_fd, enum ui_language ui, struct err *e);

#endif
