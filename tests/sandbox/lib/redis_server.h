/*
 * redis_server.h - a private redis-server for a test: in a folder of its own, on a socket of its own, gone with the test.
 */
#ifndef JUDGE_TEST_REDIS_SERVER_H
#define JUDGE_TEST_REDIS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

struct redis_server {
    char folder[64], socket[96];
    pid_t pid;     /* 0: it does not run */
    bool may_load; /* a start is done when it answers that it loads its data */
};

/* Makes the folder and starts it, with further options ("--requirepass", "x", NULL) or NULL. 1 when it answers, 0 where no
 * redis-server is installed, -1 with e. */
int redis_server_init(struct redis_server *server, const char *const *options, struct err *e);
/* Kills it and removes the folder. */
void redis_server_fini(struct redis_server *server);

/* SIGKILL, and waits for its end. */
void redis_server_kill(struct redis_server *server);
/* Starts it again after a kill, in the same folder: with what it had saved. 0 when it answers, or -1 with e. */
int redis_server_start(struct redis_server *server, const char *const *options, struct err *e);

/* An inline command ("FLUSHALL") over a connection of its own. The answer's first lines in answer, as they come. 0, or -1
 * with e: an answer that is an error is none. */
int redis_server_command(const struct redis_server *server, const char *command, char *answer, size_t size,
                         struct err *e);

#endif
