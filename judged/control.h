/*
 * control.h - the socket on which judge_node and judgectl ask: its connections, and what may wait for none of them.
 *
 * A client that does not read what it asked for, or that says nothing for a while without watching, is dropped. Nothing
 * here blocks.
 */
#ifndef JUDGED_CONTROL_H
#define JUDGED_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/pool.h"

enum {
    CONTROL_CLIENTS = 128,
    CONTROL_RESERVED = 8, /* of them for root */
    CONTROL_IDLE_MS = 30000,
    CONTROL_DEAF_MS = 1000
};

struct control_client {
    int fd; /* -1: free */
    bool may_change;
    bool watches;
    int64_t heard_us;
};

/* Answers a request of the client, with control_send; reads nothing. */
typedef void control_answer(void *context, struct control_client *client, const struct pool_request *request);

struct control {
    int fd; /* listens; -1: closed */
    int run_fd;
    gid_t gid;
    dev_t device; /* of the socket's name: see control_mend */
    ino_t inode;
    struct control_client clients[CONTROL_CLIENTS];
    int count;       /* how many are there */
    int64_t deaf_us; /* until then nobody is accepted: descriptors have run out */
    control_answer *answer;
    void *context;
};

/* Listens on the socket in the folder run_fd (which stays the caller's): owner ours, group gid (-1: ours), mode 0660. A socket
 * of an earlier judged is replaced, so hold the home's lock. 0, or -1 with e. */
int control_open(struct control *control, int run_fd, gid_t gid, control_answer *answer, void *context, struct err *e);

/* Where the socket's name is gone, or another's (somebody cleaned up in run/), listens anew; those who are connected stay so. 1 where
 * it did, 0, or -1 with e. */
int control_mend(struct control *control, struct err *e);

/* Appends what is to be polled (at most 1 + CONTROL_CLIENTS); control_ready takes the results back in the same order. */
size_t control_poll(const struct control *control, struct pollfd *fds, int64_t now_us);
void control_ready(struct control *control, const struct pollfd *fds, size_t count, int64_t now_us);

/* When something is to be done by the clock (INT64_MAX: never), such as dropping a silent client, which the second does. */
int64_t control_next(const struct control *control);
void control_expire(struct control *control, int64_t now_us);

/* One message to a client, or to all that watch. One that does not take it is dropped. */
void control_send(struct control *control, struct control_client *client, const void *message, size_t size);
void control_tell(struct control *control, const void *message, size_t size);

/* Closes all and removes the socket. */
void control_close(struct control *control);

#endif
