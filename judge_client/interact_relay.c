/*
 * interact_relay.c - see interact_relay.h. A thread of judge_client; it touches nothing but its own struct and the pipes' ends
 * that it was given, all of them non-blocking, and never waits for a process.
 */
#include "judge_client/interact_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { LINKS = 32, PIECE = 16 << 10, WHO = 24, PREFIXES = 16 << 10 };

struct link {
    int from, to;
    char who[WHO];
    char piece[PIECE]; /* that is on its way */
    size_t begin, end;
};

struct relay {
    struct link links[LINKS];
    size_t count;
    pthread_t thread;
    bool started;
    char text[RELAY_BYTES + PREFIXES];
    size_t used, kept; /* bytes of the text, and of what was said in it */
    size_t last;       /* who spoke last */
    bool in_line;      /* and has not ended the line */
    bool cut;
};

struct relay *relay_new(void)
{
    return calloc(1, sizeof(struct relay));
}

int relay_add(struct relay *relay, int from, int to, const char *who, struct err *e)
{
    int result = relay->count == LINKS ? err_set(e, "more than %d links of a dialogue", LINKS) : 0;
    if (result == 0 && (fcntl(from, F_SETFL, O_NONBLOCK) != 0 || fcntl(to, F_SETFL, O_NONBLOCK) != 0))
        result = err_sys(e, errno, "set up a link of a dialogue");
    if (result != 0) {
        file_close(&from);
        file_close(&to);
        return -1;
    }
    struct link *link = &relay->links[relay->count++];
    link->from = from;
    link->to = to;
    (void)str_copy(link->who, sizeof link->who, who); /* cut is fine */
    return 0;
}

/* ---- what is written down */

static void put(struct relay *relay, const char *text, size_t length)
{
    if (length < sizeof relay->text - relay->used) { /* else the note that it was cut stands there already, or nearly */
        memcpy(relay->text + relay->used, text, length);
        relay->used += length;
    }
}

static void write_down(struct relay *relay, size_t who, const char *bytes, size_t length)
{
    size_t room = RELAY_BYTES - relay->kept;
    bool cut = length > room || sizeof relay->text - relay->used < length + PREFIXES / 4;
    if (relay->cut)
        return;
    length = length > room ? room : length;
    for (size_t line; length > 0 && !cut; bytes += line, length -= line) {
        const char *end = memchr(bytes, '\n', length);
        line = end == NULL ? length : (size_t)(end - bytes) + 1;
        if (relay->in_line && relay->last != who)
            put(relay, "\n", 1);
        if (!relay->in_line || relay->last != who) {
            put(relay, relay->links[who].who, strlen(relay->links[who].who));
            put(relay, ": ", 2);
        }
        put(relay, bytes, line);
        relay->kept += line;
        relay->last = who;
        relay->in_line = end == NULL;
        cut = sizeof relay->text - relay->used < PREFIXES / 4;
    }
    if (cut) {
        static const char note[] = "\n(what was said from here on is not kept)\n";
        relay->cut = true;
        put(relay, note, sizeof note - 1);
    }
}

/* ---- what is passed on */

/* Reads once where there is room. False where the writer has closed, or nobody reads any more. */
static bool take(struct relay *relay, size_t i)
{
    struct link *link = &relay->links[i];
    ssize_t count = read(link->from, link->piece, sizeof link->piece);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    if (count == 0)
        return false;
    link->begin = 0;
    link->end = (size_t)count;
    write_down(relay, i, link->piece, link->end);
    return true;
}

static bool give(struct link *link)
{
    ssize_t count = write(link->to, link->piece + link->begin, link->end - link->begin);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    link->begin += (size_t)count;
    return true;
}

static bool has_piece(const struct link *link)
{
    return link->begin < link->end;
}

/* Where a piece waits, the reader is waited for; where none does, the writer, and whether the reader goes. */
static void serve(struct relay *relay, size_t i, const struct pollfd *from, const struct pollfd *to)
{
    struct link *link = &relay->links[i];
    bool open = true;
    if (has_piece(link))
        open = to->revents == 0 || give(link);
    else if ((to->revents & (POLLERR | POLLNVAL)) != 0)
        open = false;
    else if (from->revents != 0)
        open = take(relay, i) && (!has_piece(link) || give(link));
    if (!open) {
        file_close(&link->from);
        file_close(&link->to);
    }
}

static void *run(void *argument)
{
    struct relay *relay = argument;
    struct pollfd polled[2 * LINKS];
    for (;;) {
        bool open = false;
        for (size_t i = 0; i < relay->count; i++) {
            const struct link *link = &relay->links[i];
            bool waits = has_piece(link);
            polled[2 * i] = (struct pollfd){.fd = waits ? -1 : link->from, .events = POLLIN};
            polled[2 * i + 1] = (struct pollfd){.fd = link->to, .events = waits ? POLLOUT : 0};
            open = open || link->to >= 0;
        }
        if (!open)
            return NULL;
        if (poll(polled, 2 * relay->count, -1) < 0)
            continue; /* EINTR, or no memory for a moment */
        for (size_t i = 0; i < relay->count; i++) {
            if (relay->links[i].to >= 0)
                serve(relay, i, &polled[2 * i], &polled[2 * i + 1]);
        }
    }
}

int relay_start(struct relay *relay, struct err *e)
{
    sigset_t all, before;
    sigfillset(&all);                                  /* its SIGPIPE is EPIPE, and all others are the worker's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* fails for no valid arguments */
    int error = pthread_create(&relay->thread, NULL, run, relay);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as above */
    if (error != 0)
        return err_sys(e, error, "start the thread that keeps the dialogue");
    relay->started = true;
    return 0;
}

void relay_wait(struct relay *relay)
{
    if (relay == NULL || !relay->started)
        return;
    (void)pthread_join(relay->thread, NULL); /* it is ours, and joined once */
    relay->started = false;
}

const char *relay_text(const struct relay *relay, size_t *size)
{
    *size = relay->used;
    return relay->text;
}

void relay_free(struct relay *relay)
{
    if (relay == NULL)
        return;
    relay_wait(relay);
    for (size_t i = 0; i < relay->count; i++) {
        file_close(&relay->links[i].from);
        file_close(&relay->links[i].to);
    }
    free(relay);
}
