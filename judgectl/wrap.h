/*
 * wrap.h - prepend.EXT and append.EXT around a source that goes into a HUSTOJ site's table: there, whoever submits does what the
 * web does, and the judge takes what is stored as it is.
 */
#ifndef JUDGECTL_WRAP_H
#define JUDGECTL_WRAP_H

#include <stddef.h>

#include "common/err.h"

/* Puts the two files of the problem's folder around *source (malloc'd, replaced), where they are there for the language's number and
 * its problem.ini does not say `wrap`. 0, or -1 with e; *source stays the caller's to free. */
int wrap_source(const char *folder, int language, char **source, size_t *size, struct err *e);

#endif
