/*
 * text.h - bytes from a program, made fit for a page, a log or a terminal.
 */
#ifndef JUDGE_TEXT_H
#define JUDGE_TEXT_H

#include <stddef.h>

/* Copies raw (any bytes) to clean (size bytes, terminated): valid UTF-8 stays, invalid bytes become "?"; terminal escape
 * sequences and control characters but tab and line end are left out; "\r\n" becomes "\n". What does not fit is cut at
 * a character's border, with a last line "...". */
void text_clean(char *clean, size_t size, const char *raw, size_t raw_size);

/* The last raw_most bytes of what is in raw, from the beginning of a line on where there is one, below a first line "..." where
 * something is left out. Valid UTF-8, tabs and line ends stay, "\r\n" becomes "\n"; any other byte is shown as \xNN.
 * shown needs 4 bytes for each of raw_most and 8 more. */
void text_show_end(char *shown, size_t size, size_t raw_most, const char *raw, size_t raw_size);

/* Shortens, in place, each path of the judge's own folders and of the system to the file's name: what a student reads about
 * /usr/include/c++/12/bits/stl_vector.h:93 and /box/Main.js is stl_vector.h:93 and Main.js. */
void text_hide_folders(char *text);

/* Prints text as a JSON string with its quotes into out (size bytes, terminated). Invalid UTF-8 becomes U+FFFD. Returns
 * the length, or -1 where it did not fit. 6 bytes for each of text and 3 more are always enough. */
int text_json(char *out, size_t size, const char *text);

#endif
