/*
 * checker_store.h - the programs that were built: in memory, and in OJ_HOME/run/built for all workers. Only checker_build
 * calls it.
 */
#ifndef JUDGE_CHECKER_STORE_H
#define JUDGE_CHECKER_STORE_H

#include "common/err.h"
#include "common/sha256.h"

struct judge;
struct judge_options;

struct checker_store {
    char key[SHA256_TEXT];
    int folder_fd; /* OJ_HOME/run/built, or -1: only memory */
    int lock_fd;
};

/* Looks for the program of that name: *fd is it, a new descriptor, or -1: then this worker, and no other, is to make it, and
 * calls checker_store_keep and checker_store_done. 0, or -1 with e ("cancelled", no descriptors). Waits while another worker
 * makes it; options->tick is called meanwhile. */
int checker_store_take(struct checker_store *store, struct judge *judge, const char *key,
                       const struct judge_options *options, int *fd, struct err *e);
/* Keeps what was made, fd's content. What cannot be written is logged: the next one makes it anew. */
void checker_store_keep(const struct checker_store *store, struct judge *judge, int fd);
void checker_store_done(struct checker_store *store);

#endif
