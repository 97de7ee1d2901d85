/*
 * event_watchers.h - who watches on OJ_HOME/run/watch.sock: connections that get lines of JSON.
 *
 * A connection gets every submission's lines until it sends a line of ids, with blanks between: then those alone, and at once the last
 * line of each that is known. A further line adds to them; an empty one, or more than EVENT_WATCHERS_IDS, means all again. One that
 * does not read what it gets is closed when its buffer is full: nobody waits for it.
 */
#ifndef JUDGE_EVENT_WATCHERS_H
#define JUDGE_EVENT_WATCHERS_H

#include <stdbool.h>
#include <stddef.h>

#define EVENT_WATCHERS_MOST 4096
#define EVENT_WATCHERS_IDS 64
#define EVENT_WATCHERS_BUFFER (64 << 10) /* of a connection */

struct event_watchers;

/* listen_fd is the caller's, listening and non-blocking. last: the last line of a submission, false where there is none; context is
 * its. most: connections, at most EVENT_WATCHERS_MOST. NULL: no memory, or no descriptor. */
struct event_watchers *event_watchers_new(int listen_fd, size_t most,
                                          bool (*last)(void *context, const char *id, char *line), void *context);
void event_watchers_free(struct event_watchers *watchers);

/* Readable where event_watchers_work has something to do: new connections, lines of ids, ends. */
int event_watchers_fd(const struct event_watchers *watchers);
void event_watchers_work(struct event_watchers *watchers);

/* Sends a line of a submission to who wants it. */
void event_watchers_tell(struct event_watchers *watchers, const char *id, const char *line, size_t size);

/* How many there are. */
size_t event_watchers_count(const struct event_watchers *watchers);

#endif
