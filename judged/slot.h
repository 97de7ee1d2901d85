/*
 * slot.h - one supervised process: what it is doing, and what follows from what happens to it, as a table.
 *
 * Pure: it makes no call to the system and reads no clock, so a test walks every pair of state and event. The supervisor
 * performs the actions. judge_node is supervised as one slot more.
 */
#ifndef JUDGED_SLOT_H
#define JUDGED_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/pool.h"

enum slot_event {
    SLOT_REPORT_STARTING, /* the process says so: SLOT_REPORT_STARTING + (state - POOL_STARTING) */
    SLOT_REPORT_IDLE,
    SLOT_REPORT_JUDGING,
    SLOT_REPORT_STORING,
    SLOT_SILENT,  /* nothing said for too long */
    SLOT_OVERDUE, /* past its job's time */
    SLOT_ENDED,   /* exited with 0, or by the SIGTERM it was sent */
    SLOT_HELD,    /* exited with 75: what it needs is still held by the one before */
    SLOT_DIED,    /* any other end */
    SLOT_STOP,    /* is to end after its job */
    SLOT_RELOAD,  /* is to read its configuration again */
    SLOT_DUE,     /* is to be started now */
    SLOT_EVENTS
};

enum slot_action {
    SLOT_NONE,
    SLOT_HEAR,  /* keep what it says */
    SLOT_START, /* execute it */
    SLOT_TERM,  /* SIGTERM */
    SLOT_KILL,  /* SIGKILL */
    SLOT_HUP,   /* SIGHUP; before it has said anything: as soon as it does */
    SLOT_AGAIN, /* it is gone: start it at once */
    SLOT_LATER, /* it is gone: start it after a delay that doubles */
    SLOT_RETRY, /* it is gone: start it after a short delay that stays */
    SLOT_SOON,  /* what keeps it from running may be mended: start it at once, the delays from the first */
    SLOT_IMPOSSIBLE
};

struct slot_row {
    enum pool_state next;
    enum slot_action action;
};

extern const struct slot_row slot_table[POOL_STATES][SLOT_EVENTS];

/* How long what may take, in milliseconds. */
struct slot_times {
    int start_ms;   /* the first report, and a STARTING one */
    int silent_ms;  /* between two reports, unless one says quiet_ms */
    int slack_ms;   /* past a report's deadline */
    int first_ms;   /* the delay of a restart... */
    int last_ms;    /* ...and what it doubles to */
    int held_ms;    /* that of SLOT_RETRY */
    int healthy_ms; /* a process that lived so long starts from first_ms again */
};

extern const struct slot_times slot_times_usual;

struct slot {
    int number; /* -1: judge_node */
    enum pool_state state;
    pid_t pid;
    int report_fd;
    bool spoke;    /* has said something since it started */
    bool killed;   /* SIGKILL is on its way, why says why */
    bool reload;   /* SIGHUP as soon as it has spoken */
    bool finished; /* of `once`: ended by itself, not to be started again */
    int held;      /* how often in a row what it needs was still held */
    int delay_ms;  /* of the next restart */
    int restarts;
    int64_t jobs;
    int64_t started_us, heard_us, since_us; /* executed, last report, state's begin */
    int64_t due_us;                         /* DOWN: when it is to be started */
    struct pool_report report;
    unsigned char part[sizeof(struct pool_report)]; /* of a report that has not come as a whole */
    size_t part_size;
    char why[128]; /* how the last process ended */
};

/* An empty slot that is to be started at once. */
void slot_init(struct slot *slot, int number, const struct slot_times *times, int64_t now_us);

/* Takes the event: sets state (since_us), and due_us, delay_ms and jobs where the process is gone. Returns what is to be
 * done. An event that cannot be in this state changes nothing and is SLOT_IMPOSSIBLE. */
enum slot_action slot_take_event(struct slot *slot, enum slot_event event, const struct slot_times *times,
                                 int64_t now_us);

/* Keeps a report (its texts are made printable and terminated) and counts the job that it ends. Returns the report's event,
 * or -1 where it is none of ours. */
int slot_hear(struct slot *slot, const struct pool_report *report, const struct slot_times *times, int64_t now_us);

/* Which of SLOT_DUE, SLOT_SILENT and SLOT_OVERDUE comes next by the clock, and when; INT64_MAX: none. wanted: the slot is one
 * that is to run. */
int64_t slot_next(const struct slot *slot, const struct slot_times *times, bool wanted, enum slot_event *event);

/* True where the last report names a job. */
bool slot_has_job(const struct slot *slot);

/* "SILENT", ... */
const char *slot_event_name(enum slot_event event);

/* The event of a process' end, as waitpid tells it, with why in text: "killed by signal 9", "exited with 2". */
enum slot_event slot_end(const struct slot *slot, int status, char *text, size_t size);

/* The slot as it is told to others. */
void slot_tell(const struct slot *slot, enum pool_event event, struct pool_slot *out);

#endif
