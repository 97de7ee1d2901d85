/*
 * pool.h - the fixed-size messages between judged, its judge_clients, judge_node and judgectl.
 *
 * A judge_client has the write end of a pipe as descriptor 3 and writes a struct pool_report at each change and at least every
 * 3 s; judged kills one that is silent for 10 s, or past its deadline. judged listens on OJ_HOME/run/judged.sock
 * (SOCK_SEQPACKET, mode 0660 root:judge); a client sends struct pool_request and gets answers as said there. When the pipe's
 * reader is gone (EPIPE), a worker ends its job and exits. judge_node has such a pipe too: whatever comes through it is a sign
 * of life, and a report's quiet_ms counts. Exit codes: 0 as told; 75 what it needs is still held (tried again each second);
 * 2 it cannot work; anything but 0 and 75 is started again after a delay that doubles.
 */
#ifndef JUDGE_POOL_H
#define JUDGE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define POOL_MAGIC 0x4a504f4du /* of this layout; another one is refused */
#define POOL_SLOTS 256
#define POOL_REPORT_FD 3
#define POOL_SILENT_MS 10000 /* unless a report's quiet_ms says more: a call to a database may wait for its time-outs */
#define POOL_REPORT_MS 3000
#define POOL_SOCKET "run/judged.sock" /* below OJ_HOME */
#define POOL_PID_FILE "run/judged.pid"

enum pool_state {
    POOL_DOWN,     /* no process; a restart is due (judged's own) */
    POOL_STARTING, /* executed; has said nothing yet, or that it is not ready: 30 s each time */
    POOL_IDLE,     /* waits for a job */
    POOL_JUDGING,  /* holds a job: id, token */
    POOL_STORING,  /* judged; waits for the store or the queue, without a deadline; the job is still held */
    POOL_ENDING,   /* told to end after its job */
    POOL_STATES
};

/* Of a slot, as its worker says it (pid, since_us are judged's own). Plain data, no padding that matters. */
struct pool_report {
    uint32_t magic;
    uint32_t state;      /* enum pool_state: STARTING, IDLE, JUDGING, STORING */
    int64_t deadline_us; /* CLOCK_MONOTONIC; 0: none */
    int64_t problem;
    int32_t language;
    int32_t attempt;
    int32_t case_no, case_count; /* 0, 0 before the first case */
    int32_t source;              /* struct queue_job's */
    int32_t lane;                /* enum queue_lane */
    int32_t quiet_ms;            /* how long it may be silent after this report; 0: POOL_SILENT_MS */
    int32_t running;             /* 1: compiled; a row of the site's may say that it runs */
    char id[64];                 /* "" where no job is held */
    char token[24];
    char note[128]; /* what it waits for, for status: "database: Connection refused" */
};

enum pool_command {
    POOL_STATUS,  /* answer: struct pool_status, then as many struct pool_slot as it says, a message each */
    POOL_WATCH,   /* answer: a struct pool_slot a slot, then one at each change, until either side closes */
    POOL_DRAIN,   /* root: no new jobs, workers end; judged stays. Answer: struct pool_answer */
    POOL_RESUME,  /* root: workers start again */
    POOL_SCALE,   /* root: argument = the number of slots, 1 to 100, until the next reload */
    POOL_RELOAD,  /* root: as SIGHUP */
    POOL_RESTART, /* root: argument = a slot, or -1 for each in turn: ends after its job, starts anew */
    POOL_CANCEL /* text = a job's id or token: the slot that holds it ends its judging. A client that watches gets no answer. The
                     worker looks whether its claim still holds; if so, the job waits again */
};

struct pool_request {
    uint32_t magic;
    uint32_t command;
    int32_t argument;
    char text[64];
};

struct pool_answer {
    uint32_t magic;
    int32_t error; /* 0 done, else why not is in text */
    char text[256];
};

struct pool_status {
    uint32_t magic;
    int32_t pid, node_pid;
    int32_t slots, draining;
    int64_t started; /* seconds since 1970 */
};

enum pool_event { POOL_EVENT_STATE, POOL_EVENT_DIED }; /* DIED: report holds the job that its worker held */

struct pool_slot {
    uint32_t magic;
    uint32_t event;
    int32_t slot, pid; /* pid 0: none */
    int32_t state;     /* enum pool_state */
    int32_t restarts;
    int64_t since_us; /* CLOCK_MONOTONIC, of the state */
    int64_t jobs;     /* ended in this slot since judged started */
    struct pool_report report;
    char why[128]; /* DOWN: how it ended, "killed by signal 9", "silent for 10 s" */
};

#define POOL_ANSWER_MS 10000

/* "idle"; "unknown" for a number that is no state. */
const char *pool_state_name(int state);

/* Connects to the judged of home. A descriptor, or -1 with e ("judged does not run for /home/judge"). */
int pool_connect(const char *home, struct err *e);

/* Sends a request; receives one message of that size, waiting timeout_ms (-1: for ever): 1, 0 where none came, or -1 with e
 * (judged has refused, is gone, or is of another version). For POOL_WATCH: one send, then a receive a message; fd may be
 * polled for input by the caller. */
int pool_send(int fd, enum pool_command command, int argument, struct err *e);
int pool_receive(int fd, void *message, size_t size, int timeout_ms, struct err *e);

/* A request that is answered with struct pool_answer. 0, or -1 with e: refused, or no answer. */
int pool_ask(int fd, enum pool_command command, int argument, struct pool_answer *answer, struct err *e);

/* POOL_CANCEL: 1 the slot that holds the job is told, 0 no slot does, -1 with e. */
int pool_cancel(int fd, const char *job, struct err *e);

/* Connects, asks for the state and closes. Fills status and at most room slots; returns how many, or -1 with e. */
int pool_read_status(const char *home, struct pool_status *status, struct pool_slot *slots, int room, struct err *e);

#endif
