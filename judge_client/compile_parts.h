/*
 * compile_parts.h - what compile.c and its parts share. Not for their callers.
 */
#ifndef JUDGE_COMPILE_PARTS_H
#define JUDGE_COMPILE_PARTS_H

#include "judge_client/compile_sources.h"
#include "judge_client/compile_text.h"
#include "judge_client/judge_parts.h"

/* One run of a language's compiler in cell 0, its messages in judge->output_fd. */
struct compile_command {
    const struct language *language;
    char **argv; /* NULL: no memory for it */
    const struct sandbox_file *files;
    size_t file_count;
    int (*collect)(void *context, size_t k, int box_fd, struct err *e);
    void *context;
};

/* compile.c: 0 with *result, or -1 with e: a fault of ours, or "cancelled". */
int compile_run(struct judge *judge, const struct compile_command *command, const struct judge_options *options,
                struct sandbox_result *result, struct err *e);

/* compile_object.c: compiles the problem's sources, each apart from the student's, and puts the objects in their place; only
 * in a language that says how, and where none of them includes the student's. 0, or -1 with e: it is the problem's fault. */
int compile_objects(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                    struct compile_sources *sources, struct err *e);

/* compile_wrap.c: writes the student's source to fd, with the problem's prepend and append around it where they are to be put
 * there. 0 with *wrap, or -1 with e. */
int compile_wrap_write(const struct submission *submission, int fd, struct compile_wrap *wrap, struct err *e);

#endif
