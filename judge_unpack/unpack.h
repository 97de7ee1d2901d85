/*
 * unpack.h - the wanted files of a zip that nobody trusts.
 *
 * What is taken is named before: each file once, at any depth, up to a size. Nothing of the zip's names is ever used as a path.
 */
#ifndef JUDGE_UNPACK_H
#define JUDGE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNPACK_ENTRIES 10000 /* of a zip, at most */
#define UNPACK_NAME 256

/* Also judge_unpack's exit codes; docs/sources.md has the words. */
enum unpack_result {
    UNPACK_DONE = 0,
    UNPACK_DAMAGED = 10, /* no zip, or a broken one */
    UNPACK_ENCRYPTED,
    UNPACK_OUTSIDE, /* a name that leads out of the folder */
    UNPACK_LINK,    /* a link, a device: no plain file */
    UNPACK_TWICE,   /* two files are one output */
    UNPACK_METHOD,  /* compressed otherwise than by deflate */
    UNPACK_MANY,    /* more entries than UNPACK_ENTRIES */
    UNPACK_FAILED,  /* a fault of ours */
};

struct unpack_file {
    const char *name; /* without a folder */
    int64_t limit;    /* bytes that are kept; one more tells that there are more */
    int64_t index;    /* whose file this is: several names may have one */
};

struct unpack {
    struct unpack_file *files; /* sorted by unpack_sort */
    size_t count;
    bool *taken; /* [index] */
    /* Called with the pieces of a file, one file after the other; a file without bytes has one empty piece. 0, or -1. */
    int (*write)(void *context, int64_t index, bool first, const void *bytes, size_t size);
    void *context;
    char name[UNPACK_NAME]; /* of the entry that is at fault, in any bytes; "" for none */
};

void unpack_sort(struct unpack *unpack);

/* Reads the zip in bytes. Folders, what file managers add (__MACOSX, names that begin with a dot) and all other files are passed
 * over without being unpacked. */
enum unpack_result unpack_zip(struct unpack *unpack, const void *bytes, size_t size);

#endif
