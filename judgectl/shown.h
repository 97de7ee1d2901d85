/*
 * shown.h - rows of submissions as the commands print them.
 */
#ifndef JUDGECTL_SHOWN_H
#define JUDGECTL_SHOWN_H

struct store_status;

/* "AC", "waiting", ...: what HUSTOJ's number means. */
const char *shown_result(int result);

/* The table's head, and a row of it; what: the last column. */
void shown_head(void);
void shown_row(const struct store_status *status, const char *what);

#endif
