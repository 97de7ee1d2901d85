/*
 * compile_text.h - a compiler's messages as the student may read them, where files of the problem's own were compiled as well.
 *
 * Pure. Texts are terminated, and changed in place.
 */
#ifndef JUDGE_COMPILE_TEXT_H
#define JUDGE_COMPILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define COMPILE_WRAP_NAME 32

/* What stands around the student's lines in the file that is compiled. */
struct compile_wrap {
    bool wrapped;
    size_t before_lines, own_lines;
    char before[COMPILE_WRAP_NAME], after[COMPILE_WRAP_NAME]; /* "prepend.c", "append.c" */
};

/* Numbers the lines of the file name as the student counts them: `Main.c:12:` becomes `Main.c:2:` below ten lines that are
 * not the student's, which are then `prepend.c:3:`, and `append.c:1:` what follows. text: size bytes, of which the longer names
 * may need some more than there were; what does not fit is cut. */
void compile_text_shift(char *text, size_t size, const char *name, const struct compile_wrap *wrap);

/* Leaves out what a compiler quotes of these files (names ended by NULL): below a message that names one of them, and no file of
 * another name, its lines up to the next message. */
void compile_text_hide(char *text, const char *const *names);

/* Does a message of the text name this file? */
bool compile_text_names(const char *text, const char *name);

#endif
