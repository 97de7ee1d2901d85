/*
 * events.h - what happens to a submission, as it happens: the datagram that a worker sends to its box's agent, and the line of JSON
 * that the agent makes of it for who watches.
 *
 * Nobody waits for an event: a datagram that finds no reader, or a full one, is lost, and the truth is the store's. Only one that
 * says that the row is final is kept by its sender and tried once more. docs/events.md has the line's fields.
 */
#ifndef JUDGE_EVENTS_H
#define JUDGE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_MAGIC 0x4a455654u        /* of this layout; another one is not read */
#define EVENTS_SOCKET "run/events.sock" /* below OJ_HOME: datagrams, root alone may send */
#define EVENTS_WATCH "run/watch.sock"   /* below OJ_HOME: a stream of lines, for root and the group of [node] user */
#define EVENTS_JSON_SIZE 2048           /* of a line, its newline and its end included */
#define EVENTS_ID_SIZE 64

struct event {
    uint32_t magic;
    int32_t state;  /* HUSTOJ's number: 1 waits again, 2 claimed, 3 running, 4 and more final */
    int32_t finish; /* 1: the row is final */
    int32_t language, attempt;
    int32_t case_no, case_count, passed; /* case_no 0: no case has ended */
    int64_t problem;
    int64_t claimed_us; /* CLOCK_MONOTONIC of the claim: what belongs to an earlier one is out of date */
    int64_t wall_ms;    /* since 1970 */
    int64_t time_ms, mem_kib;
    int64_t pass_rate;                               /* thousandths: 0 to 1000 */
    int64_t case_cpu_us, case_wall_us, case_mem_kib; /* of the case case_no */
    char id[EVENTS_ID_SIZE];
    char judger[24];
    char case_verdict[8]; /* "AC" */
    char case_name[64];   /* cut where it is longer */
};

/* The sending end. Plain data: it may be copied; one of the copies is closed. */
struct events_sender {
    int fd;     /* -1: nothing is sent */
    int folder; /* OJ_HOME/run */
    bool late;  /* `kept` was not taken so far */
    struct event kept;
};

/* Where there is no such folder, or no descriptor, nothing will be sent. */
void events_open(struct events_sender *sender, const char *home);
void events_close(struct events_sender *sender);

/* The event of a submission that waits: state 0, or 1 again. before_us: CLOCK_MONOTONIC before it was put in, so that a claim comes
 * after it. judger: whose claim ended, or "". */
struct event events_waiting(const char *id, int state, int64_t problem, int language, const char *judger,
                            int64_t before_us);

/* Sends without waiting. Sets magic and wall_ms. */
void events_send(struct events_sender *sender, const struct event *event);
/* Tries once more to send a final one that found its reader full. */
void events_retry(struct events_sender *sender);

/* True where size bytes are a datagram of ours; *event is then sound: its texts end, case_no and pass_rate are in their range. */
bool events_read(struct event *event, const void *bytes, size_t size);

/* The line, with its newline. Returns its length; it always fits. */
size_t events_json(const struct event *event, char text[EVENTS_JSON_SIZE]);

/* Reads a line that events_json made (its texts back to what they were, but for what was no UTF-8). False where it is none. */
bool events_parse(struct event *event, const char *line);

/* A stream socket that is connected to EVENTS_WATCH of home, or -1 with errno. */
int events_watch(const char *home);

#endif
