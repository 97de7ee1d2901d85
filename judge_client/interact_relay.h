/*
 * interact_relay.h - a dialogue that is kept: a thread stands between the pipes, passes on what comes, and writes down who said what.
 *
 * Only where somebody asks for it: else the programs' pipes are joined directly. What one side closes is closed for the other as soon as all that was
 * said before has been passed on, and who writes to nobody gets its SIGPIPE.
 */
#ifndef JUDGE_INTERACT_RELAY_H
#define JUDGE_INTERACT_RELAY_H

#include <stddef.h>

#include "common/err.h"

#define RELAY_BYTES (64 << 10) /* that are kept of a dialogue */

struct relay;

/* NULL: no memory. */
struct relay *relay_new(void);

/* A link, before relay_start: what comes from `from` goes to `to`; both are taken over in every case. who: a name, cut at 23 bytes, for
 * what is said there. 0, or -1 with e. */
int relay_add(struct relay *relay, int from, int to, const char *who, struct err *e);

/* Starts the thread. 0, or -1 with e. */
int relay_start(struct relay *relay, struct err *e);

/* Waits until all links are closed, which they are when the programs have ended; relay_text then: *size bytes, each line behind its speaker, "program: 5\n",
 * valid until relay_free. With NULL nothing happens. */
void relay_wait(struct relay *relay);
const char *relay_text(const struct relay *relay, size_t *size);
void relay_free(struct relay *relay);

#endif
