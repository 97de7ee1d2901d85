/*
 * outputs.h - what is submitted to an output-only problem: a zip, a zip in base64, or a text with sections.
 *
 * Pure; reads bytes that nobody trusts. A zip itself is read by judge_unpack, in the sandbox.
 */
#ifndef JUDGE_OUTPUTS_H
#define JUDGE_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#define OUTPUTS_PREFIX "data:application/zip;base64," /* before a zip that is stored as a text */

/* Is it a zip by its first bytes? */
bool outputs_is_zip(const char *bytes, size_t size);

/* Is it a zip in base64: with OUTPUTS_PREFIX, or by its first letters? */
bool outputs_is_base64(const char *bytes, size_t size);

/* Decodes what outputs_is_base64 said yes to; white space in it is fine. *zip is malloc'd. 0; 1 where it is no base64; -1 without
 * memory. */
int outputs_decode(const char *bytes, size_t size, char **zip, size_t *zip_size);

/* A part of a text: what is behind a line `==> NAME <==`, up to the next of these. */
struct outputs_part {
    const char *name, *bytes; /* within the text, not terminated */
    size_t name_size, size;
};

/* The next part of the text from *at on; false after the last. The line end before the next head is the head's, not the part's;
 * what stands before the first head is in no part. */
bool outputs_next(const char *text, size_t size, size_t *at, struct outputs_part *part);

#endif
