/*
 * events.h - the thread that takes in what workers say and passes it on: to who watches, and to Redis.
 *
 * Theory of operation. main makes both sockets while it is root, in a folder that is root's: workers send datagrams to the one, of mode
 * 0600; who watches connects to the other, of root and the group of [node] user. The thread reads the datagrams as they come, event_rate.c
 * decides what goes out when, event_watchers.c has the connections, event_publish.c, a thread of its own, Redis. What judge_node
 * itself does to a submission comes the same way (event_say.c).
 */
#ifndef JUDGE_NODE_EVENTS_H
#define JUDGE_NODE_EVENTS_H

#include "common/err.h"
#include "common/events.h"
#include "judge_node/board.h"
#include "judge_node/event_publish.h"

struct node_events;

/* As root, in OJ_HOME, before privileges are given up; user: [node] user. What cannot be made is left out, with a line in the log.
 * NULL with e: no memory. */
struct node_events *node_events_open(const char *user, struct err *e);
void node_events_close(struct node_events *events);

/* Before the thread starts; board and publish must outlive it. 0, or -1 with e. */
int node_events_start(struct node_events *events, struct board *board, struct event_publish *publish, struct err *e);

/* The thread, with a struct node_events: until the board says stop. */
void *node_events_run(void *argument);

#endif
